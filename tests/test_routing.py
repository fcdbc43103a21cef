"""Minutes by road from a real server on this machine, good and bad; and what they change in a list."""

import ast
import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, ClassVar

import pytest

from directory import referral, routing
from directory.answered import Answered
from directory.listing import Point
from directory.problems import CannotUnderstand
from directory.referral import Directory
from directory.settings import Settings
from tests import sites
from tests.builders import COLUMBUS, a_need
from tests.services import Service, a_service
from tests.sites import NEED

HERE = Point(39.961234, -83.002345)
THERE = {"a": Point(39.9952, -83.0047, True), "b": Point(41.4816, -81.7018, True)}
ROOT = Path(__file__).parent.parent


class Router(Service):
    """One request to the router of the test, answered as the test wants."""

    reply: ClassVar["Reply"]
    asked: ClassVar[list[str]]

    def do_GET(self) -> None:  # noqa: N802
        self.asked.append(self.path)
        type(self).reply(self)


Reply = Callable[[Router], None]


@contextmanager
def a_router(reply: Reply) -> Iterator[tuple[str, list[str]]]:
    """A router's address, and the paths that it was asked for."""
    asked: list[str] = []
    with a_service(Router, reply=reply, asked=asked) as url:
        yield url, asked


def table(*seconds: Any, status: int = 200) -> Reply:
    body = json.dumps({"code": "Ok", "durations": [[0, *seconds]]}).encode()
    return lambda router: router.say(status, body)


def raw(body: bytes) -> Reply:
    return lambda router: router.say(200, body)


def minute_a_mile(router: Router) -> None:
    """As many seconds as there are destinations before it, times ten."""
    router.say(200, json.dumps({"durations": [[n * 10 for n in range(router.path.count(";") + 1)]]}).encode())


# --- good answers --------------------------------------------------------------------------------------------------------


def test_minutes_come_by_the_table_protocol_and_the_persons_place_is_rounded() -> None:
    with a_router(table(1500, 7230.6)) as (url, asked):
        assert routing.minutes(f"{url}/osrm/", HERE, THERE) == {"a": 25.0, "b": pytest.approx(120.51)}
    places = "-83.002,39.961;-83.004700,39.995200;-81.701800,41.481600"
    assert asked == [f"/osrm/table/v1/driving/{places}?sources=0&annotations=duration"]


def test_where_there_is_no_way_nothing_is_told() -> None:
    with a_router(table(None, 60)) as (url, _):
        assert routing.minutes(url, HERE, THERE) == {"b": 1.0}


def test_many_destinations_are_asked_for_in_several_requests() -> None:
    there = {str(number): Point(40 + number / 1000, -83.0) for number in range(250)}
    with a_router(minute_a_mile) as (url, asked):
        told = routing.minutes(url, HERE, there)
    assert [path.count(";") for path in asked] == [99, 99, 52]
    assert list(told) == list(there) and told["98"] == told["197"] == 99 * 10 / 60


def test_nobody_is_asked_about_nothing() -> None:
    with a_router(table()) as (url, asked):
        assert routing.minutes(url, HERE, {}) == {} and not asked


# --- bad answers ---------------------------------------------------------------------------------------------------------


