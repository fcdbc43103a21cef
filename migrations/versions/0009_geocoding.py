"""What a geocoding service answered, and when it may be asked next."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "geocoded",
        sa.Column("address", sa.Text, nullable=False),
        *(sa.Column(name, sa.Double, nullable=True) for name in ("latitude", "longitude")),
        sa.Column("asked_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_geocoded")),
    )
    op.create_table(
        "geocoding_turn",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("free_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geocoding_turn")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("geocoding_turn")
    op.drop_table("geocoded")
