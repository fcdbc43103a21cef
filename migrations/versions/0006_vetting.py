"""The work behind the vetting of listings, which can only grow; and a center's own statements, until staff have looked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables, and what keeps the steps as they were written."""
    op.create_table(
        "vetting_step",
        sa.Column("id", sa.Integer, nullable=False),
        _listing(),
        *_columns("kind"),
        sa.Column("account", sa.Integer, nullable=False),
        *_columns("by", "at", "item"),
        *_columns("outcome", nullable=True),
        *_columns("words"),
        *_columns("until", nullable=True),
        *_constraints("vetting_step", "id"),
    )
    op.create_index(op.f("ix_vetting_step_listing_id"), "vetting_step", ["listing_id"])
    op.create_table(
        "attestation",
        *_columns("digest"),
        _listing(),
        sa.Column("account", sa.Integer, nullable=False),
        *_columns("made_at", "expires_at"),
        *_columns("answered_at", nullable=True),
        sa.Column("answers", sa.JSON, nullable=False),
        *_columns("settled_at", "settled_by", nullable=True),
        *_constraints("attestation", "digest"),
    )
    op.create_index(op.f("ix_attestation_listing_id"), "attestation", ["listing_id"])
    _let_the_steps_only_grow()


def _columns(*names: str, nullable: bool = False) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=nullable) for name in names)


def _listing() -> sa.Column[str]:
    return sa.Column("listing_id", sa.Text, nullable=False)


def _constraints(table: str, key: str) -> tuple[sa.Constraint, ...]:
    name = op.f(f"fk_{table}_listing_id")
    return (
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=name, ondelete="CASCADE"),
    )


def _let_the_steps_only_grow() -> None:
    """Nobody changes a step; it goes only with its listing, when the invented ones make way for real ones."""
    stays = "the history of vetting only grows"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER vetting_step_no_update BEFORE UPDATE ON vetting_step BEGIN SELECT RAISE(ABORT, '{stays}'); END"
        )
        op.execute(
            "CREATE TRIGGER vetting_step_no_delete BEFORE DELETE ON vetting_step "
            "WHEN EXISTS (SELECT 1 FROM listing WHERE id = OLD.listing_id) "
            f"BEGIN SELECT RAISE(ABORT, '{stays}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION vetting_step_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM listing WHERE id = OLD.listing_id) THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION '{stays}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER vetting_step_only_grows BEFORE UPDATE OR DELETE ON vetting_step "
        "FOR EACH ROW EXECUTE FUNCTION vetting_step_only_grows()"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("attestation")
    op.drop_table("vetting_step")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION vetting_step_only_grows()")
