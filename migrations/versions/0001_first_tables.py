"""The first tables: listings, what was said of them by whom, imports, the index's queue, places, and needs asked."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_listings()
    _create_statements()
    _create_places()
    _create_asked()


def _create_listings() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("counter", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_table(
        "listing",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    op.create_index(op.f("ix_listing_changed"), "listing", ["changed"])
    op.create_table(
        "unindexed",
        sa.Column("listing_id", sa.Text, nullable=False),
        sa.Column("counter", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_unindexed")),
    )


def _create_statements() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "file", "sha256", "mapping_sha256")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("observed_at", "recorded_at", "recorded_by")),
        sa.Column("forced_because", sa.Text, nullable=False),
        sa.Column("summary", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_table(
        "statement",
        sa.Column("id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("listing_id", "source", "local_id", "kind")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("reference", "observed_at", "recorded_by")),
        sa.Column("run_id", sa.Integer, nullable=True),
        sa.Column("restates", sa.Boolean, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("said", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_statement_listing_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_statement_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
    )
    op.create_index(op.f("ix_statement_listing_id"), "statement", ["listing_id"])
    op.create_index("ix_statement_source_local_id", "statement", ["source", "local_id", "id"])


def _create_places() -> None:
    op.create_table(
        "postal_place",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("postal_code", "city", "state_province")),
        sa.Column("latitude", sa.Double, nullable=True),
        sa.Column("longitude", sa.Double, nullable=True),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("standard", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("postal_code", name=op.f("pk_postal_place")),
    )


def _create_asked() -> None:
    op.create_table(
        "asked",
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.Column("need", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_asked")),
    )
    op.create_index(op.f("ix_asked_expires_at"), "asked", ["expires_at"])


def downgrade() -> None:
    """Drop them all."""
    for name in ("asked", "postal_place", "statement", "run", "unindexed", "listing", "change"):
        op.drop_table(name)
