"""Signing in through the real pages, on both engines: every fence is run into once."""

import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
import waitress
from flask import Flask, request, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from directory import accounts, store
from directory.accounts import Register, Role, limits
from directory.referral import Directory
from directory.serving import in_front
from directory.settings import Settings
from directory.web import clock, create_app, roles
from tests import sites
from tests.people import NOW, OPERATOR, PASSWORD, Person, a_client, a_person
from tests.test_web import well_formed

MINUTE: Final = timedelta(minutes=1)
SENT: Final = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """A site with two pages of one role each beside its own, its clock stopped."""
    directory = Directory(Settings(tmp_path / "instance", 8000, database_url, ("directory.example.org",)))
    made = sites.compiled_once(create_app(directory, {}))
    made.config["NOW"] = NOW

    @made.post("/notes/<name>")
    @roles.needs("counselor")
    def notes(name: str) -> str:
        return "|".join([name, *request.form.getlist("note")])

    @made.get("/only-staff")
    @roles.needs("staff")
    def only_staff() -> str:
        return clock.now().isoformat()

    yield made
    directory.database.close()


@pytest.fixture
def register(app: Flask) -> Register:
    return app.extensions["register"]  # type: ignore[no-any-return]


@pytest.fixture
def maria(register: Register) -> Person:
    return a_person(register, Role.COUNSELOR, "maria")


def at(app: Flask, moment: datetime) -> datetime:
    app.config["NOW"] = moment
    return moment


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def token(client: FlaskClient, path: str = "/desk") -> str:
    return hidden(client.get(path).text, "csrf_token")


def enter(client: FlaskClient, person: Person, moment: datetime, **other: str) -> TestResponse:
    right = {"name": person.account.name, "password": PASSWORD, "code": person.code(moment)}
    return client.post("/sign-in", data=right | other)


# --- every route, every role, every method ---------------------------------------------------------------------------


def path_of(rule: Rule) -> str:
    return re.sub(r"<int:\w+>", "1", re.sub(r"<(?:path:)?\w+>", "nothing-of-that-name", rule.rule))


def test_every_route_opens_to_whom_it_says_and_to_nobody_else(app: Flask, register: Register) -> None:
    clients: dict[Role | None, FlaskClient] = {role: a_client(app, a_person(register, role)) for role in Role}
    clients[None] = app.test_client()
    walked = 0
    for rule in [*app.url_map.iter_rules()]:
        wanted = roles.opens(app, rule.endpoint).roles
        for role, client in clients.items():
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                with client.open(path_of(rule), method=method) as told:
                    walked += 1
                    if not wanted:
                        assert told.status_code not in (403,), rule
                        assert told.status_code != 401 or rule.endpoint == "sign_in.enter"
                    elif role is None:
                        assert told.status_code == 401, rule
                    elif role not in wanted:
                        assert told.status_code == 403, rule
                    else:
                        assert told.status_code == 400 if method == "POST" else told.status_code in (200, 303, 404), rule
    assert walked > 80


def test_an_undeclared_route_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/undeclared", "undeclared", lambda: "never shown")
    with pytest.raises(roles.Undeclared, match="undeclared does not say"):
        roles.check(app)
    assert app.test_client().get("/undeclared").status_code == 500


def test_a_role_must_be_one_that_there_is() -> None:
    with pytest.raises(ValueError, match="boss"):
        roles.needs("boss")


# --- in and out ------------------------------------------------------------------------------------------------------


def test_signing_in_gives_one_strict_cookie_and_the_desk(app: Flask, maria: Person) -> None:
    client = app.test_client()
    told = enter(client, maria, NOW)
    assert (told.status_code, told.location) == (303, "/desk")
    (given,) = told.headers.getlist("Set-Cookie")
    assert re.fullmatch(r"session=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict", given)
    desk = client.get("/desk").text
    well_formed(desk)
    assert "<strong>maria</strong>, counselor" in desk and "Sign out" in desk and "No account" not in desk


def test_behind_https_the_cookie_is_bound_to_the_host(app: Flask, maria: Person) -> None:
    client = app.test_client()
    right = {"name": "maria", "password": PASSWORD, "code": maria.code(NOW)}
    told = client.post("/sign-in", data=right, base_url="https://directory.example.org")
    assert told.headers["Set-Cookie"].startswith("__Host-session=") and "; Secure;" in told.headers["Set-Cookie"]
    assert client.get("/desk", base_url="https://directory.example.org").status_code == 200


