"""Where addresses are, asked of a real server on this machine: in its turn, once, never if withheld, not when off."""

import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from directory import commands, geocoding, store
from directory.account import Who
from directory.database import Database
from directory.listing import Statement
from directory.problems import CannotUnderstand
from directory.referral import Directory
from directory.settings import Settings
from directory.vocabulary import SourceKind
from tests import databases, sites
from tests.builders import a_provenance
from tests.invented_list import ELM, OAK, brought, changed, held
from tests.test_conflicts import NEWER
from tests.test_routing import Reply, Router, a_router

OAK_AT: Final = {"lat": "39.9900", "lon": "-83.0010", "display_name": "1 Example Street", "addresstype": "building"}
NOBODY: Final = Who("a test", datetime(2026, 3, 14, 9, 0, tzinfo=UTC))


def says(*places: dict[str, Any]) -> Reply:
    return lambda router: router.say(200, json.dumps(places).encode())


def a_failure(status: int, **headers: str) -> Reply:
    return lambda router: router.say(status, b"busy", None, **headers)


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path, template, []) as opened:
        brought(opened.database, tmp_path, (OAK,))
        yield opened


def asking(directory: Directory, url: str) -> Directory:
    other = Directory(replace(directory.settings, geocoder_url=url))
    other._gazetteer = directory.gazetteer
    return other


def geocode(directory: Directory, reply: Reply, most: int = 10) -> tuple[geocoding.Found, list[str]]:
    with a_router(reply) as (url, asked):
        other = asking(directory, url)
        found = geocoding.geocode(other, most, NOBODY)
        other.database.close()
        return found, asked


def place(directory: Directory, name: str = "Oak House") -> tuple[float, bool]:
    with directory.database.reading() as connection:
        (one,) = (one for one in store.listings(connection, directory.gazetteer.locate) if one.organization == name)
    assert one.point
    return one.point.latitude, one.point.approximate


def test_a_place_is_what_the_service_says_of_it_and_is_asked_once(directory: Directory) -> None:
    assert place(directory)[1]
    found, asked = geocode(directory, says(OAK_AT))
    assert (found.placed, found.left, place(directory)) == (1, 0, (39.99, False))
    assert {name: value[0] for name, value in parse_qs(urlsplit(asked[0]).query).items()}.items() >= {
        "street": "1 Example Street", "city": "Columbus", "state": "OH", "postalcode": "43201",
    }.items()  # fmt: skip
    said = held(directory.database)["Oak House"].said_by["latitude"]
    assert (said.source, said.reference) == ("geocoder", "1 Example Street, Columbus, OH 43201")
    assert geocode(directory, a_failure(500)) == (geocoding.Found(), [])


def test_the_program_says_its_name(directory: Directory) -> None:
    names: list[str] = []

    def listen(router: Router) -> None:
        names.append(router.headers["User-Agent"])
        says(OAK_AT)(router)

    geocode(directory, listen)
    assert names == ["referral-directory/0.1 (finds where listed treatment centers are)"]


def test_a_listing_that_moved_is_asked_for_again(directory: Directory, tmp_path: Path) -> None:
    geocode(directory, says(OAK_AT))
    listing = held(directory.database)["Oak House"]
    with directory.database.writing() as connection:
        moved = a_provenance(source="calls", kind=SourceKind.STAFF_CALL)

        store.append(connection, [Statement("calls", "m", moved, {"address_1": "9 New Street"}, about=listing.id)], None)
    found, asked = geocode(directory, says())
    assert (found.unknown, len(asked)) == (1, 1) and place(directory)[1]


@pytest.mark.parametrize(
    ("reply", "counted"),
    [
        (says(), "unknown"),
        (says({**OAK_AT, "addresstype": "city"}), "unknown"),
        (says({**OAK_AT, "lat": "41.48", "lon": "-81.70"}), "far"),
    ],
)
def test_what_is_not_known_or_too_far_is_not_used_nor_asked_again(directory: Directory, reply: Reply, counted: str) -> None:
    found, asked = geocode(directory, reply)
    assert (getattr(found, counted), found.placed, len(asked)) == (1, 0, 1) and place(directory)[1]
    assert geocode(directory, says(OAK_AT))[1] == []


@pytest.mark.parametrize(
    "reply",
    [
        a_failure(500),
        a_failure(403),
        lambda router: router.say(200, b"<html>"),
        lambda router: router.say(200, b"[" * 100_000),
        lambda router: router.say(200, b"\xff\xfe\x00"),
        lambda router: router.say(200, b'"text"'),
        lambda router: router.say(200, b"[7]"),
        lambda router: router.say(200, b'{"error": "no"}'),
        says({"display_name": "no degrees"}),
        says({**OAK_AT, "lat": "north"}),
        says({**OAK_AT, "lat": "0", "lon": "0"}),
        says({**OAK_AT, "lat": "NaN"}),
        says({**OAK_AT, "lat": "1e999"}),
        lambda router: router.say(200, b"[", length=50),
        lambda router: router.connection.close(),
    ],
)
def test_a_service_that_answers_wrongly_changes_nothing(directory: Directory, reply: Reply) -> None:
    found, asked = geocode(directory, reply)
    assert (found.placed, found.left, len(asked)) == (0, 1, 1) and place(directory)[1]
    assert geocode(directory, says(OAK_AT))[0].placed == 1


