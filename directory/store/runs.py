"""The imports in the database, and the files that were refused: which file, by whom, when, and what came of it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from directory.tables import Run as Run  # what is handed over is had from here, like all else of storage
from directory.tables import RunRow

EXCHANGED: Final = "listings"
"""The source of imports that bring listings as they were exported: with calls, vetting and merges, whoever recorded them."""
_COLUMNS: Final = [getattr(RunRow, name) for name in Run.__dataclass_fields__]


def newest_run(connection: Connection, source: str) -> Run | None:
    """The source's last import that stands: neither refused nor undone."""
    number = newest_number(connection, source)
    return run(connection, number) if number is not None else None


def newest_number(connection: Connection, source: str) -> int | None:
    """The number of the source's last import that stands: neither refused nor undone."""
    query = select(RunRow.id, *_COLUMNS).where(RunRow.source == source).order_by(RunRow.id.desc())
    found = ((row.id, _run(row)) for row in connection.execute(query))
    return next((number for number, run in found if not run.refused and not run.undone), None)


def newest_runs(connection: Connection) -> dict[str, Run]:
    """The last import of each source that stands."""
    sources = connection.scalars(select(RunRow.source).distinct()).all()
    found = {source: newest_run(connection, source) for source in sources}
    return {source: run for source, run in found.items() if run}


def runs(connection: Connection, most: int) -> list[tuple[int, Run]]:
    """The newest imports with their numbers, the newest first."""
    query = select(RunRow.id, *_COLUMNS).order_by(RunRow.id.desc()).limit(most)
    return [(row.id, _run(row)) for row in connection.execute(query)]


def run(connection: Connection, number: int) -> Run | None:
    """The import of this number."""
    row = connection.execute(select(*_COLUMNS).where(RunRow.id == number)).first()
    return _run(row) if row else None


def _run(row: Any) -> Run:
    told = {name: getattr(row, name) for name in Run.__dataclass_fields__}
    days = {"observed_at": date.fromisoformat(row.observed_at), "recorded_at": datetime.fromisoformat(row.recorded_at)}
    return Run(**(told | days))


def record_run(connection: Connection, run: Run) -> int:
    """Write down an import; returns its number."""
    told = {"observed_at": str(run.observed_at), "recorded_at": run.recorded_at.isoformat(), "summary": dict(run.summary)}
    row = {name: getattr(run, name) for name in Run.__dataclass_fields__} | told
    return connection.execute(insert(RunRow).returning(RunRow.id), row).scalar_one()


def conclude_run(connection: Connection, run_id: int, summary: Mapping[str, Any]) -> None:
    """Write down what came of an import, where that was not known yet when it was recorded."""
    connection.execute(update(RunRow).where(RunRow.id == run_id).values(summary=dict(summary)))
