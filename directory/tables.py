"""The tables. Only `store` reads or writes them; the schema reaches a database through the migrations alone."""

from typing import Any, ClassVar, Final

from sqlalchemy import JSON, ForeignKey, Index, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

REVISION: Final = "0001"
"""The newest migration; a test holds it against the folder of migrations."""


class Written(str):
    """JSON that is text already, so that what was written once for its digest is not written again for its column."""

    __slots__ = ()


class Table(DeclarativeBase):
    """What all tables share: constraint names that are the same on every engine."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {dict[str, Any]: JSON, str: Text}


class ChangeRow(Table):
    """One row: the number of the last writing transaction, which orders everything derived from this database."""

    __tablename__ = "change"
    id: Mapped[int] = mapped_column(primary_key=True)
    counter: Mapped[int]


class RunRow(Table):
    """One import: who, when, which file, what came of it."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    file: Mapped[str]
    sha256: Mapped[str]
    mapping_sha256: Mapped[str]
    observed_at: Mapped[str]
    recorded_at: Mapped[str]
    recorded_by: Mapped[str]
    forced_because: Mapped[str]
    summary: Mapped[dict[str, Any]]


class ListingRow(Table):
    """A listing's name for good, and the change that last touched what is said of it."""

    __tablename__ = "listing"
    id: Mapped[str] = mapped_column(primary_key=True)
    changed: Mapped[int] = mapped_column(index=True)


class StatementRow(Table):
    """Who says what about a listing, as of when. Appended, never changed."""

    __tablename__ = "statement"
    __table_args__ = (Index("ix_statement_source_local_id", "source", "local_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    source: Mapped[str]
    local_id: Mapped[str]
    kind: Mapped[str]
    reference: Mapped[str]
    observed_at: Mapped[str]
    recorded_by: Mapped[str]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))
    restates: Mapped[bool]
    withdrawn: Mapped[bool]
    digest: Mapped[str]
    said: Mapped[dict[str, Any]]


class UnindexedRow(Table):
    """A listing whose change the index has not taken up yet; written with the change, cleared after the index commits."""

    __tablename__ = "unindexed"
    listing_id: Mapped[str] = mapped_column(primary_key=True)
    counter: Mapped[int]


class PostalPlaceRow(Table):
    """A ZIP code's city, State, middle and time zone, copied once from the bundled list."""

    __tablename__ = "postal_place"
    postal_code: Mapped[str] = mapped_column(primary_key=True)
    city: Mapped[str]
    state_province: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    timezone: Mapped[str]
    standard: Mapped[bool]


class AskedRow(Table):
    """A need as somebody asked it on a page, kept for a day under an opaque name so that no address holds it."""

    __tablename__ = "asked"
    token: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[str] = mapped_column(index=True)
    need: Mapped[dict[str, Any]]
