"""An erased case is gone: from every table, from every file of the data folder or of a PostgreSQL server, from the log."""

# ruff: noqa: F811 - a fixture that comes from another file has the name of the argument
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from directory import asking, commands, store, traces
from directory.case import KEPT, Case, Handout
from directory.database import Database
from directory.free_text import Written
from directory.meetings import Desk, purge_due
from directory.referral import Directory
from directory.settings import Settings
from directory.tables import CaseRow, Table
from tests import evening
from tests.databases import USER, Cluster, sqlite_url
from tests.test_meetings import HERON, NOW, a_call, an_account, by_hand, desk, directory, other

__all__ = ["desk", "directory"]
CANARIES: Final = ("43215", "Blue Heron", "canaryplan", "canaryreason", "canarydesk")


def worked_on(desk: Desk) -> Case:
    """A case with something in each of its tables, and with needs that were asked on the way to it."""
    need = asking.read_need(evening.NEED | {"plan": "canaryplan"}, desk.directory.gazetteer, NOW)
    with desk.directory.database.writing() as connection:
        for token, kept in (("t" * 22, need), ("u" * 22, replace(need, must=("amenity.transportation",)))):
            store.keep_need(connection, token, asking.written_need(kept), NOW, NOW + timedelta(hours=24))
    case = desk.open_case(HERON, need, "t" * 22)
    other(desk, "Kim Colleague")
    desk.let_in(case, "Kim Colleague")
    by_hand(desk, case, "dropped", "ready", "canaryreason")
    desk.look(desk.board(desk.case(case.id)))
    with desk.directory.database.writing() as connection:
        call = store.claim_call(connection, a_call(case, "asked"), NOW)
        store.change_call(connection, replace(call, spoke_with="canarydesk", answers={"ZIP": "43215"}))
        store.add_handout(connection, Handout(0, case.id, desk.account.id, NOW, {"for": "Blue Heron 43215"}))
    return desk.case(case.id)


def rows_with(database: Database, canary: str) -> list[str]:
    with database.reading() as connection:
        tables = [table for table in Table.metadata.sorted_tables if table.name != "postal_place"]
        return [table.name for table in tables if any(canary in str(row) for row in connection.execute(select(table)))]


def test_nothing_of_a_purged_case_is_in_any_table(desk: Desk) -> None:
    case = worked_on(desk)
    assert {"meeting_case", "asked", "handout", "case_call"} <= set(rows_with(desk.directory.database, "43215"))
    desk.purge(case)
    assert [name for canary in CANARIES for name in rows_with(desk.directory.database, canary)] == []


