"""The staff's pages: what to check next, done in place; the file of a listing; a center's own word, looked at first."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from directory import resolve, store, upkeep
from directory.account import Account, Role
from directory.conflicts import Conflict, Side
from directory.listing import Vetting
from directory.proposing import proposals
from directory.referral import Directory
from directory.upkeep import Reason
from directory.vetting_desk import CheckingDesk
from directory.vetting_file import File
from directory.vetting_items import BY_CODE, INTEREST, ITEMS, Item
from directory.vocabulary import Answer, SourceKind, VettingState
from tests import evening, sites
from tests.builders import a_provenance
from tests.people import a_client, a_person
from tests.test_cases_pages import plain
from tests.test_web import well_formed

NOW: Final = datetime.now(UTC)
READY: Final = "invented_survey:ready"


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path, template, evening.statements()) as opened:
        yield opened


@pytest.fixture
def app(directory: Directory) -> Flask:
    return sites.a_site(directory)


def somebody(app: Flask, role: Role = Role.STAFF, name: str = "") -> FlaskClient:
    return a_client(app, a_person(app.extensions["register"], role, name, datetime.now(UTC)))


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def send(client: FlaskClient, address: str, **form: str | list[str]) -> tuple[int, str]:
    held = token(client.get("/account").get_data(as_text=True))
    answer = client.post(address, data={"csrf_token": held, **form}, follow_redirects=True)
    return answer.status_code, html.unescape(answer.get_data(as_text=True))


def check_everything(client: FlaskClient, listing_id: str, but: tuple[str, ...] = ()) -> None:
    for item in ITEMS:
        if item.code in but or item.claims or item.personal:
            continue
        if item.asks:
            given = answers(item, "intake desk")
            status, page = send(client, f"/listings/{listing_id}/vetting/answer", item=item.code, **given)
        else:
            given = {"item": item.code, "outcome": "met", "evidence": "register of Ohio, no. 101"}
            status, page = send(client, f"/listings/{listing_id}/vetting/check", **given)
        assert status == 200, page


def answers(item: Item, evidence: str = "", **otherwise: str) -> dict[str, str]:
    """A form in which all its questions are answered no, but for those that are named."""
    told = {f"answer-{ask.code}": otherwise.get(ask.code, "no") for ask in item.asks}
    return told | {f"evidence-{ask.code}": evidence for ask in item.asks}


def publish(app: Flask, listing_id: str) -> None:
    now = datetime.now(UTC)
    with app.extensions["directory"].database.writing() as connection:
        step = Vetting(VettingState.VETTED, now - timedelta(days=300), "staff 9", (now + timedelta(days=20)).date())
        store.append_vettings(connection, [(listing_id, step)])


# --- the file ----------------------------------------------------------------------------------------------------------


def test_two_people_check_and_publish(app: Flask, directory: Directory) -> None:
    anna, ben = somebody(app, name="Anna"), somebody(app, Role.ADMIN, "Ben")
    check_everything(anna, READY)
    status, page = send(anna, f"/listings/{READY}/vetting/approve", **answers(INTEREST))
    assert (status, "a second person has to" in page) == (200, True)
    status, page = send(anna, f"/listings/{READY}/vetting/approve", **answers(INTEREST))
    assert (status, "Somebody else has to be the second" in page) == (422, True)
    status, page = send(ben, f"/listings/{READY}/vetting/approve", **answers(INTEREST))
    assert status == 200 and "Approve as the first" in page
    assert directory.listings([READY])[READY].published(datetime.now(UTC))
    assert "Checked: License in force" in page and "register of Ohio, no. 101" in page


def test_what_bars_an_approval_is_said_before_the_button_is_pressed(app: Flask, directory: Directory) -> None:
    anna, address = somebody(app, name="Anna"), f"/listings/{READY}/vetting"

    def told() -> str:
        page = html.unescape(anna.get(address).get_data(as_text=True))
        return page.partition('id="approve"')[2].partition("Conditions, if")[0]

    assert "The listing is new. Only what is being checked can be approved." in told()
    check_everything(anna, READY)
    assert "It can’t be approved now" not in told() and "Approved today, it would hold until" in told()
    over = {"licence_expires": (NOW - timedelta(days=30)).date().isoformat()}
    (said,) = evening.statements("ready")
    with directory.database.writing() as connection:
        store.append(connection, [replace(said, values=dict(said.values) | over)], None)
    day = NOW - timedelta(days=30)
    assert f"Its license ended on {day:%B} {day.day}, {day.year}, and a new date is needed" in told()
    assert "it would hold until" not in told()
    assert "The license’s last day" in html.unescape(anna.get(address).get_data(as_text=True))
    new = (NOW + timedelta(days=200)).date()
    given = {"item": "licence", "outcome": "met", "evidence": "register of Ohio, page 7", "until": new.isoformat()}
    assert send(anna, f"{address}/check", **given)[0] == 200
    assert f"Approved today, it would hold until {new:%B} {new.day}, {new.year}" in told()
    held = directory.listings([READY])[READY]
    assert (held.licence_expires, held.answer("status.licensed")) == (new, Answer.YES)
    by = held.facts["status.licensed"].provenance
    assert (by.kind, by.reference) == (SourceKind.LICENSING, "register of Ohio, page 7")
    send(anna, f"{address}/check", **(given | {"outcome": "not_met", "until": (NOW + timedelta(days=9)).date().isoformat()}))
    assert directory.listings([READY])[READY].licence_expires == new, "a license that is not as it should be has no new day"


def test_brokering_bars_and_a_question_that_nobody_can_answer_stays_open(app: Flask, directory: Directory) -> None:
    anna, ben = somebody(app, name="Anna"), somebody(app, Role.ADMIN, "Ben")
    check_everything(anna, READY, but=("brokering",))
    address, brokering = f"/listings/{READY}/vetting", BY_CODE["brokering"]
    status, page = send(anna, f"{address}/answer", item="brokering", **answers(brokering, "intake desk", leads="unknown"))
    assert status == 200 and 'id="brokering-leads-unknown" name="answer-leads" value="unknown" checked' in page
    page = send(anna, f"{address}/approve", **answers(INTEREST))[1]
    assert "1 item is open" in page
    told = answers(brokering, "intake desk", leads="yes") | {"evidence-leads": "their own price list"}
    status, page = send(anna, f"{address}/answer", item="brokering", **told)
    assert status == 200 and "It can't be approved: it pays for, or sells, names of people who look for help" in page
    status, page = send(ben, f"{address}/approve", conditions="if good", **answers(INTEREST))
    assert status == 422 and "(their own price list)" in page
    assert [step.item for step in file_of(directory).steps].count("brokering.travel") == 1, "only what is new is added"
    assert "Brokering screen: Does it pay for, or sell, names" in page, "the history has the question"
    status, page = send(anna, f"{address}/answer", item="brokering", **{"answer-travel": "no", "until": "2999-01-01"})
    assert status == 422 and 'class="error">Ask each question' in page
    for one in ("fees", "interest", ""):
        assert send(anna, f"{address}/answer", item=one, **answers(INTEREST))[0] == 404


def test_answering_one_question_leaves_the_others_with_their_checker_and_their_day(app: Flask, directory: Directory) -> None:
    anna, ben = somebody(app, name="Anna"), somebody(app, Role.ADMIN, "Ben")
    address, brokering = f"/listings/{READY}/vetting/answer", BY_CODE["brokering"]
    soon = (NOW + timedelta(days=30)).date()
    told = {name: words for name, words in answers(brokering, "intake desk").items() if not name.endswith("-leads")}
    assert send(anna, address, item="brokering", until=soon.isoformat(), **told)[0] == 200
    more = told | {"answer-leads": "no", "evidence-leads": "their own price list"}
    assert send(ben, address, item="brokering", until="", **more)[0] == 200
    stands = [step for ask in brokering.asks if (step := file_of(directory).answer(brokering, ask))]
    assert [step.until for step in stands] == [soon, soon, soon, None]
    assert [step.who.by.partition(" ")[0] for step in stands] == ["staff", "staff", "staff", "admin"]
    later = (NOW + timedelta(days=60)).date().isoformat()
    status, page = send(ben, address, item="brokering", until=later, **more)
    assert status == 422 and "Change an answer or its evidence" in page and f'value="{later}"' in page
    assert len(file_of(directory).steps) == 4, "a day alone says nothing of what was asked"
    assert send(ben, address, item="brokering", until=soon.isoformat(), **told)[0] == 200, "sent twice is sent once"


def file_of(directory: Directory) -> File:
    return CheckingDesk(directory, Account(0, "a test", Role.STAFF), datetime.now(UTC)).file(READY)


@pytest.mark.parametrize("answered", ["yes", "unknown"])
def test_who_has_a_tie_is_told_that_others_approve(app: Flask, directory: Directory, answered: str) -> None:
    anna = somebody(app, name="Anna")
    check_everything(anna, READY)
    told = answers(INTEREST, family=answered) | {"evidence-family": "a sister works there"}
    status, page = send(anna, f"/listings/{READY}/vetting/approve", **told)
    assert status == 422 and file_of(directory).approval is None
    assert ("somebody of your family owns it" in page) is (answered == "yes")
    stands = anna.get(f"/listings/{READY}/vetting").get_data(as_text=True)
    said = "You said yes (a sister works there)" if answered == "yes" else "You said not known (a sister works there)"
    assert said in stands, "it is written down"
    assert not re.search(r'name="answer-(own|work|paid|family)"[^>]* checked', stands), "nobody says it by pressing a button"
    assert (
        "a sister works there"
        not in somebody(app, Role.ADMIN, "Ben").get(f"/listings/{READY}/vetting").get_data(as_text=True).partition("History")[0]
    )


def test_what_is_wrong_stands_beside_its_item_and_nothing_typed_is_lost(app: Flask) -> None:
    given = {"item": "fees", "outcome": "met", "evidence": "paper of May", "until": "May"}
    status, page = send(somebody(app), f"/listings/{READY}/vetting/check", **given)
    assert status == 422 and "Enter a day as" in page
    assert 'value="paper of May"' in page and 'id="fees-met" name="outcome" value="met" checked' in page
    opened = re.findall(r'id="item-(\w+)" open', page)
    assert "fees" in opened
    status, page = send(somebody(app, name="other"), f"/listings/{READY}/vetting/check", item="fees", evidence="x")
    assert status == 422 and "Choose what you found" in page


def test_rejecting_needs_a_reason(app: Flask, directory: Directory) -> None:
    staff = somebody(app)
    assert send(staff, f"/listings/{READY}/vetting/reject", because=" ")[0] == 422
    assert send(staff, f"/listings/{READY}/vetting/reject", because="sells leads")[0] == 200
    assert directory.listings([READY])[READY].vetting(datetime.now(UTC)) is VettingState.REJECTED


def test_a_counselor_brings_a_complaint_and_the_listing_is_off_at_once(app: Flask, directory: Directory) -> None:
    counselor = somebody(app, Role.COUNSELOR)
    page = counselor.get(f"/listings/{READY}").get_data(as_text=True)
    assert f"/listings/{READY}/complaint" in page and f"/listings/{READY}/vetting" not in page
    status, page = send(counselor, f"/listings/{READY}/complaint", because="")
    assert (status, "without names of persons" in page) == (422, True)
    status, page = send(counselor, f"/listings/{READY}/complaint", because="wanted money at the door")
    assert status == 200 and "is suspended" in page and "No open case holds it" in page
    assert directory.listings([READY])[READY].vetting(datetime.now(UTC)) is VettingState.SUSPENDED
    assert counselor.get(f"/listings/{READY}/vetting").status_code == 403


def test_a_complaint_names_the_cases_on_whose_boards_the_listing_merely_stands(app: Flask, directory: Directory) -> None:
    counselor = somebody(app, Role.COUNSELOR)
    kept = counselor.post("/options", data=evening.NEED).location
    status, board = send(counselor, "/cases", token=kept.rpartition("/")[2])
    assert status == 200 and "Example Ready House" in board
    assert [task.reason for task in upkeep.tasks(directory, NOW) if task.listing.id == READY] == [Reason.ON_CASE]
    status, page = send(somebody(app), f"/listings/{READY}/complaint", because="wanted money at the door")
    assert status == 200 and "Open cases that hold it: tell them now" in page and ": on the board" in page


def test_a_listing_that_is_none_is_not_found(app: Flask) -> None:
    staff = somebody(app)
    assert staff.get("/listings/nowhere:1/vetting").status_code == 404
    assert staff.get("/listings/nowhere:1/complaint").status_code == 404
    for step in ("vetting/open", "vetting/reject", "confirm", "attestation", "complaint"):
        assert send(staff, f"/listings/nowhere:1/{step}", because="closed")[0] == 404


# --- what to do next ----------------------------------------------------------------------------------------------------


def test_what_helps_most_comes_first_and_everything_is_done_in_place(app: Flask, directory: Directory) -> None:
    staff = somebody(app)
    empty = staff.get("/staff").get_data(as_text=True)
    assert "Nothing waits, but families see no center yet" in empty and 'action="/staff/find"' in empty
    assert 'href="/staff/duplicates">their page</a> will have them' in empty
    publish(app, READY)
    with directory.database.writing() as connection:
        store.open_correction(connection, READY, ("wrong_number", "6145550150"), NOW)
    found = upkeep.tasks(directory, datetime.now(UTC))
    assert [task.reason for task in found] == [Reason.LAPSING, Reason.CORRECTION, Reason.NEVER_CONFIRMED]
    page = html.unescape(staff.get("/staff").get_data(as_text=True))
    assert [page.index(words) for words in ("Lapsing soon", "Wrong numbers", "never confirmed")] == sorted(
        page.index(words) for words in ("Lapsing soon", "Wrong numbers", "never confirmed")
    )
    assert "Wrong number: 614-555-0150" in page
    for step in ("vetting/check", "confirm"):
        assert f'action="/listings/{READY}/{step}"' in page

    status, page = send(staff, f"/staff/corrections/{found[1].about}", becomes="number", number="call them")
    assert (status, "Enter a telephone number" in page) == (422, True)
    status, page = send(staff, f"/staff/corrections/{found[1].about}", becomes="number", number="614-555-0188")
    assert status == 200 and "Wrong numbers" not in page
    assert "6145550188" in {phone.number for phone in directory.listings([READY])[READY].phones}
    assert "6145550150" not in {phone.number for phone in directory.listings([READY])[READY].phones}
    assert send(staff, f"/staff/corrections/{found[1].about}", becomes="right")[0] == 404

    assert send(staff, f"/listings/{READY}/confirm")[0] == 200
    left = upkeep.tasks(directory, datetime.now(UTC))
    assert [task.reason for task in left] == [Reason.LAPSING]


def in_place(page: str, reason: str, action: str, **entered: str) -> dict[str, str]:
    """What a form of the queue sends: of a reason's first task, with what is entered."""
    part = page.partition(f'aria-labelledby="{reason}"')[2]
    form = part.partition(f'action="{action}"')[2].partition("</form>")[0]
    assert form, (reason, action)
    hidden = re.findall(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)"', form)
    assert {*entered} <= {*re.findall(r'name="([^"]+)"', form)}
    return dict(hidden) | entered


