"""Opening the database: SQLite by default, PostgreSQL through psycopg, the same promises on both."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from directory import traces
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.tables import REVISION, Written

_MIGRATIONS: Final = Path(__file__).parent.parent / "migrations"
_BUSY_SECONDS: Final = 30
"""How long somebody waits for the writing turn."""
_HELD_KIB: Final = 64 << 10
"""So much of what one transaction writes is held in memory: an import of the largest real directory takes 34 MB."""


class CannotWrite(CannotUnderstand):
    """Nothing is wrong with what was to be written: there was no turn for it, or no room."""


class Database:
    """An engine with its two ways in: `reading`, and `writing`, which waits its turn and commits or leaves nothing."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database."""
        options: dict[str, Any] = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the database's one writing turn from its start: `BEGIN IMMEDIATE` on SQLite."""
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7402)")
            yield connection

    @contextmanager
    def long_writing(self, where: str) -> Iterator[Connection]:
        """`writing` for work that others may be at too, such as an import, done to `where`.

        Raises CannotWrite, in words, where the turn does not come in half a minute, and where the disk is full or fails;
        nothing is changed then.
        """
        try:
            with self.writing() as connection:
                yield connection
        except OperationalError as error:
            if _turn_is_taken(error):
                what, found = "somebody else is importing, and was not done in time; nothing was changed", ""
                fix = "Try again in a minute"
            elif _has_no_room(error):
                what, found = "the database can't be written; nothing was changed", str(error.orig)
                fix = "Make room on the disk on which it lies, and try again"
            else:
                raise
            raise CannotWrite(Problem(Loudness.FILE, where, what, found, fix)) from None

    def leave_no_trace(self, log: bool = True) -> tuple[str, ...]:
        """Take what was deleted out of what stands beside the rows; returns what is left to the administrator, in sentences.

        Inside a SQLite file `secure_delete` has overwritten it already, and its journal is emptied. What PostgreSQL keeps,
        `traces` takes out; its write-ahead log, which is costly to write over, where `log` says so.
        """
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                return ()
            left = traces.taken_out(connection)
            return tuple(dict.fromkeys((*left, *(traces.log_written_over(connection) if log else ()))))

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite rather than PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    def upgrade(self) -> None:
        """Bring the schema to the newest migration; does nothing where it is there already.

        The migrations run inside the one writing turn, so that of two who start at once the second finds the work done.
        """
        try:
            with self.reading() as connection:
                if _revision(connection) == REVISION:
                    return
        except OperationalError:
            where = self.engine.url.render_as_string(hide_password=True)
            fix = "Start the database, or set DATABASE_URL to one that can be reached and written"
            raise CannotUnderstand(Problem(Loudness.FILE, "DATABASE_URL", "can't be opened", where, fix)) from None
        with self.writing() as connection:
            if _revision(connection) != REVISION:
                _migrate(connection)

    def close(self) -> None:
        """End the connections; one that somebody still works with ends when it comes back."""
        pool = self.engine.pool
        self.engine.dispose()
        event.listen(pool, "checkin", _ended)


def _ended(connection: Any, _record: Any) -> None:
    """Nobody takes it from a pool that was given up, and who merely forgets it leaves the server waiting for a word."""
    if connection is not None:
        connection.close()


def _turn_is_taken(error: OperationalError) -> bool:
    """Whether the database says that somebody else holds what was waited for: SQLite in words, PostgreSQL by code."""
    return getattr(error.orig, "sqlstate", None) == "55P03" or "database is locked" in str(error.orig)


def _has_no_room(error: OperationalError) -> bool:
    """Whether the disk is full, or fails: PostgreSQL's classes 53100 and 58030."""
    words = str(error.orig)
    return getattr(error.orig, "sqlstate", None) in ("53100", "58030") or "disk is full" in words or "disk I/O error" in words


def _revision(connection: Connection) -> str | None:
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _engine(url: str) -> Engine:
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, json_serializer=_as_json, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    return engine


def _as_json(value: Any) -> str:
    return value if isinstance(value, Written) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _on_connect(connection: Any, _record: Any) -> None:
    """Durable and strict; the journal by SQLite's version, since 3.7.0 to 3.51.2 can lose pages when WAL resets.

    What a transaction writes stays in memory until it is committed, since all who read would wait from when it is written out;
    but for a transaction that is larger than memory may be taken for it.
    """
    connection.isolation_level = None
    safe_wal = sqlite3.sqlite_version_info >= (3, 51, 3)
    for pragma in (
        f"busy_timeout = {_BUSY_SECONDS * 1000}",
        "foreign_keys = ON",
        f"journal_mode = {'WAL' if safe_wal else 'DELETE'}",
        f"synchronous = {'FULL' if safe_wal else 'EXTRA'}",
        "secure_delete = ON",
        # In KiB, which the sign says. As pages, SQLite takes every multiple of 256 for OFF.
        f"cache_spill = -{_HELD_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    """Take the write lock at the start of what writes, so that no reader has to turn writer half way and fail."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
