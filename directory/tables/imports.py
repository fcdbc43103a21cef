"""What imports bring up: the contradictions that somebody has to settle."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.base import Table


class ConflictRow(Table):
    """Two sayings about one thing of a listing, and how somebody settled it. A run that is undone takes its own along."""

    __tablename__ = "conflict"
    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    about: Mapped[str]
    stands: Mapped[dict[str, Any]]
    said: Mapped[dict[str, Any]]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    opened_at: Mapped[str]
    settled_at: Mapped[str | None] = mapped_column(index=True)
    settled_by: Mapped[str | None]
    decision: Mapped[str | None]
    because: Mapped[str]