def test_a_service_that_is_down_is_given_up(directory: Directory, tmp_path: Path) -> None:
    elsewhere = tuple(changed(OAK, name=f"House {number}", street=f"{number} Example Street") for number in range(4))
    brought(directory.database, tmp_path, elsewhere, importer=NEWER)
    with a_router(says()) as (url, _):
        pass
    found = geocoding.geocode(asking(directory, url), 10, NOBODY)
    assert found.stopped.startswith("the service does not answer") and found.left >= 4


def test_a_slow_service_costs_no_more_than_its_time(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geocoding, "SECONDS", 0.5)

    def drip(router: Router) -> None:
        router.send_response(200)
        router.send_header("Content-Length", "50")
        router.end_headers()
        for _ in range(20):
            router.wfile.write(b"[")
            sleep(0.1)

    started = monotonic()
    assert geocode(directory, drip)[0].left == 1
    assert monotonic() - started < 4.5


def test_a_service_that_is_asked_too_often_is_left_alone_by_everybody(directory: Directory) -> None:
    found, asked = geocode(directory, a_failure(429, **{"Retry-After": "3600"}))
    assert (found.stopped, len(asked)) == ("the service says that it is asked too often", 1)
    found, asked = geocode(directory, says(OAK_AT))
    assert "asked not to be asked before" in found.stopped and asked == []
    with directory.database.reading() as connection:
        free = store.free_at(connection)
    assert free and timedelta(minutes=59) < free - datetime.now(UTC) <= timedelta(minutes=60)


def test_no_withheld_address_is_asked_for_and_no_place_that_is_known(directory: Directory, tmp_path: Path) -> None:
    with directory.database.writing() as connection:
        by, oak = a_provenance(source="calls", kind=SourceKind.STAFF_CALL), held(directory.database)["Oak House"].id
        store.append(connection, [Statement("calls", "w", by, {"confidential": "yes"}, about=oak)], None)
        known = {"organization": "Known", "address_1": "5 Example Street", "city": "Columbus", "state_province": "OH"}
        placed = {**known, "postal_code": "43201", "latitude": "39.99", "longitude": "-83.00"}
        store.append(connection, [Statement("calls", "k", by, placed)], None)
        store.append(connection, [Statement("calls", "s", by, {**known, "address_1": "", "postal_code": "43201"})], None)
    assert geocode(directory, says(OAK_AT)) == (geocoding.Found(), [])


def test_no_more_are_asked_for_than_was_said(directory: Directory, tmp_path: Path) -> None:
    brought(directory.database, tmp_path, (OAK, changed(OAK, name="Other", street="7 Example Street")), importer=NEWER)
    found, asked = geocode(directory, says(OAK_AT), most=1)
    assert (found.placed, found.left, len(asked)) == (1, 1, 1)


def take_turns(url: str) -> list[float]:
    """When a process of its own may ask, four times."""
    database = Database(url)
    told = []
    for _ in range(4):
        with database.writing() as connection:
            told.append(store.take_turn(connection, datetime.now(UTC), geocoding.APART).timestamp())
    database.close()
    return told


def test_two_programs_keep_to_one_pace(database_url: str) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as two:
        told = sorted(sum((task.result() for task in [two.submit(take_turns, database_url) for _ in range(2)]), []))
    assert len(told) == 8 and min(b - a for a, b in zip(told, told[1:], strict=False)) >= 0.999


def test_requests_are_a_second_apart_also_where_one_is_long_on_its_way(directory: Directory, tmp_path: Path) -> None:
    brought(directory.database, tmp_path, (OAK, ELM, changed(OAK, name="C", street="7 Example Street")), importer=NEWER)
    asked_at: list[float] = []

    def note(router: Router) -> None:
        sleep(0.7 if len(asked_at) == 1 else 0)
        asked_at.append(monotonic())
        says(OAK_AT)(router)

    geocode(directory, note)
    assert len(asked_at) == 3 and min(b - a for a, b in zip(asked_at, asked_at[1:], strict=False)) >= 0.9


def test_off_it_asks_nobody_and_says_so(directory: Directory) -> None:
    app = Flask("only commands")
    commands.register(app, directory)
    told = app.test_cli_runner().invoke(args=["geocode"])
    assert told.exit_code == 1 and "set GEOCODER_URL" in told.stderr and place(directory)[1]


def test_the_command_says_what_it_found(directory: Directory) -> None:
    with a_router(says(OAK_AT)) as (url, _):
        app = Flask("only commands")
        commands.register(app, asking(directory, url))
        told = app.test_cli_runner().invoke(args=["geocode", "--most", "5"])
    assert told.stdout == "1 placed, 0 unknown to the service, 0 too far from their ZIP code\n"


@pytest.mark.parametrize("url", ["nominatim", "ftp://x", "http://u:p@host", "http://host/?q=1"])
def test_an_address_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    environment = {"INSTANCE": str(tmp_path), "DATABASE_URL": databases.sqlite_url(tmp_path / "x"), "GEOCODER_URL": url}
    with pytest.raises(CannotUnderstand, match="GEOCODER_URL: not the address of a geocoder"):
        Settings.from_environment(environment)
