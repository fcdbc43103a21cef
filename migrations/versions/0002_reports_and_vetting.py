"""Reports about beds, and the steps of vetting."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "availability_report",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("listing_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("state", "observed_at", "channel", "recorded_by")),
        *(sa.Column(name, sa.Text, nullable=True) for name in ("sex", "age", "level")),
        sa.Column("funded", sa.Boolean, nullable=True),
        *(sa.Column(name, sa.Integer, nullable=True) for name in ("beds", "wait_hours")),
        *(sa.Column(name, sa.Text, nullable=True) for name in ("hold_until", "expires_at")),
        *_about_a_listing("availability_report"),
    )
    op.create_index(op.f("ix_availability_report_listing_id"), "availability_report", ["listing_id"])
    op.create_table(
        "vetting",
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("listing_id", "state", "at", "by")),
        sa.Column("until", sa.Text, nullable=True),
        sa.Column("because", sa.Text, nullable=False),
        *_about_a_listing("vetting"),
    )
    op.create_index(op.f("ix_vetting_listing_id"), "vetting", ["listing_id"])


def _about_a_listing(table: str) -> tuple[sa.Constraint, ...]:
    name = op.f(f"fk_{table}_listing_id")
    return (
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=name, ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("vetting", "availability_report"):
        op.drop_table(name)
