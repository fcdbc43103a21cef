"""Staff settle what newer files contradict, both sides beside each other, and think better of it; and read every import."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from directory import store
from directory.account import Role
from directory.conflicts import PLACE, Conflict, Side
from directory.referral import Directory
from directory.vocabulary import SourceKind
from tests import builders, sites
from tests.people import a_client, a_person
from tests.test_staff_import import send
from tests.test_web import well_formed

ID: Final = "invented_survey:100"
CALLED: Final = builders.a_provenance(source="calls", kind=SourceKind.STAFF_CALL)
LISTED: Final = builders.a_provenance(source="invented_survey")


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path, template, sites.statements()) as opened:
        yield opened


@pytest.fixture
def ann(directory: Directory) -> FlaskClient:
    app: Flask = sites.a_site(directory)
    return a_client(app, a_person(app.extensions["register"], Role.STAFF, "ann", datetime.now(UTC)))


def contradict(directory: Directory, about: str, stands: str, said: str) -> None:
    with directory.database.writing() as connection:
        found = Conflict(ID, about, Side(stands, CALLED), Side(said, LISTED))
        store.add_conflicts(connection, [found], None, datetime.now(UTC))


def test_nothing_contradicts_at_first(ann: FlaskClient) -> None:
    page = ann.get("/staff/conflicts").text
    well_formed(page)
    assert "Nothing contradicts what people confirmed." in page
    assert "Nothing was imported yet." in ann.get("/staff/runs").text
    assert ann.get("/staff/runs/7").status_code == 404


def test_both_sides_are_shown_with_who_said_them_and_when(ann: FlaskClient, directory: Directory) -> None:
    contradict(directory, "phone", "6145550150", "6145550177")
    page = ann.get("/staff/conflicts").text
    well_formed(page)
    assert "614-555-0150" in page and "614-555-0177" in page and "Main telephone" in page
    assert "Calls, a call by staff, March 1, 2026" in page
    assert "Invented Survey of Example Centers, a national survey, March 1, 2026" in page
    assert "1 contradiction to settle" in ann.get("/staff").text


def test_the_new_is_taken_and_given_back(ann: FlaskClient, directory: Directory) -> None:
    contradict(directory, "phone", "6145550150", "6145550177")
    before = directory.listings([ID])[ID].phones
    done = send(ann, "/staff/conflicts/1", decision="take", because="they answered  it")
    assert (done.status_code, done.location) == (303, "/staff/conflicts")
    listing = directory.listings([ID])[ID]
    assert "614-555-0177" in map(str, listing.phones) and listing.said_by["phone"].recorded_by == "staff 1"
    page = ann.get("/staff/conflicts").text
    assert "614-555-0177 was taken (they answered it)" in page and "Nothing contradicts" in page
    assert send(ann, "/staff/conflicts/1", decision="keep").status_code == 409
    assert send(ann, "/staff/conflicts/1/again").status_code == 303
    assert directory.listings([ID])[ID].phones == before
    assert send(ann, "/staff/conflicts/1/again").status_code == 409


def test_what_was_confirmed_is_kept_and_nothing_is_said(ann: FlaskClient, directory: Directory) -> None:
    contradict(directory, "payer.medicaid", "no", "yes")
    with directory.database.reading() as connection:
        before = store.counter(connection)
    assert send(ann, "/staff/conflicts/1", decision="keep").status_code == 303
    with directory.database.reading() as connection:
        assert store.counter(connection) == before
        assert store.audited(connection)[-1][1:] == ("ann", "conflict kept", ID)


def test_a_place_is_settled_in_its_own_words(ann: FlaskClient, directory: Directory) -> None:
    contradict(directory, PLACE, "43201 (Columbus, OH)", "41.4816, -81.7018")
    page = ann.get("/staff/conflicts").text
    assert "Keep the ZIP code" in page and "The point 41.4816, -81.7018" in page
    send(ann, "/staff/conflicts/1", decision="take")
    point = directory.listings([ID])[ID].point
    assert point and (point.latitude, point.approximate) == (41.4816, False)


@pytest.mark.parametrize("decision", ["", "both"])
def test_a_decision_that_is_none_is_refused(ann: FlaskClient, directory: Directory, decision: str) -> None:
    contradict(directory, "phone", "6145550150", "6145550177")
    assert send(ann, "/staff/conflicts/1", decision=decision).status_code == 400
    assert send(ann, "/staff/conflicts/99", decision="keep").status_code == 409