def one_task_of_each_kind(app: Flask, directory: Directory, anna: FlaskClient) -> None:
    """A listing that lapses soon, one that is suspended, a wrong number, an answer, a contradiction, and what looks alike."""
    now, third = datetime.now(UTC).replace(microsecond=0), "invented_survey:third"
    publish(app, READY)
    call, file = (a_provenance(kind=kind) for kind in (SourceKind.STAFF_CALL, SourceKind.SURVEY))
    clash = Conflict(READY, "phone", Side("6145550150", call), Side("6145550199", file))
    over = Vetting(VettingState.SUSPENDED, now, "staff 9", None, "sells beds")
    with directory.database.writing() as connection:
        store.open_correction(connection, READY, ("wrong_number", "6145550150"), NOW)
        store.add_conflicts(connection, [clash], None, NOW)
        store.append(connection, [replace(evening.statements("held")[0], local_id="held again")], None)
        store.append_vettings(connection, [(third, Vetting(VettingState.VETTED, now - timedelta(9), "a"))])
        store.append_vettings(connection, [(third, over)])
    assert proposals(directory)
    letter = send(anna, f"/listings/{READY}/attestation")[1]
    link = re.search(r"/attest/[A-Za-z0-9_-]{22}", letter)
    assert link and app.test_client().post(link[0], data={"direct_line": "614-555-0177"}).status_code == 200


