"""What people decided about listings that may be one place, which can only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
_STAYS = "what was decided about listings only grows"
_BOTH_THERE = (
    "EXISTS (SELECT 1 FROM listing WHERE id = OLD.listing_id) AND EXISTS (SELECT 1 FROM listing WHERE id = OLD.other_id)"
)


def upgrade() -> None:
    """Create the table, and what keeps the decisions as they were written."""
    names = ("listing_id", "other_id")
    op.create_table(
        "sameness",
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("decision", *names, "at", "by", "because")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sameness")),
        *(
            sa.ForeignKeyConstraint([name], ["listing.id"], name=op.f(f"fk_sameness_{name}"), ondelete="CASCADE")
            for name in names
        ),
    )
    for name in names:
        op.create_index(op.f(f"ix_sameness_{name}"), "sameness", [name])
    _let_it_only_grow()


def _let_it_only_grow() -> None:
    """Nobody changes a decision; it goes only with its listings, when the invented ones make way for real ones."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER sameness_no_update BEFORE UPDATE ON sameness BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END")
        op.execute(
            f"CREATE TRIGGER sameness_no_delete BEFORE DELETE ON sameness WHEN {_BOTH_THERE} "
            f"BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION sameness_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' AND NOT ({_BOTH_THERE}) THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION '{_STAYS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER sameness_only_grows BEFORE UPDATE OR DELETE ON sameness "
        "FOR EACH ROW EXECUTE FUNCTION sameness_only_grows()"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("sameness")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION sameness_only_grows()")
