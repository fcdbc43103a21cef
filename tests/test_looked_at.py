"""Whoever sees something of a case stands in the audit with it: every page of the site is walked, also one that is new."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from directory import store
from directory.database import Database
from directory.tables import CaseRow
from directory.web.roles import needs
from tests import evening, sites
from tests.every_page import PAGES, Grounds, grounds

_OF_A_CASE = re.compile(r"Blue Heron|List no\. 1\b|Lista n\.º 1\b")
"""The code name of every case of these grounds, and what stands on a hand-out, which never names its case."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[tuple[Grounds, Flask, Database]]:
    """The site after an evening's work, with two pages more: one that looks a case up, and one that goes behind the store."""
    folder = tmp_path_factory.mktemp("looked-at")
    with sites.a_directory(folder, template, [*evening.statements(), evening.clinic()]) as directory:
        made, app = grounds(directory), sites.a_site(directory)

        @app.get("/new/<case_id>")
        @needs("counselor")
        def new(case_id: str) -> str:
            with directory.database.reading() as connection:
                case = store.case_for(connection, case_id, g.account.id)
            return case.code_name if case else ""

        @app.get("/behind")
        @needs("counselor")
        def behind() -> str:
            with directory.database.reading() as connection:
                return str(connection.scalar(select(CaseRow.code_name)))

        yield made, app, directory.database


def seen(world: tuple[Grounds, Flask, Database], who: str, address: str) -> tuple[bool, list[tuple[str, str]]]:
    """Whether a page shows something of a case to somebody, and what the look adds to the audit: action and case."""
    there, app, database = world
    before = len(audited(database))
    page = client(app, there.sessions[who] if who else "").get(address)
    return bool(_OF_A_CASE.search(page.text.replace("\u00a0", " "))), [line[2:] for line in audited(database)[before:]]


def client(app: Flask, session: str) -> FlaskClient:
    made = app.test_client()
    if session:
        made.set_cookie("session", session)
    return made


def audited(database: Database) -> list[tuple[str, str, str, str]]:
    with database.reading() as connection:
        return store.audited(connection)


def test_no_page_shows_something_of_a_case_without_a_record_of_who_saw_it(world: tuple[Grounds, Flask, Database]) -> None:
    there, _, _ = world
    looks = {(one.who, one.address.format(**there.at)) for one in PAGES}
    found = {look: seen(world, *look) for look in sorted(looks)}
    showing = {look: lines for look, (shows, lines) in found.items() if shows}
    assert len(showing) > 15 and {who for who, _ in showing} >= {"", "maria", "ann"}
    assert [look for look, lines in showing.items() if not lines] == []
    assert not any("Heron" in word for _, lines in found.values() for line in lines for word in line), "nothing of its contents"


def test_a_new_page_is_recorded_by_itself_and_one_that_goes_behind_the_store_is_caught(
    world: tuple[Grounds, Flask, Database],
) -> None:
    case_id = world[0].at["case"].rpartition("/")[2]
    assert seen(world, "maria", f"/new/{case_id}") == (True, [("case seen on the page new", case_id)])
    assert seen(world, "tom", f"/new/{case_id}") == (False, []), "who may not see it sees nothing"
    assert seen(world, "maria", "/behind") == (True, []), "this is what the walk over all pages fails on"


def test_a_page_that_shows_no_case_leaves_no_record(world: tuple[Grounds, Flask, Database]) -> None:
    for address in ("/cases/new", "/account", "/"):
        assert seen(world, "maria", address) == (False, []), address
