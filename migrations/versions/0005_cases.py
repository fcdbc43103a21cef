"""Cases for meetings, their calls and hand-outs; and what outlives them, which names no case."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "meeting_case",
        *_texts("id", "code_name"),
        sa.Column("owner", sa.Integer, nullable=False),
        *_texts("created_at", "purge_after"),
        sa.Column("need", sa.JSON, nullable=False),
        _maybe("ended"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_case")),
    )
    op.create_index(op.f("ix_meeting_case_purge_after"), "meeting_case", ["purge_after"])
    _of_a_case("case_member", [sa.Column("account", sa.Integer, nullable=False)], key=("case_id", "account"))
    _of_a_case(
        "case_step",
        [
            *_texts("listing_id", "kind"),
            sa.Column("place", sa.Integer, nullable=True),
            *_texts("because"),
            sa.Column("account", sa.Integer, nullable=False),
            *_texts("at"),
        ],
    )
    op.create_index(op.f("ix_case_step_case_id"), "case_step", ["case_id"])
    _create_calls()
    _of_a_case(
        "case_seen",
        [sa.Column("account", sa.Integer, nullable=False), *_texts("at"), sa.Column("stood", sa.JSON, nullable=False)],
        key=("case_id", "account"),
    )
    _create_handouts()
    _create_what_outlives_a_case()


def _create_calls() -> None:
    _of_a_case(
        "case_call",
        [
            *_texts("listing_id"),
            sa.Column("account", sa.Integer, nullable=False),
            *_texts("claimed_at", "claim_until"),
            *map(_maybe, ("closed_at", "reached", "outcome", "call_back_at", "spoke_with")),
            sa.Column("answers", sa.JSON, nullable=False),
        ],
    )
    is_open = sa.text("closed_at IS NULL")
    columns = ["case_id", "listing_id"]
    op.create_index("ix_case_call_open", "case_call", columns, unique=True, sqlite_where=is_open, postgresql_where=is_open)


def _create_handouts() -> None:
    _of_a_case(
        "handout",
        [
            sa.Column("account", sa.Integer, nullable=False),
            *_texts("made_at"),
            sa.Column("snapshot", sa.JSON, nullable=False),
            _maybe("share_digest"),
            _maybe("share_until"),
        ],
    )
    op.create_index(op.f("ix_handout_case_id"), "handout", ["case_id"])
    op.create_index(op.f("ix_handout_share_digest"), "handout", ["share_digest"])


def _create_what_outlives_a_case() -> None:
    for name, columns in {
        "program_event": [*_texts("day", "kind"), _maybe("reason")],
        "correction": [*_texts("kind", "found", "opened_at"), _maybe("closed_at")],
    }.items():
        op.create_table(
            name,
            sa.Column("id", sa.Integer, nullable=False),
            *_texts("listing_id"),
            *columns,
            sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f(f"fk_{name}_listing_id"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_listing_id"), name, ["listing_id"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _maybe(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=True)


def _of_a_case(table: str, columns: list[sa.Column], key: tuple[str, ...] = ("id",)) -> None:  # type: ignore[type-arg]
    numbered = [sa.Column("id", sa.Integer, nullable=False)] if key == ("id",) else []
    name = op.f(f"fk_{table}_case_id")
    op.create_table(
        table,
        *numbered,
        *_texts("case_id"),
        *columns,
        sa.ForeignKeyConstraint(["case_id"], ["meeting_case.id"], name=name, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    """Drop them."""
    cases = ("handout", "case_seen", "case_call", "case_step", "case_member", "meeting_case")
    for name in ("correction", "program_event", *cases):
        op.drop_table(name)