def do(anna: FlaskClient, reason: Reason, action: str, **entered: str) -> str:
    """Do the first task of a reason where it stands; gives the queue as it is then."""
    page = html.unescape(anna.get("/staff").get_data(as_text=True))
    form = in_place(page, reason, action, **entered)
    told = anna.post(action, data=form | {"csrf_token": token(page)})
    assert told.status_code == 303 and told.location.startswith("/staff#"), told.text
    after = html.unescape(anna.get("/staff").get_data(as_text=True))
    assert f'id="{told.location.partition("#")[2]}"' in after, "what stands there next is in view"
    well_formed(after)
    return after


def test_each_kind_of_task_is_done_on_the_queue_itself(app: Flask, directory: Directory) -> None:
    anna = somebody(app, name="Anna")
    one_task_of_each_kind(app, directory, anna)

    def reasons() -> list[Reason]:
        return [task.reason for task in upkeep.tasks(directory, datetime.now(UTC))]

    assert [*dict.fromkeys(reasons())] == [
        Reason.SUSPENDED, Reason.LAPSING, Reason.CORRECTION, Reason.ATTESTED, Reason.CONFLICT, Reason.DUPLICATE,
        Reason.NEVER_CONFIRMED,
    ]  # fmt: skip
    third = "/listings/invented_survey:third/vetting"
    page = do(anna, Reason.SUSPENDED, f"{third}/check", outcome="met", evidence="register of Ohio, no. 103")
    assert "Suspended: sells beds" in page and "Operating address" in page, "the next of its items"
    do(anna, Reason.LAPSING, f"/listings/{READY}/vetting/check", outcome="met", evidence="register of Ohio, no. 101")
    do(anna, Reason.NEVER_CONFIRMED, f"/listings/{READY}/confirm")
    waiting = [task.about for task in upkeep.tasks(directory, NOW) if task.about]
    do(anna, Reason.CORRECTION, f"/staff/corrections/{waiting[0]}", number="614-555-0188", becomes="number")
    do(anna, Reason.ATTESTED, f"/staff/attestations/{waiting[1]}", publish="yes")
    do(anna, Reason.CONFLICT, f"/staff/conflicts/{waiting[2]}", decision="keep", because="they answered it")
    for _ in range(reasons().count(Reason.DUPLICATE)):
        do(anna, Reason.DUPLICATE, "/staff/duplicates", choice="different")
    assert reasons() == [Reason.SUSPENDED, Reason.LAPSING], "these two wait for two people"


