"""What people decided about listings that may be one place."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.base import Table


class SamenessRow(Table):
    """A decision about two listings. Appended; the database itself refuses to change or remove a row."""

    __tablename__ = "sameness"
    id: Mapped[int] = mapped_column(primary_key=True)
    decision: Mapped[str]
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    at: Mapped[str]
    by: Mapped[str]
    because: Mapped[str]
