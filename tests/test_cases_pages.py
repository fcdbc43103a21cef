"""The pages of a case: the evening through the real application, and nothing there for anybody else."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from directory import store
from directory.accounts import Role
from directory.case import EndKind
from directory.referral import Directory
from tests import builders, evening, people, sites
from tests.test_web import well_formed

NOW: Final = datetime.now(UTC).replace(microsecond=0)
FORM: Final[dict[str, Any]] = evening.NEED | {"code_name": "Blue Heron", "plan": "canaryplan", "words": "canarywords"}
_TOKEN: Final = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path_factory.mktemp("cases"), template, [*evening.statements(), evening.clinic()]) as opened:
        evening.report(opened)
        yield opened


@pytest.fixture(scope="module")
def app(directory: Directory) -> Flask:
    return sites.a_site(directory)


def signed_in(app: Flask, name: str, role: Role = Role.COUNSELOR) -> FlaskClient:
    return people.a_client(app, people.a_person(app.extensions["register"], role, name, datetime.now(UTC)))


@pytest.fixture
def client(app: Flask, request: pytest.FixtureRequest) -> FlaskClient:
    """Somebody with an empty desk."""
    return signed_in(app, request.node.name[5:55].replace("_", " ").strip())


def send(client: FlaskClient, address: str, **fields: Any) -> TestResponse:
    """Send a form from a page of this session."""
    found = _TOKEN.search(client.get("/account").text)
    assert found
    return client.post(address, data={"csrf_token": found.group(1), **fields})


def a_case(client: FlaskClient, **fields: Any) -> str:
    """The address of a new case."""
    opened = send(client, "/cases/new", **(FORM | fields))
    assert opened.status_code == 303, plain(opened.text)
    return str(opened.location)


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").split())


def a_page(client: FlaskClient, address: str) -> str:
    found = client.get(address)
    assert found.status_code == 200
    well_formed(found.text)
    return plain(found.text)


def arrange(client: FlaskClient, case: str, kind: str, local_id: str, **fields: Any) -> TestResponse:
    told = {"because": "the family knows it"} | fields
    return send(client, f"{case}/steps", kind=kind, listing=f"invented_survey:{local_id}", **told)


def test_a_case_is_opened_from_the_form_and_stands_on_the_desk(client: FlaskClient) -> None:
    suggested = client.get("/cases/new").text
    assert re.search(r'name="code_name" value="\w+ \w+"', suggested)
    well_formed(suggested)
    board = a_page(client, a_case(client))
    assert "Blue Heron" in board and "Example Ready House" in board and "nobody has called for this person yet" in board
    desk = a_page(client, "/desk")
    assert "Your cases Blue Heron" in desk and "Open the call sheet" in desk


def test_a_case_is_opened_in_one_tap_from_a_list_and_the_list_is_gone(app: Flask, client: FlaskClient) -> None:
    address = client.post("/options", data=evening.NEED).location
    page = client.get(address).text
    assert "Open a case with this need" in page
    opened = send(client, "/cases", token=address.rpartition("/")[2])
    assert opened.status_code == 303 and "43215" in a_page(client, opened.location)
    gone, family = client.get(address), app.test_client().get(address)
    assert gone.status_code == family.status_code == 404
    assert "the list goes on there, on your desk" in plain(gone.text) and "/desk" in gone.text
    assert "ask them: they have the list" in plain(family.text) and "/desk" not in family.text
    well_formed(family.text)
    assert "Open a case" not in app.test_client().get(app.test_client().post("/options", data=evening.NEED).location).text


def test_a_list_that_is_no_longer_kept_opens_the_form(client: FlaskClient) -> None:
    assert send(client, "/cases", token="x" * 22).location == "/cases/new"


def test_what_is_typed_is_kept_when_something_is_to_be_mended(client: FlaskClient) -> None:
    back = send(client, "/cases/new", **(FORM | {"age": "two", "code_name": "Old Barn", "nice": "amenity.transportation"}))
    assert back.status_code == 422
    well_formed(back.text)
    for kept in ('value="two"', 'value="Old Barn"', 'value="canaryplan"', 'value="43215"'):
        assert kept in back.text
    assert re.search(r'id="nice-amenity.transportation"[^>]* checked', back.text)


def test_a_name_in_the_need_is_pointed_out_and_saved_only_when_it_is_none(client: FlaskClient) -> None:
    fields = FORM | {"words": "Jessica Fields Program", "code_name": "Old Barn"}
    back = send(client, "/cases/new", **fields)
    assert back.status_code == 422 and "“Jessica” looks like a name" in plain(back.text)
    assert 'name="sure"' in back.text and a_page(client, "/desk").count("Old Barn") == 0
    assert send(client, "/cases/new", **fields, sure="yes").status_code == 303


def test_the_need_is_changed_and_the_board_with_it(client: FlaskClient) -> None:
    case = a_case(client)
    form = client.get(f"{case}/need").text
    well_formed(form)
    assert 'value="canarywords"' in form
    assert send(client, f"{case}/need", **(FORM | {"sex": "female"})).location == case
    assert "female aged 27" in a_page(client, case).casefold()
    back = send(client, f"{case}/need", **(FORM | {"near": "nowhere at all"}))
    assert back.status_code == 422 and 'value="nowhere at all"' in back.text


def test_a_center_is_dropped_with_its_reason_and_restored(client: FlaskClient) -> None:
    case = a_case(client)
    assert arrange(client, case, "dropped", "ready", because="too near").status_code == 303
    board = a_page(client, case)
    assert "Dropped by hand: too near (you," in board
    assert "invented_survey:ready" not in re.findall(r'<h3>.*?/listings/([^"]+)"', client.get(case).text)
    assert arrange(client, case, "restored", "ready", because="").status_code == 303
    assert "Dropped by hand" not in a_page(client, case)


def test_a_reason_with_a_name_is_pointed_out_on_a_page_that_keeps_it(client: FlaskClient) -> None:
    case = a_case(client)
    back = arrange(client, case, "dropped", "ready", because="ask Jessica")
    assert back.status_code == 422 and 'value="ask Jessica"' in back.text and "Nothing was changed yet" in back.text
    well_formed(back.text)
    assert arrange(client, case, "dropped", "ready", because="ask Jessica", sure="yes").status_code == 303
    back = arrange(client, case, "placed", "held", because="", place="2")
    assert back.status_code == 422 and 'value="2" selected' in back.text


def test_a_place_is_given(client: FlaskClient) -> None:
    case = a_case(client)
    arrange(client, case, "placed", "third", place="1")
    cards = client.get(case).text.split('<li class="card')
    assert "Example Third House" in cards[1] and "Placed by hand" in cards[1]
    assert arrange(client, case, "placed", "third", place="99").status_code == 400


def test_a_center_is_looked_up_and_added_by_hand(client: FlaskClient) -> None:
    case = a_case(client)
    found = send(client, f"{case}/find", words="house for women")
    well_formed(found.text)
    assert found.status_code == 200 and "invented_survey:women" in found.text
    arrange(client, case, "added", "women")
    board = a_page(client, case)
    assert "Added by hand, though something stands in the way" in board and "does not take men" in board
    assert send(client, f"{case}/find", words="zzzz").status_code == 422
    assert arrange(client, case, "added", "gone").status_code == 422


def test_what_changed_is_said_until_it_was_seen(client: FlaskClient, directory: Directory) -> None:
    case = a_case(client)
    assert "Changed since" not in a_page(client, case)
    with directory.database.writing() as connection:
        store.append_reports(connection, [("invented_survey:asked", builders.a_report("full", observed_at=NOW))])
    assert "Changed since you last looked Example Asked House Now set aside: full" in a_page(client, case)
    assert "1 center changed" in a_page(client, "/desk")
    assert "Changed since" in a_page(client, case)
    send(client, f"{case}/seen")
    assert "Changed since" not in a_page(client, case)
    evening.vet(directory, "silent")
    told = a_page(client, case)
    assert "Vetting: was new, now vetted;" in told and "Vetted : was" not in told and "Vetted: was" not in told, "said once"


def test_the_desk_says_how_many_calls_are_open(client: FlaskClient) -> None:
    case = a_case(client)
    for local_id in ("held", "third", "sister"):
        arrange(client, case, "dropped", local_id)
    assert "1 call open" in a_page(client, "/desk") and "Open the call sheet" in a_page(client, case)


def test_everything_about_a_case_can_be_changed_ended_and_erased(client: FlaskClient) -> None:
    case = a_case(client)
    well_formed(client.get(f"{case}/about").text)
    send(client, f"{case}/name", code_name="Quiet Otter")
    assert "Quiet Otter" in a_page(client, "/desk")
    assert send(client, f"{case}/name", code_name="Jessica").status_code == 422
    assert send(client, f"{case}/end").status_code == 422
    assert send(client, f"{case}/end", kind="admitted").status_code == 422
    assert send(client, f"{case}/end", kind="admitted", on="tomorrow").status_code == 422
    ended = {"kind": str(EndKind.ADMITTED), "admitted_by": "invented_survey:ready", "on": NOW.date().isoformat()}
    assert send(client, f"{case}/end", **ended).status_code == 303
    assert "Admitted by Example Ready House on" in a_page(client, case)
    assert f"{case}/purge" in client.get(case).text, "one click from the case"
    asked = a_page(client, f"{case}/purge")
    assert "Erase Quiet Otter?" in asked and "The code name Quiet Otter, and what the person needs" in asked
    assert "Quiet Otter" in a_page(client, "/desk"), "to ask erases nothing"
    assert "The case is erased" in plain(send(client, f"{case}/purge").text)
    assert client.get(case).status_code == 404 and "Quiet Otter" not in client.get("/desk").text


def test_a_colleague_is_let_in_and_leaves(app: Flask, client: FlaskClient) -> None:
    case, colleague = a_case(client), signed_in(app, "example kim")
    assert colleague.get(case).status_code == 404
    assert send(client, f"{case}/colleagues", colleague="nobody known").status_code == 422
    assert send(client, f"{case}/colleagues", colleague="Example Kim").status_code == 303
    assert "Blue Heron" in a_page(colleague, "/desk") and "Leave this case" in a_page(colleague, f"{case}/about")
    for refused in ("purge", "colleagues"):
        assert send(colleague, f"{case}/{refused}", colleague="example kim").status_code == 404
    number = re.search(r"/colleagues/(\d+)/out", colleague.get(f"{case}/about").text)
    assert number and send(colleague, f"{case}/colleagues/{number.group(1)}/out").location == "/desk"
    assert colleague.get(case).status_code == 404


def case_rules(app: Flask) -> list[tuple[str, str]]:
    return [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ("cases", "case_end")
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def test_a_stranger_finds_nothing_at_any_address_of_a_case_as_if_there_were_none(app: Flask, client: FlaskClient) -> None:
    case, stranger = a_case(client), signed_in(app, "stranger")
    missing = "/cases/" + "x" * 22
    fields = FORM | {"kind": "dropped", "listing": "invented_survey:ready", "because": "too near"}
    tried = 0
    for method, rule in case_rules(app):
        if "<case_id>" not in rule:
            continue
        tried += 1
        answers = []
        for address in (case, missing):
            at = rule.replace("/cases/<case_id>", address).replace("<int:account>", "1")
            answers.append(stranger.get(at) if method == "GET" else send(stranger, at, **fields))
        assert [answer.status_code for answer in answers] == [404, 404], rule
        assert _TOKEN.sub("", answers[0].text) == _TOKEN.sub("", answers[1].text), rule
    assert tried == 15
    assert "too near" not in a_page(client, case)


def test_whoever_is_not_signed_in_is_shown_the_sign_in_and_keeps_what_was_typed(app: Flask, client: FlaskClient) -> None:
    case = a_case(client)
    for method, rule in case_rules(app):
        at = rule.replace("/cases/<case_id>", case).replace("<int:account>", "1")
        answer = app.test_client().open(at, method=method, data={} if method == "GET" else FORM)
        assert answer.status_code == 401 and "Blue Heron" not in plain(answer.text), rule
    assert signed_in(app, "pat", Role.STAFF).get(case).status_code == 403


def test_no_address_title_or_log_line_holds_what_is_needed(client: FlaskClient) -> None:
    with sites.listening() as heard:
        case = a_case(client)
        for address in (case, f"{case}/need", f"{case}/about", "/desk"):
            page = client.get(address).text
            title = re.search(r"<title>(.*?)</title>", page, re.S)
            assert title and not re.search("canary|43215|heroin", title.group(1))
            links = re.findall(r'(?:href|action)="([^"]*)"', page)
            assert not [link for link in links if "canary" in link or "43215" in link]
        assert "canary" not in case and not [line for line in heard.lines if re.search("canary|43215|Heron", line)]


def test_a_hand_out_holds_until_something_that_is_printed_moves(client: FlaskClient, directory: Directory) -> None:
    case = a_case(client)
    send(client, f"{case}/handouts")
    assert "Say how it ended" in a_page(client, case) and "Changed since printed" not in a_page(client, case)
    with directory.database.writing() as connection:
        attempt = builders.a_report("no_answer", observed_at=NOW)
        store.append_reports(connection, [("invented_survey:ready", attempt)])
    assert "Say how it ended" in a_page(client, case), "an attempt at a call is not printed"
    with directory.database.writing() as connection:
        store.append_reports(connection, [("invented_survey:ready", builders.a_report("open", observed_at=NOW, beds=1))])
    board, listed = a_page(client, case), a_page(client, f"{case}/handouts")
    assert "Make the hand-out" in board and "The list has changed since it was handed out" in board
    for page in (board, listed):
        assert "Changed since printed" in page and "Beds: 1 bed is open" in page and "(printed: 2 beds are open" in page
