"""The schema comes from the migrations alone, is what the models say, and may be made by several at once."""

import multiprocessing
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from directory import store
from directory.availability import Report
from directory.database import Database
from directory.places import Gazetteer
from directory.tables import REVISION, Table
from directory.vocabulary import BedState, Channel
from tests.builders import AS_OF, PLACES, a_statement

REPORT = Report(BedState.OPEN, AS_OF, Channel.CALL, "a test")
MIGRATIONS = Path(__file__).parent.parent / "migrations"


def upgraded(url: str) -> int:
    """Upgrade a database and say how many listings it holds; run in processes of its own."""
    warnings.simplefilter("error")
    database = Database(url)
    try:
        database.upgrade()
        with database.reading() as connection:
            return store.count(connection)
    finally:
        database.close()


def test_the_newest_migration_is_the_one_that_the_program_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []


def test_constraints_have_the_names_that_the_models_give_them(database: Database) -> None:
    with database.reading() as connection:
        found = inspect(connection)
        for name, table in Table.metadata.tables.items():
            assert found.get_pk_constraint(name)["name"] == table.primary_key.name
            assert {key["name"] for key in found.get_foreign_keys(name)} == {key.name for key in table.foreign_key_constraints}
            assert {index["name"] for index in found.get_indexes(name)} == {index.name for index in table.indexes}


def test_upgrading_twice_changes_nothing(empty_url: str) -> None:
    assert [upgraded(empty_url), upgraded(empty_url)] == [0, 0]


def test_what_an_older_program_stored_is_there_after_the_upgrade(empty_url: str) -> None:
    database = Database(empty_url)
    try:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with database.writing() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            store.append(connection, [a_statement()], None)
        database.upgrade()
        with database.writing() as connection:
            (listing,) = store.listings(connection, Gazetteer(PLACES).locate)
            assert (listing.organization, listing.reports, listing.vettings) == ("Example House", (), ())
            assert store.append_reports(connection, [(listing.id, REPORT)]) == 1
    finally:
        database.close()


def test_several_processes_may_upgrade_at_once(empty_url: str) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(upgraded, [empty_url] * 4)) == [0, 0, 0, 0]


def test_a_failed_upgrade_leaves_no_table(empty_url: str) -> None:
    database = Database(empty_url)
    try:
        with database.writing() as connection:
            connection.exec_driver_sql("CREATE TABLE asked (token TEXT)")
        with pytest.raises(DBAPIError, match="asked"):
            database.upgrade()
        with database.reading() as connection:
            assert inspect(connection).get_table_names() == ["asked"]
    finally:
        database.close()