def test_what_the_queue_can_not_take_is_mended_in_its_place_with_what_was_typed(app: Flask, directory: Directory) -> None:
    anna = somebody(app)
    publish(app, READY)
    publish(app, "invented_survey:third")
    with directory.database.writing() as connection:
        store.open_correction(connection, READY, ("wrong_number", "6145550150"), NOW)
    page = html.unescape(anna.get("/staff").get_data(as_text=True))

    def refused(reason: Reason, action: str, **entered: str) -> str:
        form = in_place(page, reason, action, **entered)
        status, told = send(anna, action, **form)
        place = form["back"].split("/")[0]
        task = told.partition(f'id="{place}"')[2].partition("</li>")[0]
        assert status == 422 and "<h1>What to check next</h1>" in told and f'name="back" value="{form["back"]}"' in task
        assert '<details class="step" open>' in task and told.count('<details class="step" open>') == 1
        assert told.count('role="alert"') == task.count('role="alert" tabindex="-1" autofocus') == 1
        assert told.count("checked>") == task.count("checked>") and "<title>Error: " in told
        well_formed(told)
        return task

    check = f"/listings/{READY}/vetting/check"
    task = refused(Reason.LAPSING, check, outcome="met", evidence="", until="2999-01-02")
    assert "Enter its number" in task.partition('role="alert"')[2].partition("</div>")[0]
    assert 'value="2999-01-02"' in task and re.search(r'value="met" checked', task)
    number = next(task.about for task in upkeep.tasks(directory, NOW) if task.reason is Reason.CORRECTION)
    task = refused(Reason.CORRECTION, f"/staff/corrections/{number}", number="call them", becomes="number")
    assert 'value="call them"' in task and "Enter a telephone number" in task
    held = token(anna.get("/account").get_data(as_text=True))
    odd = {"csrf_token": held, "item": "licence", "outcome": "met", "evidence": "seen", "back": "https://example.org"}
    assert anna.post(check, data=odd).location == f"/listings/{READY}/vetting#item-licence"


