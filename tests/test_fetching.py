"""The locator asked over the network: a real server on this machine that pages, stalls, is busy, breaks off and lies."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import Result
from flask import Flask

from directory.listing import Point
from directory.problems import CannotUnderstand
from importers import commands, documents, polite, samhsa_locator
from importers.base import Wanted
from importers.polite import USER_AGENT, Guest
from importers.samhsa_locator_pages import fetch
from tests import sites
from tests.services import Service, a_service

NOW = datetime.now(UTC)
QUICK: dict[str, Any] = {"pause": 0.0, "stall": 0.3, "longest": 2.0, "first_wait": 0.01, "longest_wait": 0.3, "tries": 4}
NEAR = Wanted(near=Point(39.961234, -83.002345), asked="43215", within=50.0)
SERVICES = [{"f1": "Type of Care", "f2": "TC", "f3": "Substance use treatment"}]


def a_facility(number: int, **changed: Any) -> dict[str, Any]:
    told = {"_irow": number, "name1": f"Example House {number}", "street1": f"{number} Example Street", "city": "Reading"}
    place = {"state": "PA", "zip": "19601", "phone": "610-555-0101", "latitude": "40.3356", "longitude": "-75.9269"}
    return told | place | {"typeFacility": "SA", "website": "http://", "services": SERVICES} | changed


class Locator(Service):
    """One request to the locator of the test, answered as the test wants."""

    reply: ClassVar["Reply"]
    asked: ClassVar[list["Asked"]]

    def do_GET(self) -> None:  # noqa: N802
        question = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.asked.append(Asked(question, dict(self.headers), monotonic()))
        type(self).reply(self, question, len(self.asked))


class Asked:
    def __init__(self, question: dict[str, str], headers: dict[str, str], at: float) -> None:
        self.question, self.headers, self.at = question, headers, at


Reply = Callable[[Locator, dict[str, str], int], None]


@contextmanager
def a_locator(reply: Reply) -> Iterator[tuple[str, list[Asked]]]:
    """A server's address, and what it was asked."""
    asked: list[Asked] = []
    with a_service(Locator, reply=reply, asked=asked) as url:
        yield url, asked


ROWS = [a_facility(number) for number in range(1, 8)]


