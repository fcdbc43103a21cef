"""`flask --app app user ...`: accounts from the command line, through the real commands."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from directory import accounts, user_commands
from directory.accounts import Role
from directory.referral import Directory
from directory.settings import Settings
from tests import databases
from tests.people import PASSWORD, a_person, a_register


@pytest.fixture
def directory(tmp_path: Path, filled_file: Path) -> Iterator[Directory]:
    (tmp_path / "site.db").write_bytes(filled_file.read_bytes())
    opened = Directory(Settings(tmp_path / "instance", 8123, databases.sqlite_url(tmp_path / "site.db"), ()))
    yield opened
    opened.database.close()


def run(directory: Directory, *arguments: str) -> Result:
    app = Flask("only commands")
    user_commands.register(app, directory)
    return app.test_cli_runner().invoke(args=["user", *arguments])


def test_adding_prints_a_link_alone_that_opens_the_account(directory: Directory, tmp_path: Path) -> None:
    told = run(directory, "add", "Example Maria", "--role", "counselor")
    assert told.exit_code == 0 and "72 hours" in told.stderr
    start, _, token = told.stdout.strip().rpartition("/")
    assert start == "http://127.0.0.1:8123/activate"
    register = a_register(directory.database, tmp_path / "instance")
    assert accounts.set_first_password(register, token, PASSWORD, datetime.now(UTC))


def test_the_link_names_the_site_that_is_given(directory: Directory) -> None:
    told = run(directory, "add", "maria", "--role", "staff", "--site", "https://directory.example.org/")
    assert told.stdout.startswith("https://directory.example.org/activate/")


def test_the_list_says_what_each_account_still_needs(directory: Directory, tmp_path: Path) -> None:
    run(directory, "add", "new", "--role", "admin")
    run(directory, "add", "gone", "--role", "staff")
    run(directory, "disable", "Gone")
    a_person(a_register(directory.database, tmp_path / "instance"), Role.COUNSELOR, "ready")
    told = run(directory, "list").stdout.splitlines()
    assert told == ["gone  staff  disabled", "new  admin  waits for its link to be used", "ready  counselor  active"]


def test_what_cannot_be_done_is_said_in_words(directory: Directory) -> None:
    run(directory, "add", "maria", "--role", "staff")
    for arguments, words in [
        (("add", "Maria", "--role", "staff"), "there is such an account"),
        (("add", "maria", "--role", "boss"), "'counselor', 'staff', 'admin'"),
        (("reset", "nobody"), "there is no such account"),
        (("disable", "nobody"), "there is no such account"),
    ]:
        told = run(directory, *arguments)
        assert told.exit_code == 2 and words in told.stderr and not told.stdout


def test_every_command_has_help(directory: Directory) -> None:
    for name in ("add", "list", "disable", "reset"):
        assert name in run(directory, "--help").stdout
        assert run(directory, name, "--help").exit_code == 0
