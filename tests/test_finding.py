"""Staff find any listing, published or not, by whatever they have of it; and nothing of what they enter is written anywhere."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from directory import finding, merging, store
from directory.account import Role
from directory.referral import Directory
from directory.vocabulary import VettingState
from tests import evening, sites
from tests.people import a_client, a_person

READY, HELD = "invented_survey:ready", "invented_survey:held"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    folder = tmp_path_factory.mktemp("finding")
    with sites.a_directory(folder, template, evening.statements()) as opened:
        (told,) = evening.statements("third")
        far = {"organization": "Example Far House", "city": "Cleveland", "postal_code": "44113", "phone": "2165550177x12"}
        with opened.database.writing() as connection:
            store.append(connection, [replace(told, local_id="far", values=dict(told.values) | far)], None)
        sites.checked(opened, "held", state=VettingState.SUSPENDED)
        yield opened


@pytest.fixture(scope="module")
def staff(directory: Directory) -> FlaskClient:
    app = sites.a_site(directory)
    return a_client(app, a_person(app.extensions["register"], Role.STAFF, "", datetime.now(UTC)))


def ids(directory: Directory, text: str) -> list[str]:
    return [one.id for one in finding.find(directory, text).listings]


@pytest.mark.parametrize(
    "text, first",
    [
        (READY, READY),
        ("ready", READY),
        ("OH-0101", READY),
        ("oh-0101", READY),
        ("614-555-0151", HELD),
        ("(614) 555 0151", HELD),
        ("216.555.0177", "invented_survey:far"),
        ("44113", "invented_survey:far"),
        ("Cleveland", "invented_survey:far"),
        ("cleveland,  Ohio", "invented_survey:far"),
        ("Example Held House", HELD),
        ("  exmaple   HELD hous ", HELD),
        ("far house cleveland", "invented_survey:far"),
    ],
)
def test_a_listing_is_found_by_whatever_one_has_of_it(directory: Directory, text: str, first: str) -> None:
    assert ids(directory, text)[0] == first


@pytest.mark.parametrize(
    "text", ["", " ", "99950", "614-555-9999", "Xylophone", "Cleveland, TX", "%", "OH", "'; DROP TABLE", "5"]
)
def test_what_is_not_there_is_not_found(directory: Directory, text: str) -> None:
    assert ids(directory, text) == []


def test_all_of_a_city_are_found_and_counted(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = finding.find(directory, "Columbus, OH")
    assert everything.total == len(everything.listings) == 8
    monkeypatch.setattr(finding, "MOST", 3)
    assert (len(finding.find(directory, "Columbus").listings), finding.find(directory, "Columbus").total) == (3, 8)


@pytest.fixture
def havens(directory: Directory) -> Iterator[None]:
    """So many of one name that not all are shown, and one whose name is a city's in which many are."""
    (told,) = evening.statements("third")
    names = [f"Éxample Hàven {n} of Clevelands" for n in range(60)] + ["Example Columbus Haven"]
    many = [
        replace(told, source="havens", local_id=f"{n}", values=dict(told.values) | {"organization": name})
        for n, name in enumerate(names)
    ]
    with directory.database.writing() as connection:
        store.append(connection, many, None)
    yield
    with directory.database.writing() as connection:
        store.remove_source(connection, "havens")


@pytest.mark.usefixtures("havens")
def test_every_name_that_holds_the_words_is_found_ahead_of_cities_and_counted(directory: Directory, staff: FlaskClient) -> None:
    found = finding.find(directory, "EXAMPLE haven")
    assert (found.total, len(found.listings), found.listings[0].name) == (61, finding.MOST, "Example Columbus Haven")
    assert ids(directory, "columbus")[0] == "havens:60", "a name before the many of that city"
    assert finding.find(directory, "cleveland").total == 61 and "invented_survey:far" not in ids(directory, "cleveland")
    assert finding.find(directory, "haven columbus").total == 1
    token = re.search(r'name="csrf_token" value="([^"]+)"', staff.get("/staff").get_data(as_text=True))
    page = staff.post("/staff/find", data={"csrf_token": token and token[1], "words": "haven"}).get_data(as_text=True)
    assert "The first 50 of 61 listings" in page


def test_one_that_was_merged_leads_to_the_one_that_stays(directory: Directory, staff: FlaskClient) -> None:
    account = a_person(staff.application.extensions["register"], Role.STAFF, "merger", datetime.now(UTC)).account
    desk = merging.MergingDesk(directory, account, datetime.now(UTC))
    desk.merge("invented_survey:sister", into=READY)
    assert ids(directory, "invented_survey:sister") == [READY]
    merging.MergingDesk(directory, account, datetime.now(UTC)).take_apart("invented_survey:sister")


def test_the_page_tells_how_far_each_is_checked_and_leads_to_that(staff: FlaskClient) -> None:
    home = staff.get("/staff").get_data(as_text=True)
    assert 'action="/staff/find"' in home and 'href="/staff/find">Look a listing up' in home
    token = re.search(r'name="csrf_token" value="([^"]+)"', home)
    assert token

    def look(words: str) -> tuple[int, str]:
        with sites.listening() as heard:
            told = staff.post("/staff/find", data={"csrf_token": token[1], "words": words})
        assert not words.strip() or not [line for line in heard.lines if words in line]
        return told.status_code, html.unescape(told.get_data(as_text=True))

    status, page = look("Example Held House")
    assert status == 200 and f'<a href="/listings/{HELD}/vetting">Example Held House' in page
    assert "uspended" in page.partition("Example Held House</a>")[2][:600]
    assert "Nothing is found" in look("canary words")[1]
    assert look(" ")[0] == 422 and "Error: " in look("")[1]


def test_families_and_counselors_do_not_look_there(staff: FlaskClient) -> None:
    app = staff.application
    counselor = a_client(app, a_person(app.extensions["register"], Role.COUNSELOR, "", datetime.now(UTC)))
    assert (counselor.get("/staff/find").status_code, app.test_client().get("/staff/find").status_code) == (403, 401)