def test_what_is_settled_already_is_said_on_the_queue_though_it_waits_there_no_more(app: Flask, directory: Directory) -> None:
    anna, now = somebody(app), datetime.now(UTC)
    call, file = (a_provenance(kind=kind) for kind in (SourceKind.STAFF_CALL, SourceKind.SURVEY))
    with directory.database.writing() as connection:
        conflict = Conflict(READY, "phone", Side("6145550150", call), Side("6145550199", file))
        store.add_conflicts(connection, [conflict], None, NOW)
    page = html.unescape(anna.get("/staff").get_data(as_text=True))
    number = next(task.about for task in upkeep.tasks(directory, now) if task.reason is Reason.CONFLICT)
    action = f"/staff/conflicts/{number}"
    form = in_place(page, Reason.CONFLICT, action, decision="keep", because="they answered it")
    assert send(somebody(app, name="Bela"), action, **form)[0] == 200
    status, told = send(anna, action, **form)
    assert status == 409 and "<h1>What to check next</h1>" in told
    assert "Somebody has settled that one already. Nothing was changed." in told


def test_contradictions_and_pairs_wait_in_their_place(app: Flask, directory: Directory) -> None:
    staff = somebody(app)
    publish(app, READY)
    call, file = (a_provenance(kind=kind) for kind in (SourceKind.STAFF_CALL, SourceKind.SURVEY))
    with directory.database.writing() as connection:
        store.add_conflicts(
            connection, [Conflict(READY, "phone", Side("6145550150", call), Side("6145550199", file))], None, NOW
        )
        twin = evening.statements("held")[0]
        store.append(connection, [replace(twin, local_id="held again")], None)
    assert Reason.DUPLICATE not in {task.reason for task in upkeep.tasks(directory, NOW)}, "it would take seconds"
    assert proposals(directory)
    found = dict.fromkeys(task.reason for task in upkeep.tasks(directory, datetime.now(UTC)))
    assert [*found] == [Reason.LAPSING, Reason.CONFLICT, Reason.DUPLICATE, Reason.NEVER_CONFIRMED]
    page = html.unescape(staff.get("/staff").get_data(as_text=True))
    assert "we hold 614-555-0150 and a newer file says 614-555-0199" in page and "May be one place with" in page
    number = next(task.about for task in upkeep.tasks(directory, NOW) if task.reason is Reason.CONFLICT)
    assert send(staff, f"/staff/conflicts/{number}", decision="keep")[0] == 200
    assert Reason.CONFLICT not in {task.reason for task in upkeep.tasks(directory, NOW)}