def page_of(number: int, rows: list[Any] = ROWS, size: int = 3, **changed: Any) -> bytes:
    some = rows[(number - 1) * size : number * size]
    told = {"page": number, "totalPages": -(-len(rows) // size), "recordCount": len(rows), "rows": some}
    return json.dumps(told | changed).encode()


def pages(locator: Locator, question: dict[str, str], _turn: int) -> None:
    """What a locator in good health answers."""
    locator.say(200, page_of(int(question["page"])))


def at_first(odd: Reply, turn: int = 2) -> Reply:
    """One odd answer, to the second request, and good ones else."""
    return lambda locator, question, number: (odd if number == turn else pages)(locator, question, number)


def fetched(tmp_path: Path, reply: Reply, wanted: Wanted = NEAR, **guest: float) -> tuple[Path, list[Asked]]:
    with a_locator(reply) as (url, asked):
        told = Wanted(wanted.state, wanted.near, wanted.asked, wanted.within, url)
        return fetch(told, tmp_path, NOW, lambda *_: None, Guest(**(QUICK | guest))), asked


def refused(tmp_path: Path, reply: Reply, wanted: Wanted = NEAR, **guest: float) -> str:
    with pytest.raises(CannotUnderstand) as told:
        fetched(tmp_path, reply, wanted, **guest)
    assert not list(tmp_path.glob("*.json"))
    return str(told.value)


def rows_in(file: Path) -> list[Any]:
    told = json.loads(file.read_bytes())
    assert told["recordCount"] == len(told["rows"])
    return list(told["rows"])


# --- asked well --------------------------------------------------------------------------------------------------------


def test_all_pages_become_one_file_and_none_is_left_over(tmp_path: Path) -> None:
    file, asked = fetched(tmp_path, pages)
    assert rows_in(file) == ROWS
    assert [one.question["page"] for one in asked] == ["1", "2", "3"]
    assert list(tmp_path.iterdir()) == [file]


def test_a_circle_is_asked_for_in_meters_around_latitude_and_longitude(tmp_path: Path) -> None:
    _, asked = fetched(tmp_path, pages)
    assert asked[0].question == {
        "sType": "both", "pageSize": "2000", "sort": "0", "sAddr": "39.9612,-83.0023", "limitType": "2", "limitValue": "80467",
        "page": "1",
    }  # fmt: skip


def test_a_state_is_asked_for_by_the_locators_own_number_and_is_covered(tmp_path: Path) -> None:
    file, asked = fetched(tmp_path, pages, Wanted(state="PA"))
    assert (asked[0].question["limitType"], asked[0].question["limitValue"]) == ("0", "8")
    batch = samhsa_locator.importer.read(file, samhsa_locator.importer.source)
    assert (batch.covers, batch.observed_at, len(batch.rows)) == (frozenset(("PA",)), NOW.date(), 7)


def test_a_reply_that_has_a_page_twice_covers_no_state_although_its_count_is_right(tmp_path: Path) -> None:
    def shifted(locator: Locator, question: dict[str, str], _turn: int) -> None:
        number = int(question["page"])
        locator.say(200, page_of(number, [*ROWS[:3], *ROWS[:3], *ROWS[6:]]))

    file, _ = fetched(tmp_path, shifted, Wanted(state="PA"))
    batch = samhsa_locator.importer.read(file, samhsa_locator.importer.source)
    (told,) = batch.problems
    assert (batch.covers, batch.counted) == (frozenset(), False)
    assert "facilities twice, so that others may be missing" in told.what and told.found == "3 of 7"


def test_a_circle_covers_no_state(tmp_path: Path) -> None:
    file, _ = fetched(tmp_path, pages)
    assert samhsa_locator.importer.read(file, samhsa_locator.importer.source).covers == frozenset()


def test_who_asks_says_its_name_and_nothing_of_anybody(tmp_path: Path) -> None:
    _, asked = fetched(tmp_path, pages)
    assert {one.headers["User-Agent"] for one in asked} == {USER_AGENT}
    assert USER_AGENT.startswith("referral-directory")
    assert {name.casefold() for one in asked for name in one.headers} <= {
        "host", "user-agent", "accept", "accept-encoding", "connection",
    }  # fmt: skip


def test_requests_come_one_by_one_with_a_pause_between(tmp_path: Path) -> None:
    _, asked = fetched(tmp_path, pages, pause=0.15)
    between = [later.at - earlier.at for earlier, later in zip(asked, asked[1:], strict=False)]
    assert len(between) == 2 and min(between) >= 0.15


# --- servers that are not well -----------------------------------------------------------------------------------------


def busy(locator: Locator, _question: dict[str, str], _turn: int) -> None:
    locator.say(429, b"", Retry_After="0")


def failing(locator: Locator, _question: dict[str, str], _turn: int) -> None:
    locator.say(503, b"<html>")


def half_a_page(locator: Locator, question: dict[str, str], _turn: int) -> None:
    body = page_of(int(question["page"]))
    locator.say(200, body[: len(body) // 2], length=len(body))


def half_a_page_that_looks_whole(locator: Locator, question: dict[str, str], _turn: int) -> None:
    body = page_of(int(question["page"]))
    locator.say(200, body[: len(body) // 2])


def silent(locator: Locator, _question: dict[str, str], _turn: int) -> None:
    sleep(0.5)


def garbage(locator: Locator, _question: dict[str, str], _turn: int) -> None:
    locator.say(200, b"\x00\xff<<<")


def a_web_page(locator: Locator, _question: dict[str, str], _turn: int) -> None:
    locator.say(200, b"<!DOCTYPE html><title>Down for maintenance</title>")


def another_page(locator: Locator, _question: dict[str, str], _turn: int) -> None:
    locator.say(200, page_of(1))


def nobody(locator: Locator, question: dict[str, str], _turn: int) -> None:
    locator.say(200, page_of(int(question["page"]), rows=[], totalPages=3, recordCount=7))


def a_list(locator: Locator, _question: dict[str, str], _turn: int) -> None:
    locator.say(200, b"[1, 2]")


ILL = [busy, failing, half_a_page, half_a_page_that_looks_whole, silent, garbage, a_web_page, another_page, nobody, a_list]


@pytest.mark.parametrize("odd", ILL, ids=lambda odd: odd.__name__)
def test_a_page_that_is_not_whole_is_asked_for_again(tmp_path: Path, odd: Reply) -> None:
    file, asked = fetched(tmp_path, at_first(odd))
    assert rows_in(file) == ROWS
    assert [one.question["page"] for one in asked] == ["1", "2", "2", "3"]


@pytest.mark.parametrize("odd", ILL, ids=lambda odd: odd.__name__)
def test_a_server_that_stays_ill_is_given_up_with_a_word(tmp_path: Path, odd: Reply) -> None:
    def from_page_two(locator: Locator, question: dict[str, str], turn: int) -> None:
        (odd if question["page"] == "2" else pages)(locator, question, turn)

    words = refused(tmp_path, from_page_two)
    assert "asked 4 times" in words and "what has been fetched is kept" in words


def test_a_wait_that_the_server_asks_for_is_kept_to_and_a_long_one_is_no_wait(tmp_path: Path) -> None:
    def later(seconds: str) -> Reply:
        return lambda locator, _question, _turn: locator.say(429, b"", Retry_After=seconds)

    _, asked = fetched(tmp_path, at_first(later("1")), longest_wait=2.0)
    assert 1 <= asked[2].at - asked[1].at < 2
    with a_locator(later("86400")) as (url, asked), pytest.raises(CannotUnderstand, match=r"left alone for 86,400 seconds"):
        fetch(Wanted(state="PA", base_url=url), tmp_path, NOW, lambda *_: None, Guest(**QUICK))
    assert len(asked) == 1


def test_each_wait_is_longer_than_the_last(tmp_path: Path) -> None:
    with a_locator(failing) as (url, asked), pytest.raises(CannotUnderstand):
        fetch(Wanted(state="PA", base_url=url), tmp_path, NOW, lambda *_: None, Guest(**(QUICK | {"first_wait": 0.05})))
    waits = [later.at - earlier.at for earlier, later in zip(asked, asked[1:], strict=False)]
    assert len(waits) == 3 and waits == sorted(waits) and waits[0] >= 0.05


def test_what_is_waited_unasked_is_bounded_and_ends_nothing(tmp_path: Path) -> None:
    _, asked = fetched(tmp_path, at_first(failing), first_wait=60.0, longest_wait=0.2)
    assert 0.2 <= asked[2].at - asked[1].at < 2


def test_a_refusal_is_not_asked_again(tmp_path: Path) -> None:
    turns: list[int] = []

    def forbidden(locator: Locator, _question: dict[str, str], turn: int) -> None:
        turns.append(turn)
        locator.say(403, b"")

    assert "refuses" in refused(tmp_path, forbidden)
    assert turns == [1]


def test_a_count_of_pages_that_never_ends_is_not_followed(tmp_path: Path) -> None:
    def endless(locator: Locator, question: dict[str, str], _turn: int) -> None:
        number = int(question["page"])
        locator.say(200, page_of(1, page=number, totalPages=number + 1))

    def many(locator: Locator, question: dict[str, str], _turn: int) -> None:
        locator.say(200, page_of(1, totalPages=1_000_000))

    assert "changed while it was fetched, twice" in refused(tmp_path, endless)
    assert "1,000,000 pages" in refused(tmp_path, many)


def test_fewer_facilities_than_are_counted_are_not_taken_for_all(tmp_path: Path) -> None:
    def short(locator: Locator, question: dict[str, str], _turn: int) -> None:
        locator.say(200, page_of(int(question["page"]), recordCount=9))

    assert "changed while it was fetched" in refused(tmp_path, short)


def test_a_list_that_changes_in_the_middle_is_fetched_anew(tmp_path: Path) -> None:
    more = [*ROWS, a_facility(8)]

    def growing(locator: Locator, question: dict[str, str], turn: int) -> None:
        locator.say(200, page_of(int(question["page"]), rows=ROWS if turn == 1 else more))

    file, asked = fetched(tmp_path, growing)
    assert rows_in(file) == more
    assert [one.question["page"] for one in asked] == ["1", "2", "1", "2", "3"]


def test_a_number_that_means_another_state_now_is_noticed(tmp_path: Path) -> None:
    assert "gave another State" in refused(tmp_path, pages, Wanted(state="OH"))


def test_a_state_whose_number_nobody_knows_is_not_guessed(tmp_path: Path) -> None:
    assert "number of this State or territory is not known" in refused(tmp_path, pages, Wanted(state="GU"))


def test_nothing_there_is_said(tmp_path: Path) -> None:
    def none(locator: Locator, question: dict[str, str], _turn: int) -> None:
        locator.say(200, page_of(1, rows=[], totalPages=0))

    assert "no facility there" in refused(tmp_path, none)


def test_nobody_is_followed_to_another_host(tmp_path: Path) -> None:
    def away(locator: Locator, _question: dict[str, str], _turn: int) -> None:
        locator.say(302, b"", Location="http://localhost:1/elsewhere")

    assert "sends elsewhere" in refused(tmp_path, away)


def test_a_reply_without_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polite, "LARGEST_REPLY", 1 << 20)

    def flood(locator: Locator, _question: dict[str, str], _turn: int) -> None:
        locator.send_response(200)
        locator.end_headers()
        try:
            while True:
                locator.wfile.write(b"[" * 65536)
        except OSError:
            pass

    assert "too large" in refused(tmp_path, flood)


def test_pages_that_are_too_much_together_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = documents.Held("")
    held.hold("a page", page_of(1))
    monkeypatch.setattr(documents, "MOST_MEMORY", held.memory * 3 // 2)
    assert "its pages hold more values together than a directory can have" in refused(tmp_path, pages)


def test_a_reply_that_trickles_is_given_up(tmp_path: Path) -> None:
    def trickle(locator: Locator, _question: dict[str, str], _turn: int) -> None:
        locator.send_response(200)
        locator.send_header("Content-Length", "100000")
        locator.end_headers()
        try:
            while True:
                locator.wfile.write(b" ")
                sleep(0.05)
        except OSError:
            pass

    assert "longer than 0.2 seconds" in refused(tmp_path, trickle, longest=0.2, tries=2)


@pytest.mark.parametrize(
    "url", ["http://example.org", "ftp://example.org", "file:///etc/passwd", "https://me:secret@example.org"]
)
def test_what_is_no_safe_address_is_not_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(CannotUnderstand) as told:
        fetch(Wanted(state="PA", base_url=url), tmp_path, NOW, lambda *_: None, Guest(**QUICK))
    assert "secret" not in str(told.value).replace(url, "")


# --- resumed -----------------------------------------------------------------------------------------------------------


def broken_from(number: int) -> Reply:
    def reply(locator: Locator, question: dict[str, str], turn: int) -> None:
        (failing if int(question["page"]) >= number else pages)(locator, question, turn)

    return reply


def resumed(tmp_path: Path, kept: Callable[[Path], object], wanted: Wanted = NEAR) -> list[str]:
    """The pages that are asked for in a second go, after a first one that broke off at page 3."""
    replies = iter((broken_from(3), pages))
    now: list[Reply] = []
    with a_locator(lambda locator, question, turn: now[-1](locator, question, turn)) as (url, asked):
        told = Wanted(wanted.state, wanted.near, wanted.asked, wanted.within, url)
        now.append(next(replies))
        with pytest.raises(CannotUnderstand):
            fetch(told, tmp_path, NOW, lambda *_: None, Guest(**QUICK))
        kept(next(tmp_path.glob("*.pages")))
        asked.clear()
        now.append(next(replies))
        assert rows_in(fetch(told, tmp_path, NOW, lambda *_: None, Guest(**QUICK))) == ROWS
        return [one.question["page"] for one in asked]


def test_whole_pages_are_not_asked_for_again(tmp_path: Path) -> None:
    assert resumed(tmp_path, lambda _: None) == ["3"]


def test_a_kept_page_that_is_damaged_is_asked_for_again(tmp_path: Path) -> None:
    assert resumed(tmp_path, lambda kept: kept.joinpath("0002.json").write_bytes(b"{")) == ["2", "3"]


def test_pages_of_another_question_are_not_joined_to_these(tmp_path: Path) -> None:
    assert resumed(tmp_path, lambda kept: kept.joinpath("asked.json").write_text("[]")) == ["1", "2", "3"]


# --- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def app(tmp_path: Path, filled_file: Path) -> Iterator[Flask]:
    with sites.a_directory(tmp_path, filled_file, []) as directory:
        made = sites.a_site(directory)
        commands.register(made)
        with made.app_context():
            yield made


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["import", "samhsa_locator", *words])


def whole(locator: Locator, _question: dict[str, str], _turn: int) -> None:
    """Everything on one page."""
    locator.say(200, page_of(1, size=100))


def test_a_state_is_fetched_and_imported_in_one_go(app: Flask, tmp_path: Path) -> None:
    with a_locator(whole) as (url, _):
        told = run(app, "--state", "Pennsylvania", "--base-url", url, "--json")
    assert told.exit_code == 0, told.output
    (file,) = (tmp_path / "instance" / "fetched").glob("samhsa_locator-PA-*.json")
    summary = json.loads(told.stdout)
    assert (summary["new"], summary["file"]) == (7, file.name)
    assert summary["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_what_is_near_a_zip_code_is_fetched_and_a_dry_run_writes_nothing(app: Flask) -> None:
    with a_locator(whole) as (url, asked):
        told = run(app, "--near", "43201", "--base-url", url, "--dry-run")
        again = run(app, "--near", "43201", "--within", "10", "--base-url", url)
    assert "7 new" in told.stderr and "7 new" in again.stderr
    assert [one.question["limitValue"] for one in asked] == ["80467", "16093"]


def test_when_the_fetching_fails_nothing_is_imported_and_programs_are_told_too(app: Flask, tmp_path: Path) -> None:
    def forbidden(locator: Locator, _question: dict[str, str], _turn: int) -> None:
        locator.say(403, b"")

    with a_locator(forbidden) as (url, _):
        told = run(app, "--state", "PA", "--base-url", url, "--json")
    assert told.exit_code == 1
    assert "the server refuses to answer this" in told.stderr and "nothing was imported" in told.stderr
    assert json.loads(told.stdout)["problems"][0]["found"] == "the answer 403"


def test_a_saved_reply_is_taken_in_either_way(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "reply.json"
    file.write_bytes(page_of(1, size=100))
    by_place = run(app, str(file), "--observed", "2026-03-01")
    by_name = run(app, "--file", str(file), "--observed", "2026-03-01")
    assert "7 new" in by_place.stderr and "7 unchanged" in by_name.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "a FILE, --file, --state or --near"),
        (("reply.json", "--state", "PA"), "a FILE, --file, --state or --near"),
        (("--state", "PA", "--within", "10"), "--within goes with --near"),
        (("--state", "Pensylvania"), "Enter a State"),
        (("--near", "00000"), "ZIP"),
        (("--near", "43201", "--within", "0"), "Enter a number of miles"),
    ],
)
def test_what_can_not_be_asked_is_said(app: Flask, words: tuple[str, ...], said: str) -> None:
    told = run(app, *words)
    assert told.exit_code == 2 and said in told.stderr


def test_only_sources_that_can_be_asked_offer_it(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert "--state" in runner.invoke(args=["import", "samhsa_locator", "--help"]).output
    assert "--state" not in runner.invoke(args=["import", "samhsa_site_download", "--help"]).output
