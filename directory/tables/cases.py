"""A case for the time of a meeting: what is needed by nobody in particular, and what was done about it. All of it goes with it.

What outlives a case stands apart from it and names no case: what a program declined or admitted, and what is to be corrected.
"""

from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.base import Table


class CaseRow(Table):
    """A meeting's case: an opaque id, a code name, its owner's account, and the need. No name, no address, no story."""

    __tablename__ = "meeting_case"
    id: Mapped[str] = mapped_column(primary_key=True)
    code_name: Mapped[str]
    owner: Mapped[int]
    created_at: Mapped[str]
    purge_after: Mapped[str] = mapped_column(index=True)
    need: Mapped[dict[str, Any]]
    ended: Mapped[str | None]


class CaseMemberRow(Table):
    """A colleague who was let in."""

    __tablename__ = "case_member"
    case_id: Mapped[str] = mapped_column(ForeignKey("meeting_case.id", ondelete="CASCADE"), primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True)


class CaseStepRow(Table):
    """What somebody did to the board by hand, and why. Appended; what the board shows is derived."""

    __tablename__ = "case_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("meeting_case.id", ondelete="CASCADE"), index=True)
    listing_id: Mapped[str]
    kind: Mapped[str]
    place: Mapped[int | None]
    because: Mapped[str]
    account: Mapped[int]
    at: Mapped[str]


class CaseCallRow(Table):
    """A call for a case: claimed by one, until it is closed or the claim runs out. At most one is open for a listing."""

    __tablename__ = "case_call"
    __table_args__ = (
        Index(
            "ix_case_call_open",
            "case_id",
            "listing_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("meeting_case.id", ondelete="CASCADE"))
    listing_id: Mapped[str]
    account: Mapped[int]
    claimed_at: Mapped[str]
    claim_until: Mapped[str]
    closed_at: Mapped[str | None]
    reached: Mapped[str | None]
    outcome: Mapped[str | None]
    call_back_at: Mapped[str | None]
    spoke_with: Mapped[str | None]
    answers: Mapped[dict[str, Any]]


class CaseSeenRow(Table):
    """What stood on the board when somebody last looked, so that what moved since can be pointed out."""

    __tablename__ = "case_seen"
    case_id: Mapped[str] = mapped_column(ForeignKey("meeting_case.id", ondelete="CASCADE"), primary_key=True)
    account: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    stood: Mapped[dict[str, Any]]


class HandoutRow(Table):
    """A frozen, numbered list as it was handed out; shared under a digest of its link until a time, or until revoked."""

    __tablename__ = "handout"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("meeting_case.id", ondelete="CASCADE"), index=True)
    account: Mapped[int]
    made_at: Mapped[str]
    snapshot: Mapped[dict[str, Any]]
    share_digest: Mapped[str | None] = mapped_column(index=True)
    share_until: Mapped[str | None]


class ProgramEventRow(Table):
    """What a program did with somebody, on a day: the program's history, in which no person and no case can be found."""

    __tablename__ = "program_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    day: Mapped[str]
    kind: Mapped[str]
    reason: Mapped[str | None]


class CorrectionRow(Table):
    """Something that is wrong with a listing and waits for staff: a wrong number, a closed place."""

    __tablename__ = "correction"
    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    found: Mapped[str]
    opened_at: Mapped[str]
    closed_at: Mapped[str | None]