def test_a_center_that_closed_is_known_to_have_closed(app: Flask, directory: Directory) -> None:
    publish(app, READY)
    with directory.database.writing() as connection:
        store.open_correction(connection, READY, ("closed", ""), NOW)
    task = next(one for one in upkeep.tasks(directory, NOW) if one.reason is Reason.CORRECTION)
    assert send(somebody(app), f"/staff/corrections/{task.about}", becomes="closed")[0] == 200
    assert not directory.listings([READY])[READY].published(datetime.now(UTC))


def test_freshness_counts_what_a_person_confirmed_of_what_families_see(app: Flask, directory: Directory) -> None:
    staff, now = somebody(app), datetime.now(UTC)
    assert "no listing is vetted" in staff.get("/staff").get_data(as_text=True)
    publish(app, READY)
    publish(app, "invented_survey:held")
    total, ohio = upkeep.freshness(directory, now)
    assert (total.confirmed, total.share, ohio.state) == (0, 0, "OH")
    send(staff, f"/listings/{READY}/confirm")
    total, ohio = upkeep.freshness(directory, now)
    known = directory.listings([READY])[READY]
    phones = sum(name in resolve.PHONES for name in known.said_by)
    assert total == upkeep.Freshness("", total.facts, len(known.facts) + phones) and ohio.facts == total.facts
    assert upkeep.freshness(directory, now + timedelta(days=19))[0].confirmed == total.confirmed
    assert f"{total.share} %" in staff.get("/staff").get_data(as_text=True)


def test_a_share_is_never_rounded_up() -> None:
    assert upkeep.Freshness("", 1000, 999).share == 99


# --- a center's own word ------------------------------------------------------------------------------------------------


