"""A meeting still to come: board, queue and list stand as of then and say so; nothing is written as if it were then."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from directory import asking, handout, store
from directory.listing import Listing
from directory.places import Gazetteer
from directory.problems import CannotUnderstand
from directory.referral import Directory
from directory.vocabulary import SourceKind
from directory.web import forms
from tests import evening, sites
from tests.builders import AS_OF, a_need
from tests.handout import scene
from tests.test_cases_pages import a_case, a_page, send, signed_in

NOW: Final = datetime.now(UTC).replace(microsecond=0)
THERE: Final = ZoneInfo("America/New_York")
THEN: Final = (NOW.astimezone(THERE) + timedelta(days=1, hours=5)).replace(hour=19, minute=0, second=0)
"""Seven in the evening, more than a day from now at any hour of a run: what was said of beds until now is not known then."""
PLAN: Final = {"plan_on": f"{THEN:%Y-%m-%d}", "plan_at": "19:00"}
SAYS: Final = f"Planned for 7:00 pm on {THEN:%A, %B} {THEN.day}, {THEN.year}: ask again then."


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    folder = tmp_path_factory.mktemp("planning")
    said = [*evening.statements(), evening.clinic()]
    with sites.a_directory(folder, template, said) as opened:
        evening.report(opened)
        yield opened


@pytest.fixture(scope="module")
def app(directory: Directory) -> Flask:
    return sites.a_site(directory)


@pytest.fixture
def client(app: Flask, request: pytest.FixtureRequest) -> Iterator[FlaskClient]:
    """Somebody with an empty desk; the clock of the site is set right afterwards."""
    yield signed_in(app, request.node.name[5:45].replace("_", " ").strip())
    app.config.pop("NOW", None)


def planned(client: FlaskClient, **fields: Any) -> str:
    case = a_case(client, **fields)
    assert send(client, f"{case}/plan", **PLAN).location == case
    return case


TIMES: Final = [
    ({"plan_at": ["19:00"]}, "2026-03-13T19:00-04:00"),
    ({"plan_at": ["18:00"]}, "2026-03-14T18:00-04:00"),
    ({"plan_at": ["7 am"], "plan_on": ["2026-03-15"]}, "2026-03-15T07:00-04:00"),
    ({"plan_at": [""], "plan_on": [""]}, None),
]


@pytest.mark.parametrize(("form", "when"), TIMES, ids=str)
def test_a_time_alone_is_the_next_one(form: dict[str, list[str]], when: str | None, gazetteer: Gazetteer) -> None:
    need = forms.understand({"near": ["43215"]} | form, gazetteer, AS_OF)
    assert need.as_of.isoformat(timespec="minutes") == (when or AS_OF.isoformat(timespec="minutes"))
    assert (forms.planned(need, AS_OF) != {}) is (when is not None) and not forms.planned(need, need.as_of)
    again = forms.understand({**forms.filled(need), **forms.planned(need, AS_OF)}, gazetteer, AS_OF)
    assert again.as_of == need.as_of, "the form as it is filled in again says the same"


@pytest.mark.parametrize(
    "form",
    [
        {"plan_at": ["18:00"], "plan_on": ["2026-03-13"]},
        {"plan_on": ["2026-03-15"]},
        {"plan_at": ["soon"]},
        {"plan_at": ["19:00"], "plan_on": ["2027-03-15"]},
    ],
    ids=str,
)
def test_a_plan_that_can_not_be_is_asked_again(form: dict[str, list[str]], gazetteer: Gazetteer) -> None:
    with pytest.raises(CannotUnderstand) as told:
        forms.understand({"near": ["43215"]} | form, gazetteer, AS_OF)
    assert [problem.where for problem in told.value.problems] == ["as_of"]


def test_a_kept_need_stands_as_of_its_plan_until_that_has_come_and_as_of_now_from_then_on(gazetteer: Gazetteer) -> None:
    then = AS_OF + timedelta(days=1)
    written = asking.written_need(a_need(as_of=then))
    for now, as_of in ((AS_OF, then), (then, then), (then + timedelta(hours=1), then + timedelta(hours=1))):
        assert asking.read_kept(written, gazetteer, now).as_of == as_of
    assert asking.read_kept(asking.written_need(a_need()), gazetteer, then).as_of == then


def test_the_board_stands_as_of_then_says_so_and_returns_to_now(client: FlaskClient, app: Flask) -> None:
    case = planned(client, plan="", words="")
    board = a_page(client, case)
    assert SAYS in board and "Call ahead, and ask again then" in board, "what was said of beds today is not known tomorrow"
    assert "Planned for 7:00 pm" in a_page(client, "/desk")
    assert SAYS in a_page(client, "/calls")
    form = client.get(f"{case}/need").text
    assert f'value="{THEN:%Y-%m-%d}"' in form and 'value="19:00"' in form
    app.config["NOW"] = NOW + timedelta(seconds=2)
    assert send(client, f"{case}/plan").status_code == 303
    assert "Planned for" not in a_page(client, case) and "Call now" in a_page(client, case)


def test_a_plan_for_a_time_after_the_meeting_says_so(client: FlaskClient) -> None:
    today = f"{THEN - timedelta(days=1):%Y-%m-%d}"
    assert "By then the meeting is over" in a_page(client, planned(client, ends_on=today, ends_at="23:59"))
    assert "By then the meeting is over" not in a_page(client, planned(client, ends_on=PLAN["plan_on"], ends_at="20:00"))


def test_a_plan_ends_by_itself(client: FlaskClient, app: Flask) -> None:
    soon = NOW + timedelta(minutes=20)
    case = a_case(client)
    there = soon.astimezone(THERE)
    send(client, f"{case}/plan", plan_on=f"{there:%Y-%m-%d}", plan_at=f"{there:%H:%M}")
    assert "Planned for" in a_page(client, case)
    app.config["NOW"] = soon
    assert "Planned for" not in a_page(client, case)


def test_a_plan_that_is_over_is_asked_again_with_what_was_typed(client: FlaskClient) -> None:
    case = a_case(client)
    yesterday = f"{NOW.astimezone(THERE) - timedelta(days=1):%Y-%m-%d}"
    answered = send(client, f"{case}/plan", plan_on=yesterday, plan_at="19:00")
    assert answered.status_code == 422 and "still to come" in answered.text and f'value="{yesterday}"' in answered.text
    assert "Planned for" not in a_page(client, case)


def test_the_list_for_everybody_says_what_it_is_planned_for(app: Flask) -> None:
    anybody = app.test_client()
    there = anybody.post("/options", data=evening.NEED | PLAN).location
    shown = a_page(anybody, there)
    assert SAYS in shown and "List made" not in shown and 'value="19:00"' in anybody.get(f"{there}/change").text


def test_what_is_said_on_a_call_for_a_plan_is_said_now(client: FlaskClient, app: Flask, directory: Directory) -> None:
    case, asked = planned(client), "invented_survey:asked"
    app.config["NOW"] = said_at = NOW + timedelta(minutes=1)
    assert SAYS in a_page(client, f"{case}/calls/{asked}")
    for item, answer in (("bed.state", "two"), ("bed.hold", "two_hours"), ("walk_in", "yes")):
        assert send(client, f"{case}/calls/{asked}/answer", item=item, answer=answer).status_code == 303
    listing: Listing = directory.listings([asked])[asked]
    assert max(report.observed_at for report in listing.reports) <= said_at
    assert [
        report.observed_at
        for report in listing.reports
        if report.beds == 2 and report.hold_until == said_at + timedelta(hours=2)
    ]
    with directory.database.reading() as connection:
        said = [one.statement for found in store.recorded(connection, [asked]) for one in found.said]
    calls = [one.provenance.observed_at for one in said if one.provenance.kind is SourceKind.STAFF_CALL]
    assert calls and calls == [said_at.astimezone(THERE).date()] * len(calls)


def test_a_hand_out_for_a_plan_says_so_in_every_form_and_its_facts_are_of_its_making() -> None:
    need = replace(a_need(), as_of=AS_OF + timedelta(hours=2))
    frozen = handout.freeze(scene.answered(need=need), {}, 1, AS_OF)
    assert frozen["as_of"] == frozen["made_at"] == "2026-03-13T18:30-04:00"
    says = {"en": "Planned for 8:30 pm on Friday", "es": "Pensada para: viernes 13 de marzo de 2026, 8:30 p. m."}
    for language, words in says.items():
        forms_of_it = [
            handout.page(frozen, language).html,
            handout.present(frozen, language).html,
            handout.text_message(frozen, language),
            handout.cards(frozen, language).decode().replace("\r\n ", ""),
            handout.calendar(frozen, language).decode().replace("\r\n ", ""),
        ]
        plain = [form.replace("\u00a0", " ").replace("\\,", ",") for form in forms_of_it]
        assert [words in form for form in plain] == [True] * 5
    for_now = handout.freeze(scene.answered(need=replace(need, as_of=AS_OF)), {}, 1, AS_OF)
    assert "Planned" not in handout.page(for_now).html
    whole = next(change for change in handout.changes(frozen, for_now) if change.name == "The list")
    assert whole.sentences[0].startswith("for now (printed: Planned for")
