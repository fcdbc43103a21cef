"""An invented source, its rows, and what the directory holds after they were imported."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select

from directory import store
from directory.database import Database
from directory.listing import Listing
from directory.normalize import ParsedRecord
from directory.places import Gazetteer
from directory.problems import Loudness, Problem
from directory.tables import RunRow
from directory.vocabulary import SourceKind
from importers.base import Batch, Importer, Meaning, Row, Source
from importers.pipeline import Order, Summary, import_file
from importers.readers import table
from tests.builders import PLACES

NOW = datetime(2026, 3, 13, 20, 0, tzinfo=UTC)
DAY = date(2026, 3, 1)
ORDER = Order("a test", NOW)
COLUMNS = ("name", "street", "city", "state", "zip", "phone", "services")
LOCATE = Gazetteer(PLACES).locate

SOURCE = Source(
    name="invented_list",
    title="An invented list",
    publisher="A test",
    licence="Invented",
    kind=SourceKind.SURVEY,
    at_least=1,
    at_most=6,
    complete=(),
    columns={"name": "organization", "city": "city", "state": "state_province", "zip": "postal_code", "phone": "phone"},
    phrases={"bed": Meaning(frozenset(("setting.residential",))), "cash": Meaning(frozenset(("payer.self_pay",)))},
)


def read(path: Path, _source: Source) -> Batch:
    with path.open(newline="", encoding="utf-8") as file:
        return Batch(table(path.name, list(csv.reader(file)), COLUMNS), DAY)


def parse(row: Row, _batch: Batch, source: Source) -> ParsedRecord:
    local_id, distinguish = row.digest("name", "street"), row.digest("phone")
    services = row.take("services").split()
    if "?" in services:
        raise row.bad("the services are a question", "services")
    said = row.said({"services": map(source.meaning, services)})
    values = {"address_1": row.take("street")} | {ours: row.take(theirs) for theirs, ours in source.columns.items()}
    return ParsedRecord(local_id, row.where, values, said.yes, distinguish=distinguish)


IMPORTER = Importer(SOURCE, read, parse, "a table")

OAK = ("Oak House", "1 Example Street", "Columbus", "OH", "43201", "614-555-0101", "bed")
ELM = ("Elm House", "2 Example Street", "Cleveland", "OH", "44113", "216-555-0102", "bed cash")
ASH = ("Ash House", "3 Example Street", "Detroit", "MI", "48201", "313-555-0103 x12", "")
Rows = tuple[tuple[str, ...], ...]
Bring = Callable[..., Summary]


def changed(row: tuple[str, ...], **cells: str) -> tuple[str, ...]:
    return tuple(cells.get(column, cell) for column, cell in zip(COLUMNS, row, strict=True))


def held(database: Database) -> dict[str, Listing]:
    with database.reading() as connection:
        return {listing.organization: listing for listing in store.listings(connection, LOCATE)}


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    return summary.new, summary.changed, summary.unchanged, summary.gone, summary.refused


def state(database: Database) -> tuple[int, int, tuple[str, ...], int]:
    with database.reading() as connection:
        runs = len(connection.execute(select(RunRow.id)).all())
        return store.counter(connection), store.count(connection), store.unindexed(connection), runs


def loud(summary: Summary, loudness: Loudness) -> list[Problem]:
    return [problem for problem in summary.problems if problem.loudness is loudness]


def brought(database: Database, folder: Path, rows: Rows, order: Order = ORDER, importer: Importer = IMPORTER) -> Summary:
    """What comes of importing a file of these rows."""
    path = folder / "list.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([COLUMNS, *rows])
    return import_file(database, importer, path, order)