def test_pages_for_anybody_set_no_cookie_and_show_who_is_signed_in(app: Flask, maria: Person) -> None:
    for address in ("/", "/sign-in", "/how-options-are-ranked", "/activate/nothing", "/desk", "/nowhere"):
        assert "Set-Cookie" not in app.test_client().get(address).headers
    assert "<strong>maria</strong>" in a_client(app, maria).get("/").text


def test_what_is_wrong_is_not_told_apart_and_the_password_does_not_come_back(app: Flask, maria: Person) -> None:
    wrong = [{"name": "nobody"}, {"password": "canary wrong password"}, {"code": "000000"}]
    told = [enter(app.test_client(), maria, NOW, **one) for one in wrong]
    assert {one.status_code for one in told} == {401}
    pages = {one.text.replace("nobody", "maria") for one in told}
    assert len(pages) == 1 and "canary" not in pages.pop()


def test_too_many_tries_are_told_with_the_minutes_to_wait(app: Flask, maria: Person) -> None:
    for _ in range(limits.PER_ACCOUNT):
        assert enter(app.test_client(), maria, NOW, password="wrong").status_code == 401
    told = enter(app.test_client(), maria, NOW)
    assert told.status_code == 429 and "Try again in 15 minutes" in told.text
    assert enter(app.test_client(), maria, at(app, NOW + 15 * MINUTE)).status_code == 303


def test_a_code_shown_twice_signs_nobody_in(app: Flask, maria: Person) -> None:
    assert enter(app.test_client(), maria, NOW).status_code == 303
    assert enter(app.test_client(), maria, NOW).status_code == 401


def test_an_id_that_somebody_planted_or_kept_is_worth_nothing(app: Flask, maria: Person) -> None:
    client = app.test_client()
    client.set_cookie("session", "planted" * 6)
    enter(client, maria, NOW)
    first = client.get_cookie("session")
    enter(client, maria, at(app, NOW + MINUTE))
    second = client.get_cookie("session")
    assert first and second and len({"planted" * 6, first.value, second.value}) == 3
    client.post("/sign-out", data={"csrf_token": token(client)})
    assert client.get_cookie("session") is None
    for stolen in (first.value, second.value, "planted" * 6):
        client.set_cookie("session", stolen)
        assert client.get("/desk").status_code == 401


def test_signing_out_everywhere_ends_the_other_browsers(app: Flask, maria: Person) -> None:
    other, client = app.test_client(), a_client(app, maria)
    enter(other, maria, NOW)
    assert client.get("/account").text.count("Elsewhere") == 1
    assert client.post("/account/sign-out-everywhere", data={"csrf_token": token(client)}).status_code == 303
    assert (other.get("/desk").status_code, client.get("/desk").status_code) == (401, 401)


def test_one_session_is_ended_from_another_but_not_somebody_elses(app: Flask, register: Register, maria: Person) -> None:
    client, other = a_client(app, maria), app.test_client()
    enter(other, maria, NOW)
    ends = re.findall(r'action="(/account/sessions/\d+/end)"', client.get("/account").text)
    assert len(ends) == 1
    assert "Elsewhere: signed in just now" in client.get("/account").text
    stranger = a_client(app, a_person(register, Role.ADMIN))
    assert stranger.post(ends[0], data={"csrf_token": token(stranger)}).status_code == 404
    assert client.post(ends[0], data={"csrf_token": token(client)}).status_code == 303
    assert (other.get("/desk").status_code, client.get("/desk").status_code) == (401, 200)


FORWARDED: Final = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    "hosts, told_of",
    [((), "127.0.0.1 http"), (("directory.example.org",), "198.51.100.7 https")],
    ids=["own", "front"],
)
def test_whom_a_server_in_front_answers_and_how_is_believed_only_where_there_is_one(
    tmp_path: Path, hosts: tuple[str, ...], told_of: str
) -> None:
    asked = Flask("asked")
    asked.add_url_rule("/", "address", lambda: f"{request.remote_addr} {urlsplit(url_for('address', _external=True)).scheme}")
    settings = Settings(tmp_path, 8000, "sqlite://", hosts)
    server: Any = waitress.create_server(asked, host="127.0.0.1", port=0, threads=1, **in_front(settings))
    serving = threading.Thread(target=server.run)
    serving.start()
    wanted = Request(f"http://127.0.0.1:{server.effective_port}", headers=FORWARDED)
    with urlopen(wanted, timeout=10) as told:
        assert told.read().decode() == told_of
    sites.end(server, serving)