def cut_in_half(router: Router) -> None:
    body = b'{"durations": [[0, 60, 60]]}'
    router.say(200, body[: len(body) // 2], length=len(body))


def cut_in_a_chunk(router: Router) -> None:
    router.send_response(200)
    router.send_header("Transfer-Encoding", "chunked")
    router.end_headers()
    router.wfile.write(b'40\r\n{"durations": [[0, 60')


def elsewhere(router: Router) -> None:
    router.say(302, b"", Location=f"http://{router.headers['Host']}/other")


def not_http(router: Router) -> None:
    router.wfile.write(b"\x00\x01 nothing of the kind\r\n\r\n")


ODD: dict[str, Reply] = {
    "429": table(60, 60, status=429),
    "500": table(60, 60, status=500),
    "an answer cut in half": cut_in_half,
    "an answer cut in a chunk": cut_in_a_chunk,
    "sent elsewhere": elsewhere,
    "no HTTP": not_http,
    "no words at all": raw(b""),
    "a page": raw(b"<html>busy</html>"),
    "not UTF-8": raw(b'{"durations": [[0, 60, "\xff"]]}'),
    "a list": raw(b"[0, 60, 60]"),
    "no durations": raw(b'{"code": "NoSegment"}'),
    "no rows": raw(b'{"durations": []}'),
    "two rows": raw(b'{"durations": [[0, 60, 60], [0, 60, 60]]}'),
    "a row too short": table(60),
    "a row too long": table(60, 60, 60),
    "not a number": table(60, float("nan")),
    "without end": table(60, float("inf")),
    "negative": table(60, -1),
    "as text": table(60, "60"),
    "as a truth": table(60, True),
    "a number of 400 digits": table(60, 10**400),
    "a month on the way": table(60, 31 * 24 * 3600),
    "as deep as it goes": raw(b"[" * 100_000),
    "too long": raw(b'{"durations": [[0, 60, 60]]}' + b" " * 300_000),
}


@pytest.mark.parametrize("reply", ODD.values(), ids=ODD.keys())
def test_anything_odd_gives_no_minutes_and_one_line_that_names_no_place(reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    with a_router(reply) as (url, asked):
        assert routing.minutes(url, HERE, THERE) == {}
    assert len(asked) == 1
    tells_nothing(caplog)


def test_a_service_that_refuses_gives_no_minutes(caplog: pytest.LogCaptureFixture) -> None:
    with a_router(table(60, 60)) as (url, _):
        pass
    assert routing.minutes(url, HERE, THERE) == {}
    tells_nothing(caplog)


def tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "straight miles" in caplog.text
    assert not re.search(r"127\.0|39\.9|83\.0|41\.4|driving", caplog.records[0].getMessage())
    assert caplog.records[0].exc_info is None


def stalls(router: Router) -> None:
    sleep(1.5)


def stalls_within(router: Router) -> None:
    router.send_response(200)
    router.send_header("Content-Length", "28")
    router.end_headers()
    router.wfile.write(b'{"durations"')
    sleep(1.5)


def drips(router: Router) -> None:
    """A byte now and then: no single read takes long."""
    with pytest.raises(OSError):
        for _ in range(1000):
            router.wfile.write(b"H")
            router.wfile.flush()
            sleep(0.02)


@pytest.mark.parametrize("reply", [stalls, stalls_within, drips])
def test_a_slow_service_is_waited_for_so_long_and_no_longer(
    reply: Reply, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(routing, "SECONDS", 0.3)
    before = threading.active_count()
    with a_router(reply) as (url, _):
        started = perf_counter()
        assert routing.minutes(url, HERE, THERE) == {}
        assert 0.25 < perf_counter() - started < 1.0
        tells_nothing(caplog)
    for _ in range(100):
        if threading.active_count() <= before:
            return
        sleep(0.05)
    pytest.fail("a thread still waits for the slow service")


def test_the_whole_takes_three_seconds_at_most_and_not_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    assert routing.SECONDS == 3.0
    monkeypatch.setattr(routing, "SECONDS", 0.5)

    def slowly(router: Router) -> None:
        sleep(0.3)
        minute_a_mile(router)

    there = {str(number): Point(40.0, -83.0) for number in range(250)}
    with a_router(slowly) as (url, asked):
        assert routing.minutes(url, HERE, there) == {}
    assert len(asked) == 2


def test_a_service_whose_client_hangs_up_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    over = threading.Event()

    def too_late(router: Router) -> None:
        router.connection.shutdown(socket.SHUT_WR)
        try:
            minute_a_mile(router)
        finally:
            over.set()

    with a_router(too_late) as (url, _asked):
        assert routing.minutes(url, HERE, THERE) == {}
        assert over.wait(5)
    assert capfd.readouterr().err == ""


# --- the setting ---------------------------------------------------------------------------------------------------------


def test_it_is_off_unless_it_is_set() -> None:
    assert Settings.from_environment({}).routing_url == ""


@pytest.mark.parametrize("url", ["http://localhost:5000", "https://osrm.example.org/eu/", "http://[::1]:5000"])
def test_the_address_of_a_service_is_taken(url: str) -> None:
    assert Settings.from_environment({"ROUTING_URL": f" {url} "}).routing_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "osrm.example.org", "ftp://osrm.example.org", "file:///etc/passwd", "http://", "http://:5000", "http://h:99999", "http://h:0",
        "http://h:x", "http://me:secret@h", "http://h/?a=b", "http://h/#a", "http://a b", "http://[::1", "http://h\n.org", "http://é.org",
    ],
)  # fmt: skip
def test_any_other_address_is_refused_with_what_to_enter(url: str) -> None:
    with pytest.raises(CannotUnderstand) as refused:
        Settings.from_environment({"ROUTING_URL": url})
    assert "ROUTING_URL" in str(refused.value) and "Enter http://host" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_no_other_room_asks_another_host() -> None:
    """Two do, each only where a setting names the service."""

    def asks(path: Path) -> bool:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        return bool(names & {"http.client", "urllib.request", "ftplib", "smtplib", "requests", "httpx", "urllib3"})

    assert [path.name for path in sorted((ROOT / "directory").rglob("*.py")) if asks(path)] == ["geocoding.py", "routing.py"]


# --- the list ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    folder = tmp_path_factory.mktemp("routing")
    with sites.a_directory(folder, template, sites.statements()) as opened:
        sites.all_checked(opened)
        yield opened


def routed(directory: Directory, url: str) -> Directory:
    """The same directory with a routing service."""
    other = Directory(replace(directory.settings, routing_url=url))
    other._gazetteer, other._index = directory.gazetteer, directory.index
    return other


def travel(answered: Answered) -> dict[str, str]:
    entries = (*answered.options, *answered.call_first)
    return {e.listing.organization: f.because for e in entries for f in e.findings if f.criterion == "travel"}


def test_arrivals_are_by_road_where_a_service_says_so(directory: Directory) -> None:
    need = a_need()

    def forty_one_minutes(router: Router) -> None:
        router.say(200, json.dumps({"durations": [[0] + [2460] * router.path.count(";")]}).encode())

    with a_router(forty_one_minutes) as (url, asked):
        answered = referral.options(routed(directory, url), need, 50)
    told = travel(answered)
    assert told["Example House 100"] == "within reach; about 41 min by road, after 30 minutes to get ready"
    assert told["Withheld Haven"] == "the address is withheld, so the distance is not known"
    entry = next(e for e in answered.call_first if e.listing.organization == "Example House 100")
    assert entry.way.routed and entry.way.arrives and (entry.way.arrives - need.leaves).total_seconds() == (30 + 41) * 60
    assert "can be there 9:11 pm" in entry.intake
    assert len(asked) == 1 and f"/{COLUMBUS.point.longitude:.3f},{COLUMBUS.point.latitude:.3f};" in asked[0]
    placed = [e for e in answered.call_first if e.listing.point]
    assert asked[0].count(";") == len(placed) < len(answered.call_first)


def test_a_service_that_fails_leaves_the_list_as_it_was(directory: Directory) -> None:
    plain = referral.options(directory, a_need(), 50).as_json()
    with a_router(table(status=500)) as (url, asked):
        assert referral.options(routed(directory, url), a_need(), 50).as_json() == plain
    assert len(asked) == 1
    assert "on the way" in travel(referral.options(directory, a_need(), 50))["Example House 100"]


@pytest.mark.parametrize("seconds", [0, 604_800], ids=["no time", "a week"])
def test_a_time_that_no_way_can_take_is_not_believed(directory: Directory, seconds: int) -> None:
    far = a_need(within_miles=None)

    def all_alike(router: Router) -> None:
        router.say(200, json.dumps({"durations": [[0] + [seconds] * router.path.count(";")]}).encode())

    with a_router(all_alike) as (url, asked):
        answered = referral.options(routed(directory, url), far, 50)
    there = [entry for entry in (*answered.options, *answered.call_first) if entry.miles and entry.miles > 1]
    assert asked and there and not [entry for entry in there if entry.way.routed]


def test_a_need_without_a_place_asks_nobody(directory: Directory) -> None:
    with a_router(table()) as (url, asked):
        assert referral.options(routed(directory, url), a_need(near=None), 50).listings > 10
    assert not asked


def test_the_page_shows_the_minutes_by_road(directory: Directory) -> None:
    with a_router(minute_a_mile) as (url, _):
        page = sites.a_site(routed(directory, url)).test_client().post("/options", data=NEED, follow_redirects=True)
    assert page.status_code == 200 and "by road" in page.text
