"""What is recorded of listings: the tables, and what is said as rows of them and back."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, and_
from sqlalchemy.orm import Mapped, mapped_column

from directory.availability import Bucket, Report
from directory.listing import Provenance, Statement, Vetting
from directory.resolve import Said
from directory.tables.base import Table, Written, utc
from directory.vocabulary import BedState, Channel, SourceKind, VettingState

_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


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


class ReportRow(Table):
    """What somebody learned of a listing's beds at a time. Appended, never changed; what stands is derived."""

    __tablename__ = "availability_report"
    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    state: Mapped[str]
    observed_at: Mapped[str]
    channel: Mapped[str]
    recorded_by: Mapped[str]
    sex: Mapped[str | None]
    age: Mapped[str | None]
    level: Mapped[str | None]
    funded: Mapped[bool | None]
    beds: Mapped[int | None]
    wait_hours: Mapped[int | None]
    hold_until: Mapped[str | None]
    expires_at: Mapped[str | None]


class VettingRow(Table):
    """A step in the checking of a listing. Appended, never changed; the state of a moment is derived."""

    __tablename__ = "vetting"
    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = mapped_column(ForeignKey("listing.id", ondelete="CASCADE"), index=True)
    state: Mapped[str]
    at: Mapped[str]
    by: Mapped[str]
    until: Mapped[str | None]
    because: Mapped[str]


class UnindexedRow(Table):
    """A listing whose change the index has not taken up yet; written with the change, cleared after the index commits."""

    __tablename__ = "unindexed"
    listing_id: Mapped[str] = mapped_column(primary_key=True)
    counter: Mapped[int]


class BuiltRow(Table):
    """An index that was built from this database, by its name, and the change that it is of."""

    __tablename__ = "built_index"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
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


# --- what is recorded as rows, and back ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Worded:
    """A statement with its words as JSON, in one fixed order, and their digest: the same words, the same digest."""

    statement: Statement
    said: Written
    digest: str


def worded(statement: Statement) -> Worded:
    """A statement ready to be compared and appended."""
    values = dict(sorted(statement.values.items()))
    said = Written(_ENCODE({"values": values, "yes": sorted(statement.yes), "no": sorted(statement.no)}))
    return Worded(statement, said, hashlib.sha256(said.encode()).hexdigest())


SAID: Final = (
    StatementRow.listing_id, StatementRow.id, StatementRow.source, StatementRow.local_id, StatementRow.kind,
    StatementRow.reference, StatementRow.observed_at, StatementRow.recorded_by, StatementRow.restates,
    StatementRow.withdrawn, StatementRow.said,
)  # fmt: skip
"""The columns that `read_said` reads, in its order: a directory has a great many statements."""


_NOTHING: Final = worded(Statement("", "", Provenance("", SourceKind.WEB, "", date.min, ""))).digest
REPEATS: Final = and_(~StatementRow.restates, ~StatementRow.withdrawn, StatementRow.digest == _NOTHING)
"""Rows by which a source said the same again: see `Statement.repeats`."""


def statement_row(one: Worded, run_id: int | None) -> dict[str, Any]:
    """A statement's columns."""
    statement, provenance = one.statement, one.statement.provenance
    return {
        "listing_id": statement.listing_id,
        "source": statement.source,
        "local_id": statement.local_id,
        "kind": str(provenance.kind),
        "reference": provenance.reference,
        "observed_at": provenance.observed_at.isoformat(),
        "recorded_by": provenance.recorded_by,
        "run_id": run_id,
        "restates": statement.restates,
        "withdrawn": statement.withdrawn,
        "digest": one.digest,
        "said": one.said,
    }


def read_said(row: Any) -> Said:
    """The statement that a row of the columns `SAID` holds, with its place in the order of recording."""
    listing_id, order, source, local_id, kind, reference, observed_at, recorded_by, restates, withdrawn, said = row
    provenance = Provenance(source, SourceKind(kind), reference, date.fromisoformat(observed_at), recorded_by)
    yes, no = frozenset(said["yes"]), frozenset(said["no"])
    about = "" if listing_id == f"{source}:{local_id}" else listing_id
    return Said(order, Statement(source, local_id, provenance, said["values"], yes, no, restates, withdrawn, about))


@dataclass(frozen=True, slots=True)
class Run:
    """One import as it is recorded: its file, by whom, why it was forced if it was, and its summary."""

    source: str
    file: str
    sha256: str
    mapping_sha256: str
    observed_at: date
    recorded_at: datetime
    recorded_by: str
    forced_because: str
    summary: Mapping[str, Any]

    @property
    def refused(self) -> bool:
        """Whether the file was refused, so that nothing of it was taken."""
        return self.summary.get("imported") is False

    @property
    def undone(self) -> Mapping[str, Any]:
        """When ("at") and by whom ("by") the import was undone; empty where it was not."""
        return dict(self.summary.get("undone") or {})

    def as_json(self) -> dict[str, Any]:
        """The import for programs."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        days = {"observed_at": self.observed_at.isoformat(), "recorded_at": self.recorded_at.isoformat()}
        return told | days | {"summary": dict(self.summary)}


def report_row(report: Report) -> dict[str, Any]:
    """A report's columns; raises ValueError for a time without its offset from UTC."""
    return {
        "state": str(report.state),
        "observed_at": utc(report.observed_at),
        "channel": str(report.channel),
        "recorded_by": report.recorded_by,
        "sex": report.bucket.sex,
        "age": report.bucket.age,
        "level": report.bucket.level,
        "funded": report.bucket.funded,
        "beds": report.beds,
        "wait_hours": report.wait_hours,
        "hold_until": utc(report.hold_until) if report.hold_until else None,
        "expires_at": utc(report.expires_at) if report.expires_at else None,
    }


def read_report(row: Any) -> Report:
    """The report that a row holds."""
    return Report(
        state=BedState(row.state),
        observed_at=datetime.fromisoformat(row.observed_at),
        channel=Channel(row.channel),
        recorded_by=row.recorded_by,
        bucket=Bucket(row.sex, row.age, row.level, row.funded),
        beds=row.beds,
        wait_hours=row.wait_hours,
        hold_until=datetime.fromisoformat(row.hold_until) if row.hold_until else None,
        expires_at=datetime.fromisoformat(row.expires_at) if row.expires_at else None,
    )


def vetting_row(vetting: Vetting) -> dict[str, Any]:
    """A vetting step's columns; raises ValueError for a time without its offset from UTC."""
    return {
        "state": str(vetting.state),
        "at": utc(vetting.at),
        "by": vetting.by,
        "until": vetting.until.isoformat() if vetting.until else None,
        "because": vetting.because,
    }


def read_vetting(row: Any) -> Vetting:
    """The vetting step that a row holds."""
    until = date.fromisoformat(row.until) if row.until else None
    return Vetting(VettingState(row.state), datetime.fromisoformat(row.at), row.by, until, row.because)
