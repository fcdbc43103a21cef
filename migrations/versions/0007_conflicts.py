"""The contradictions that imports bring up, until somebody has settled them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("listing_id", "about")),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("stands", "said")),
        sa.Column("run_id", sa.Integer, nullable=True),
        sa.Column("opened_at", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=True) for name in ("settled_at", "settled_by", "decision")),
        sa.Column("because", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_conflict_listing_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_conflict_run_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    op.create_index(op.f("ix_conflict_listing_id"), "conflict", ["listing_id"])
    op.create_index(op.f("ix_conflict_settled_at"), "conflict", ["settled_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("conflict")
