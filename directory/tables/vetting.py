"""The work behind the vetting of listings: who checked what, and the links by which a center attests its own facts."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.base import Table


class VettingStepRow(Table):
    """Something done about the checking of a listing. Appended; the database itself refuses to change or remove a row."""

    __tablename__ = "vetting_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    account: Mapped[int]
    by: Mapped[str]
    at: Mapped[str]
    item: Mapped[str]
    outcome: Mapped[str | None]
    words: Mapped[str]
    until: Mapped[str | None]


class AttestationRow(Table):
    """A link by which a center says of its own facts what is so; nothing of it is published before staff have looked."""

    __tablename__ = "attestation"
    digest: Mapped[str] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    account: Mapped[int]
    made_at: Mapped[str]
    expires_at: Mapped[str]
    answered_at: Mapped[str | None]
    answers: Mapped[dict[str, Any]]
    settled_at: Mapped[str | None]
    settled_by: Mapped[str | None]