def test_nothing_of_a_purged_case_is_in_any_file(filled_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The whole data folder: the database file with its journal, the index, the keys; and the logs."""
    caplog.set_level(logging.DEBUG)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "directory.sqlite3").write_bytes(filled_file.read_bytes())
    directory = Directory(Settings(folder, 8000, f"sqlite:///{folder / 'directory.sqlite3'}", ()))
    with directory.database.writing() as connection:
        store.append(connection, [*evening.statements(), evening.clinic()], None)
    evening.report(directory)
    directory.index.current()
    desk = Desk(directory, an_account(directory), NOW)
    known = found_in(folder, "43215")
    case = worked_on(desk)
    assert all(found_in(folder, canary) for canary in CANARIES)
    desk.purge(case)
    directory.database.close()
    assert found_in(folder, "43215") == known
    assert [canary for canary in CANARIES[1:] if found_in(folder, canary)] == []
    assert not [canary for canary in CANARIES if canary in caplog.text]


@pytest.mark.postgres
@pytest.mark.parametrize("held", [False, True], ids=["alone", "while somebody reads"])
def test_nothing_of_a_purged_case_is_in_any_file_of_postgresql(cluster: Cluster, tmp_path: Path, held: bool) -> None:
    """All files of the server, with its write-ahead log and the planner's statistics."""
    with cluster.fresh("erased", "filled") as url:
        directory = Directory(Settings(tmp_path / "instance", 8000, url, ()))
        desk = Desk(directory, an_account(directory), NOW)
        with directory.database.writing() as connection:
            store.append(connection, [*evening.statements(), evening.clinic()], None)
        cluster.tell("CHECKPOINT")
        known = found_in(cluster.folder(), "43215", "pg_wal")
        desk.open_case(Written("Silver Heron"), asking.read_need({"near": "44113"}, directory.gazetteer, NOW))
        case = worked_on(desk)
        cluster.tell("CHECKPOINT")
        assert all(found_in(cluster.folder(), canary, "pg_wal") for canary in CANARIES)
        assert all(found_in(cluster.folder() / "pg_wal", canary) for canary in CANARIES), "the log holds it before"
        with directory.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE meeting_case")
            gathered = "SELECT string_agg(histogram_bounds::text, '') FROM pg_stats WHERE tablename = 'meeting_case'"
            assert "Blue Heron" in str(connection.exec_driver_sql(gathered).scalar()), "so do the statistics"
        with directory.database.reading() as reader:
            reader.execute(select(CaseRow.id)) if held else None
            assert desk.purge(case) == ((traces.READ,) if held else ())
        if held:
            assert directory.database.leave_no_trace() == ()
        cluster.tell("CHECKPOINT")
        directory.database.close()
        assert found_in(cluster.folder(), "43215") == known
        assert [canary for canary in CANARIES[1:] if found_in(cluster.folder(), canary)] == []


@pytest.mark.postgres
def test_the_daily_purge_takes_a_need_that_expired_out_of_the_log_of_postgresql_too(cluster: Cluster, tmp_path: Path) -> None:
    """The site erases it within minutes and leaves the log, which is costly to write over, to the command."""
    with cluster.fresh("expired", "filled") as url:
        directory = Directory(Settings(tmp_path / "instance", 8000, url, ()))
        with directory.database.writing() as connection:
            store.keep_need(connection, "t" * 22, {"plan": "canaryexpired"}, NOW, NOW + timedelta(hours=24))
        assert purge_due(directory, NOW + timedelta(hours=25)) == (0, ())
        cluster.tell("CHECKPOINT")
        assert found_in(cluster.folder() / "pg_wal", "canaryexpired"), "the log holds it before"
        told = CliRunner().invoke(commands.purge_command(directory))
        assert told.exit_code == 0 and "Left to the administrator" not in told.output
        cluster.tell("CHECKPOINT")
        directory.database.close()
        assert found_in(cluster.folder(), "canaryexpired") == 0


@pytest.mark.postgres
def test_a_role_that_may_not_write_over_the_log_says_who_may(cluster: Cluster, tmp_path: Path) -> None:
    cluster.tell("CREATE ROLE plain LOGIN")
    cluster.tell("CREATE DATABASE plainly OWNER plain")
    database = Database(cluster.url("plainly").replace(f"{USER}@", "plain@"))
    try:
        database.upgrade()
        assert database.leave_no_trace() == (traces.LOG,), "tables and statistics are its own to write anew"
        cluster.tell("GRANT pg_checkpoint, pg_monitor TO plain")
        with closing(Database(cluster.url("plainly"))) as administrator, administrator.writing() as connection:
            connection.exec_driver_sql("GRANT EXECUTE ON FUNCTION pg_switch_wal() TO plain")
        assert database.leave_no_trace() == ()
    finally:
        database.close()
        cluster.tell("DROP DATABASE plainly WITH (FORCE)")
        cluster.tell("DROP ROLE plain")


def test_what_is_left_to_the_administrator_is_told_on_the_command_line(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "leave_no_trace", lambda _database, log=True: (traces.LOG,) if log else ())
    owner, long_ago = an_account(directory).id, NOW - 2 * KEPT
    with directory.database.writing() as connection:
        store.open_case(connection, Case("c" * 22, "Blue Heron", owner, long_ago, long_ago + KEPT, {}))
    told = CliRunner().invoke(commands.purge_command(directory))
    assert told.exit_code == 0 and "1 case erased" in told.output and f"Left to the administrator: {traces.LOG}" in told.output


def backed_up(database: Path, folder: Path) -> Path:
    """A folder with both kinds of copy that SQLite makes of a database while it is in use."""
    folder.mkdir()
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(folder / "backup.sqlite3")) as target:
        source.backup(target)
        source.execute("VACUUM INTO ?", (str(folder / "vacuumed.sqlite3"),))
    return folder


def test_nothing_of_a_purged_case_is_in_a_backup_made_afterwards(filled_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "data" / "directory.sqlite3"
    file.parent.mkdir()
    file.write_bytes(filled_file.read_bytes())
    directory = Directory(Settings(file.parent, 8000, sqlite_url(file), ()))
    with directory.database.writing() as connection:
        store.append(connection, evening.statements(), None)
    desk = Desk(directory, an_account(directory), NOW)
    known = found_in(backed_up(file, tmp_path / "before"), "43215")
    case = worked_on(desk)
    assert all(found_in(backed_up(file, tmp_path / f"with {canary}"), canary) >= 2 for canary in CANARIES), "in both copies"
    desk.purge(case)
    after = backed_up(file, tmp_path / "after")
    directory.database.close()
    assert found_in(after, "43215") == known
    assert [canary for canary in CANARIES[1:] if found_in(after, canary)] == []


@pytest.mark.postgres
def test_nothing_of_a_purged_case_is_in_a_dump_made_afterwards(cluster: Cluster, tmp_path: Path) -> None:
    with cluster.fresh("dumped", "filled") as url:
        directory = Directory(Settings(tmp_path / "instance", 8000, url, ()))
        desk = Desk(directory, an_account(directory), NOW)
        with directory.database.writing() as connection:
            store.append(connection, evening.statements(), None)
        known = cluster.dump("dumped").count("43215")
        case = worked_on(desk)
        assert all(canary in cluster.dump("dumped") for canary in CANARIES)
        desk.purge(case)
        after = cluster.dump("dumped")
        directory.database.close()
        assert after.count("43215") == known
        assert [canary for canary in CANARIES[1:] if canary in after] == []


def found_in(folder: Path, canary: str, but: str = "") -> int:
    """How often a text stands in the files of a folder, but for one folder in it."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.relative_to(folder).parts[0] != but)
    return sum(file.read_bytes().count(canary.encode()) for file in files)