# --- forms and their token -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["", "invented", "of somebody else"])
def test_a_form_without_its_token_does_nothing(app: Flask, register: Register, maria: Person, wrong: str) -> None:
    client = a_client(app, maria)
    if wrong == "of somebody else":
        wrong = token(a_client(app, a_person(register, Role.STAFF)))
    told = client.post("/notes/one", data={"csrf_token": wrong, "note": "canary"})
    assert told.status_code == 400 and "canary" not in told.text
    assert client.post("/sign-out", data={"csrf_token": wrong}).status_code == 400
    assert client.get("/desk").status_code == 200


def test_a_form_of_the_session_before_can_be_sent_again_from_our_own_page_alone(app: Flask, maria: Person) -> None:
    client = a_client(app, maria)
    old = token(client)
    enter(client, maria, NOW)
    sent = {"csrf_token": old, "note": "typed\nhere"}
    told = client.post("/notes/one", data=sent, headers=SENT)
    assert told.status_code == 400 and "typed\nhere" in told.text and 'action="/notes/one"' in told.text
    again = client.post("/notes/one", data=sent | {"csrf_token": hidden(told.text, "csrf_token")}, headers=SENT)
    assert again.text == "one|typed\nhere"
    assert client.post("/notes/one", data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


# --- when the session ends -------------------------------------------------------------------------------------------


def expired(app: Flask, client: FlaskClient, **sent: Any) -> TestResponse:
    """A form that arrives half an hour too late."""
    sent = {"csrf_token": token(client), **sent}
    at(app, NOW + 31 * MINUTE)
    return client.post("/notes/one?x=1", data=sent)


def test_what_was_typed_waits_and_goes_on_after_signing_in(app: Flask, maria: Person) -> None:
    client = a_client(app, maria)
    with sites.listening() as heard:
        told = expired(app, client, note=["canary \n<b>two</b>", "'three\""])
        assert told.status_code == 401 and 'value="maria"' in told.text and "Sign in again" in told.text
        well_formed(told.text)
        missed = enter(client, maria, NOW + 31 * MINUTE, code="1", kept=hidden(told.text, "kept"))
        assert missed.status_code == 401
        inside = enter(client, maria, NOW + 31 * MINUTE, kept=hidden(missed.text, "kept"))
        assert inside.status_code == 200 and "Nothing that you typed is lost" in inside.text
        well_formed(inside.text)
        assert "canary \n&lt;b&gt;two&lt;/b&gt;" in inside.text and 'action="/notes/one?x=1"' in inside.text
        fresh = hidden(inside.text, "csrf_token")
        sent = client.post("/notes/one?x=1", data={"csrf_token": fresh, "note": ["canary \n<b>two</b>", "'three\""]})
    assert sent.text == "one|canary \n<b>two</b>|'three\""
    assert "canary" not in "".join(heard.lines)


def test_what_was_typed_is_not_shown_to_another_person(app: Flask, register: Register, maria: Person) -> None:
    client, other = a_client(app, maria), a_person(register, Role.STAFF)
    told = expired(app, client, note="canary")
    inside = enter(client, other, NOW + 31 * MINUTE, kept=hidden(told.text, "kept"))
    assert (inside.status_code, inside.location) == (303, "/desk")
    assert "canary" not in inside.text and "<strong>example staff" in client.get("/desk").text


def test_what_was_sealed_is_neither_forged_nor_kept_for_long(app: Flask, maria: Person) -> None:
    client = a_client(app, maria)
    sealed = hidden(expired(app, client, note="canary").text, "kept")
    other = "A" if sealed[-6] != "A" else "B"  # not the last letter: some of its bits are nobody's
    forged = enter(client, maria, NOW + 31 * MINUTE, kept=sealed[:-6] + other + sealed[-5:])
    assert (forged.status_code, forged.location) == (303, "/desk")
    late = at(app, NOW + timedelta(hours=13))
    assert enter(app.test_client(), maria, late, kept=sealed).status_code == 303


def test_a_page_that_was_asked_for_is_shown_after_signing_in(app: Flask, register: Register) -> None:
    staff, client = a_person(register, Role.STAFF), app.test_client()
    sealed = hidden(client.get("/only-staff?x=1").text, "kept")
    told = enter(client, staff, NOW, kept=sealed)
    assert (told.status_code, told.location) == (303, "/only-staff?x=1")
    assert client.get("/only-staff").text == NOW.isoformat()


def test_passwords_typed_too_late_wait_nowhere(app: Flask, maria: Person) -> None:
    client = a_client(app, maria)
    sent = {"csrf_token": token(client), "present": PASSWORD, "password": "canary canary canary"}
    moment = at(app, NOW + 31 * MINUTE)
    sealed = hidden(client.post("/account/password", data=sent).text, "kept")
    assert enter(client, maria, moment, kept=sealed).location == "/desk"


def test_a_long_form_waits_too(app: Flask, maria: Person) -> None:
    client, text = a_client(app, maria), "".join(f"{number:x} " for number in range(10_000))
    told = expired(app, client, note=text)
    inside = enter(client, maria, NOW + 31 * MINUTE, kept=hidden(told.text, "kept"))
    assert text in inside.text


# --- the first time --------------------------------------------------------------------------------------------------


def test_from_the_link_to_the_desk(app: Flask, register: Register) -> None:
    link = f"/activate/{accounts.add(register, 'nora', Role.STAFF, OPERATOR)}"
    client = app.test_client()
    for _ in range(2):
        assert "Choose a password, nora" in client.get(link).text
    short = client.post(link, data={"password": "short", "again": "short"})
    assert short.status_code == 422 and "15 characters or more" in short.text
    assert client.post(link, data={"password": PASSWORD, "again": "x"}).status_code == 422
    assert client.post(link, data={"password": PASSWORD, "again": PASSWORD}).status_code == 303
    assert client.get("/desk").location == "/account/second-step"
    page = client.get("/account/second-step").text
    well_formed(page)
    assert client.get("/account/second-step.svg").mimetype == "image/svg+xml"
    secret = re.findall(r'class="secret">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    nora = Person(accounts.everybody(register)[0].account, secret, (), "")
    sent = {"csrf_token": token(client, "/account/second-step")}
    assert client.post("/account/second-step", data=sent | {"code": "000000"}).status_code == 422
    codes = client.post("/account/second-step", data=sent | {"code": nora.code(NOW)})
    assert len(re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", codes.text)) == accounts.RECOVERY_CODES
    assert client.get("/desk").status_code == 200
    assert client.get("/account/second-step").location == "/account"
    for replayed in (client.get(link), client.post(link, data={"password": PASSWORD, "again": PASSWORD})):
        assert replayed.status_code == 404 and "no longer good" in replayed.text


def test_an_expired_link_says_what_to_do(app: Flask, register: Register) -> None:
    link = f"/activate/{accounts.add(register, 'nora', Role.STAFF, OPERATOR)}"
    at(app, NOW + timedelta(hours=72))
    assert "Ask your administrator" in app.test_client().get(link).text


def test_password_and_codes_are_changed_on_the_account_page(app: Flask, maria: Person) -> None:
    client, new = a_client(app, maria), "eleven grey umbrellas sing"
    sent = {"csrf_token": token(client)}
    for present, password, said in [
        ("wrong", new, "not your present password"),
        (PASSWORD, "short", "too short"),
        (PASSWORD, new, "Your password is changed"),
    ]:
        told = client.post("/account/password", data=sent | {"present": present, "password": password})
        assert said in told.text
        well_formed(told.text)
    assert client.post("/account/codes", data=sent | {"code": "000000"}).status_code == 422
    assert "Keep these recovery codes" in client.post("/account/codes", data=sent | {"code": maria.code(NOW)}).text


def test_the_audit_tells_the_story_without_contents(app: Flask, register: Register, maria: Person) -> None:
    client = app.test_client()
    enter(client, maria, NOW, password="wrong")
    enter(client, maria, NOW)
    client.post("/sign-out", data={"csrf_token": token(client)})
    with register.database.reading() as connection:
        told = store.audited(connection)[-3:]
    assert told == [
        ("2026-03-13T18:30:00+00:00", "", "sign-in failed", "maria"),
        ("2026-03-13T18:30:00+00:00", "maria", "signed in", "maria"),
        ("2026-03-13T18:30:00+00:00", "maria", "signed out", "maria"),
    ]
