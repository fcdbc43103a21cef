"""The page and the command about pairs that may be one place, through the real application over a real small database."""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from directory import commands, store
from directory.account import Role
from directory.duplicates import Clue
from directory.listing import Statement
from directory.proposing import proposals
from directory.referral import Directory
from directory.web import create_app
from tests import builders, sites
from tests.people import a_client, a_person
from tests.test_web import well_formed

NOW = datetime.now(UTC)
SURVEY, REGISTER = "invented_survey:a", "register:9"


def said(listing_id: str, **values: Any) -> Statement:
    source, _, local_id = listing_id.partition(":")
    by = builders.a_provenance(source=source)
    return Statement(source, local_id, by, builders.VALUES | values, frozenset(("status.operating", "sex.male")))


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    told = [
        said(SURVEY, organization="Better Life Partners"),
        said(REGISTER, organization="Better Life Parnters", licence_number="A-1"),
        said("web:3", organization="<b>Another</b> Place", address_1="1 Other Road", phone="6145550177"),
    ]
    with sites.a_directory(tmp_path, template, told) as opened:
        yield opened


@pytest.fixture
def app(directory: Directory) -> Flask:
    made = sites.compiled_once(create_app(directory, sites.TITLES))
    commands.register(made, directory)
    return made


@pytest.fixture
def staff(app: Flask) -> FlaskClient:
    return a_client(app, a_person(app.extensions["register"], Role.STAFF, now=datetime.now(UTC)))


def post(client: FlaskClient, where: str, **fields: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/staff/duplicates").text)
    assert token
    return client.post(where, data={"csrf_token": html.unescape(token.group(1)), **fields})


def ids(directory: Directory) -> list[str]:
    with directory.database.reading() as connection:
        return store.ids(connection)


def test_a_number_that_serves_many_is_a_switchboard_on_the_page_too(directory: Directory) -> None:
    others = [
        said(f"web:{n}", organization=f"House {n}", address_1=f"{n} Long Road", postal_code="43201") for n in range(9, 13)
    ]
    with directory.database.writing() as connection:
        store.append(connection, others, None)
    (pair,) = (one for one in proposals(directory) if one.ids == (SURVEY, REGISTER))
    assert {one.clue for one in pair.evidence} & {Clue.PHONE, Clue.SWITCHBOARD} == {Clue.SWITCHBOARD}
    assert "same telephone 614-555-0101, which serves 6 listings" in {one.sentence for one in pair.evidence}


def test_a_pair_stands_side_by_side_with_its_evidence_and_what_differs(staff: FlaskClient) -> None:
    page = staff.get("/staff/duplicates").text
    well_formed(page)
    assert "1 pair of listings may be one place" in page and "names 95 of 100 alike" in page
    assert "same street and ZIP" in page and "same telephone 614-555-0101" in page
    rows = re.findall(r'<div role="row"( class="differs")?>\s*<span role="rowheader">(\w+)', page)
    marked = {name: bool(mark) for mark, name in rows}
    assert (marked["Name"], marked["Street"], marked["License"]) == (True, False, False) and "not known" in page
    home = staff.get("/staff").text
    assert home.count("/staff/duplicates") == 2, "the room, and the pair among the tasks"
    (there,) = re.findall(r'id="(pair-[^"]+)"', home)
    assert f'<h2 id="{there}">' in page, "its link leads to the pair"


@pytest.mark.parametrize(("choice", "stays", "goes"), [("left", SURVEY, REGISTER), ("right", REGISTER, SURVEY)])
def test_one_of_the_two_is_kept_and_the_page_of_the_other_leads_to_it(
    staff: FlaskClient, directory: Directory, choice: str, stays: str, goes: str
) -> None:
    told = post(staff, "/staff/duplicates", left=SURVEY, right=REGISTER, choice=choice)
    assert (told.status_code, told.location) == (303, "/staff/duplicates") and ids(directory) == sorted([stays, "web:3"])
    moved = staff.get(f"/listings/{goes}")
    assert (moved.status_code, moved.location) == (301, f"/listings/{stays}")
    assert staff.application.test_client().get(f"/listings/{goes}").headers["Cache-Control"] in ("no-cache", "no-store")
    page = staff.get("/staff/duplicates").text
    well_formed(page)
    assert "Done:" in page and f"<strong>{goes}</strong> is part of" in page and "No two listings look like one place" in page
    undone = post(staff, "/staff/duplicates/undo", decision="merged", listing=goes, other=stays)
    assert undone.status_code == 303 and len(ids(directory)) == 3
    assert staff.get(f"/listings/{goes}").status_code == 200
    assert "1 pair of listings may be one place" in staff.get("/staff/duplicates").text


def test_what_is_different_is_not_asked_again_until_it_is_taken_back(staff: FlaskClient, directory: Directory) -> None:
    post(staff, "/staff/duplicates", left=SURVEY, right=REGISTER, choice="different")
    page = staff.get("/staff/duplicates").text
    assert "are different places" in page and "may be one place" not in page and len(ids(directory)) == 3
    post(staff, "/staff/duplicates/undo", decision="different", listing=SURVEY, other=REGISTER)
    assert "1 pair of listings may be one place" in staff.get("/staff/duplicates").text


def test_a_decision_that_came_too_late_is_told_in_words(staff: FlaskClient) -> None:
    post(staff, "/staff/duplicates", left=SURVEY, right=REGISTER, choice="left")
    late = post(staff, "/staff/duplicates", left=SURVEY, right=REGISTER, choice="different")
    assert late.status_code == 422 and f"{REGISTER} is part of {SURVEY} already" in late.text
    none = post(staff, "/staff/duplicates/undo", decision="merged", listing="web:3", other=SURVEY)
    assert none.status_code == 422 and "is not merged" in none.text
    strange = post(staff, "/staff/duplicates", left=SURVEY, right="<i>nowhere</i>", choice="left")
    assert strange.status_code == 422 and "<i>" not in strange.text


def test_the_page_is_for_staff(app: Flask) -> None:
    counselor = a_client(app, a_person(app.extensions["register"], Role.COUNSELOR, now=datetime.now(UTC)))
    assert counselor.get("/staff/duplicates").status_code == 403
    assert app.test_client().post("/staff/duplicates", data={"choice": "left"}).status_code in (400, 401, 403)


def test_the_bed_page_and_the_sheet_of_a_merged_listing_are_those_of_the_one_that_stays(
    staff: FlaskClient, directory: Directory
) -> None:
    post(staff, "/staff/duplicates", left=SURVEY, right=REGISTER, choice="left")
    for where in (f"/listings/{REGISTER}/report", f"/listings/{REGISTER}/vetting"):
        assert "Better Life Par" in staff.get(where).text


def test_the_command_lists_the_pairs_for_people_and_programs(app: Flask) -> None:
    runner = app.test_cli_runner()
    told = runner.invoke(args=["duplicates"])
    assert told.exit_code == 0 and "1 pair may be one place" in told.stderr
    assert "Better Life Parnters" in told.stdout and "same street and ZIP" in told.stdout
    (pair,) = json.loads(runner.invoke(args=["duplicates", "--json"]).stdout)
    assert pair["listings"] == [SURVEY, REGISTER] and pair["score"] == sum(one["points"] for one in pair["evidence"])
    assert runner.invoke(args=["duplicates", "--most", "0"]).exit_code == 2