def invited(client: FlaskClient) -> str:
    status, page = send(client, f"/listings/{READY}/attestation")
    assert status == 200
    found = re.search(r"/attest/([A-Za-z0-9_-]{22})", page)
    assert found and "Being listed is free" in page
    with client.get("/static/style.css") as answer:
        style = answer.get_data(as_text=True)
    assert re.search(r"\btextarea\b[^{]*\{[^}]*width: 100%", style), "the letter can be read and copied on a telephone"
    return found[1]


def test_a_center_attests_once_and_nothing_is_published_before_staff_look(app: Flask, directory: Directory) -> None:
    staff, center = somebody(app), app.test_client()
    link = f"/attest/{invited(staff)}"
    page = center.get(link).get_data(as_text=True)
    assert "Example Ready House" in page and center.get_cookie("session") is None
    wrong = center.post(link, data={"direct_line": "ask Sue", "upfront_cost": "$100"})
    assert wrong.status_code == 422 and "$100" in wrong.get_data(as_text=True)

    told = {"direct_line": "614-555-0177", "upfront_cost": "$100", "sex.female": "no", "payer.medicaid": "yes"}
    assert "before anybody sees it" in center.post(link, data=told).get_data(as_text=True)
    assert center.post(link, data=told).status_code == 404
    assert directory.listings([READY])[READY].confirmed_at is None

    page = html.unescape(staff.get("/staff").get_data(as_text=True))
    look = re.search(r'href="(/staff/attestations/\w+)"', page)
    assert look
    shown = html.unescape(staff.get(look[1]).get_data(as_text=True))
    assert "614-555-0177" in shown or "6145550177" in shown
    assert "Medicaid" not in shown  # what is said as we hold it is no difference
    assert send(staff, look[1], publish="yes", take=["direct_line", "upfront_cost"])[0] == 200
    listing = directory.listings([READY])[READY]
    assert listing.phones[0].number == "6145550177" and listing.practical["upfront_cost"] == "$100"
    assert str(listing.answer("sex.female")) == "yes" and listing.confirmed_at is not None
    assert staff.get(look[1]).status_code == 404


def test_what_staff_do_not_believe_is_never_published(app: Flask, directory: Directory) -> None:
    staff = somebody(app)
    app.test_client().post(f"/attest/{invited(staff)}", data={"website": "www.example.org"})
    look = re.search(r'href="(/staff/attestations/\w+)"', staff.get("/staff").get_data(as_text=True))
    said = staff.get(look[1]).get_data(as_text=True) if look else ""
    assert ("Publish what is ticked" in said) is ("What differs" in said), "no tick, no word of ticks"
    assert look and send(staff, look[1], publish="no")[0] == 200
    assert directory.listings([READY])[READY].confirmed_at is None


@pytest.mark.parametrize("made_up", ["x" * 22, "short"])
def test_a_link_that_nobody_made_opens_nothing(app: Flask, made_up: str) -> None:
    assert app.test_client().get(f"/attest/{made_up}").status_code == 404


def test_what_became_of_referrals_is_counted_by_month_for_those_who_are_signed_in_alone(
    app: Flask, directory: Directory
) -> None:
    told = [
        ("2026-10-30", "declined", "payment"), ("2026-11-02", "declined", "payment"), ("2026-11-09", "declined", "payment"),
        ("2026-11-03", "admitted", None), ("2026-11-04", "admitted", "plan_b"), ("2026-11-05", "turned_away", None),
    ]  # fmt: skip
    with directory.database.writing() as connection:
        for event in told:
            store.add_event(connection, READY, *event)
    staff, counselor = somebody(app), somebody(app, Role.COUNSELOR)
    for page in (staff.get(f"/listings/{READY}/vetting").text, counselor.get(f"/listings/{READY}").text):
        _, _, block = plain(page).partition("What became of referrals ")
        november, _, october = block.partition(" October 2026 ")
        assert november.startswith("November 2026 Declined on the telephone: Payment or insurance: 2 ")
        for once in ("Admitted somebody: 1", "Admitted somebody as plan B: 1", "Turned somebody away who had come: 1"):
            assert once in november
        assert october.startswith("Declined on the telephone: Payment or insurance: 1")
    assert "became of referrals" not in app.test_client().get(f"/listings/{READY}").text
