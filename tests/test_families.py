"""What families see: only checked centers, by place and wish, in both languages, with nothing of them in any address or log."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from directory import browsing, store
from directory.browsing import BY_CODE, Wanted
from directory.places import Gazetteer, UnknownPlace
from directory.referral import Directory
from directory.vetting_items import ITEMS
from directory.vocabulary import Answer, VettingState
from tests import sites, translating
from tests.builders import CINCINNATI, COLUMBUS, POINTS, VALUES, a_listing, a_statement
from tests.test_web import well_formed

DATA: Final = '<script type="application/ld+json">'
"""Words for machines, which no browser runs."""
CHECKED: Final = ("100", "101", "hidden", "silent")
SPOKEN: Final = pytest.mark.parametrize("before", ["", "/es"], ids=["english", "spanish"])


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path_factory.mktemp("site"), template, sites.statements()) as opened:
        sites.checked(opened, *CHECKED)
        yield opened


@pytest.fixture
def fresh(tmp_path: Path, template: Path) -> Iterator[Directory]:
    """A directory of one's own, to change."""
    with sites.a_directory(tmp_path, template, sites.statements()) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(directory: Directory) -> FlaskClient:
    return sites.a_site(directory).test_client()


def look(client: FlaskClient, before: str = "", **fields: Any) -> TestResponse:
    return client.post(f"{before}/centers", data={"near": "43215", "within": "100"} | fields)


def found(client: FlaskClient, before: str = "", **fields: Any) -> str:
    return client.get(look(client, before, **fields).location).text


def addresses(page: str) -> list[str]:
    return re.findall(r'<h2><a href="([^"]+)"', page)


def a_center(client: FlaskClient, name: str = "Example House 100") -> str:
    return str(re.findall(rf'<h2><a href="([^"]+)">{name}', found(client))[0])


# --- what is found -----------------------------------------------------------------------------------------------------


def test_unknown_is_found_and_asked_and_no_is_left_out() -> None:
    yes, no, silent = a_listing(yes=["payer.private"], id="a:1"), a_listing(no=["payer.private"], id="a:2"), a_listing(id="a:3")
    here = browsing.look([yes, no, silent], Wanted(COLUMBUS, 100, chosen=("private",)))
    assert [(one.listing.id, [choice.code for choice in one.unknown]) for one in here.results] == [
        ("a:1", []),
        ("a:3", ["private"]),
    ]


def test_the_nearest_comes_first_and_the_order_of_input_changes_nothing() -> None:
    near, far = a_listing(id="a:1"), a_listing(id="a:2", point=POINTS["44113"])
    nowhere = a_listing(id="a:3", point=None)
    wanted = Wanted(COLUMBUS, None)
    ids = [one.listing.id for one in browsing.look([nowhere, far, near], wanted).results]
    assert ids == ["a:1", "a:2", "a:3"]
    assert browsing.look([near, nowhere, far], wanted) == browsing.look([far, near, nowhere], wanted)


def test_an_unknown_distance_is_never_inside_a_limit() -> None:
    assert not browsing.look([a_listing(point=None)], Wanted(COLUMBUS, 500)).results


def test_where_nothing_is_found_each_wish_left_out_is_counted_truly() -> None:
    centers = [a_listing(no=["payer.medicaid"], id=f"a:{number}") for number in range(3)]
    here = browsing.look(centers, Wanted(COLUMBUS, 100, chosen=("medicaid", "women")))
    assert not here.results and [(choice.code, count) for choice, count in here.without] == [("medicaid", 3)]
    away = browsing.look([a_listing()], Wanted(CINCINNATI, 25))
    assert not away.results and len(away.beyond) == 1
    assert browsing.look([a_listing()], Wanted(state="MA")) == browsing.Found(()), "from a State nothing is nearest"


@pytest.mark.parametrize(
    ("code", "yes", "no", "answer"),
    [
        ("opioid", [], [], Answer.YES),
        ("opioid", ["only.alcohol"], [], Answer.NO),
        ("pregnant", ["accepts.pregnant"], [], Answer.YES),
        ("pregnant", [], ["sex.female"], Answer.NO),
        ("pregnant", [], [], Answer.UNKNOWN),
        ("little", [], ["payer.free", "payer.sliding_scale"], Answer.UNKNOWN),
        ("little", [], ["payer.free", "payer.sliding_scale", "payer.assistance"], Answer.NO),
    ],
)
def test_choices_have_three_answers(code: str, yes: list[str], no: list[str], answer: Answer) -> None:
    assert BY_CODE[code].answer(a_listing(yes=yes, no=no)) is answer


@pytest.mark.parametrize(("typed", "state"), [("OH", "OH"), (" ohio ", "OH"), ("Washington", "WA")])
def test_a_state_is_a_place(gazetteer: Gazetteer, typed: str, state: str) -> None:
    assert browsing.place(typed, gazetteer) == Wanted(state=state)


def test_what_is_looked_for_survives_being_kept(gazetteer: Gazetteer) -> None:
    wanted = replace(browsing.place("43215", gazetteer), within=50.0, chosen=("opioid",))
    assert browsing.read(wanted.written(), gazetteer) == wanted
    assert browsing.read({"as_of": "2026-01-01"}, gazetteer) is None
    with pytest.raises(UnknownPlace):
        browsing.place("Springfield", gazetteer)


# --- the pages ---------------------------------------------------------------------------------------------------------


def open_pages(client: FlaskClient, before: str) -> list[str]:
    kept = look(client, before).location
    about = [f"{before}/how-we-check", f"{before}/who-pays-us", f"{before}/centers/reported", f"{before}/centers"]
    hidden = [f"{before}/centers/ohio/columbus/nobody-0000000000", f"{before}/centers/found/{'a' * 22}"]
    return [f"{before}/", kept, before + a_center(client), *about, *hidden]


def pages_for_anybody(client: FlaskClient, before: str) -> list[str]:
    kept = str(client.post(f"{before}/options", data={"near": "43215", "age": "27"}).location)
    listing = [f"{before}/listings/{key}" for key in ("invented_survey:100", "invented_survey:none")]
    gone, ranked = f"{before}/options/{'a' * 22}", f"{before}/how-options-are-ranked"
    return [f"{before}/need", kept, f"{kept}/change", gone, ranked, *listing]


@SPOKEN
def test_every_page_has_helplines_exit_and_the_other_language(client: FlaskClient, before: str) -> None:
    mine, other = ("en", "es") if not before else ("es", "en")
    for address in (*open_pages(client, before), *pages_for_anybody(client, before)):
        told = client.get(address)
        page = well_formed(told.text)
        assert f'<html lang="{mine}">' in told.text and f'hreflang="{other}">' in told.text, address
        assert all(number in told.text for number in ("tel:911", "tel:988", "1-800-662-4357")), address
        assert "nalox" in told.text.partition("</aside>")[0], address
        assert '<a href="https://www.weather.gov/" rel="noreferrer' in told.text
        switch = re.findall(rf'<a href="([^"]+)" lang="{other}"', told.text)[0]
        assert client.get(switch).status_code == told.status_code, switch
        assert "Set-Cookie" not in told.headers and "<script" not in told.text.replace(DATA, "")
        assert not [link for link in page.links if link.startswith("http") and link != "https://www.weather.gov/"]


def test_errors_speak_the_language_of_their_address(client: FlaskClient) -> None:
    assert "Aquí no hay nada" in client.get("/es/nowhere").text
    assert "There is nothing here" in client.get("/nowhere").text
    wrong = look(client, "/es", near="Nowhereville, OH")
    assert wrong.status_code == 422 and "No conocemos este lugar" in wrong.text and 'href="/centers" lang="en"' in wrong.text


def test_families_see_only_what_is_checked_now(fresh: Directory) -> None:
    client = sites.a_site(fresh).test_client()
    assert "0 centers" in found(client)
    sites.checked(fresh, "100", "101")
    address = a_center(client)
    assert "2 centers" in found(client) and client.get(address).status_code == 200
    sites.checked(fresh, "100", state=VettingState.SUSPENDED, at=datetime.now(UTC).replace(microsecond=0), until=None)
    assert "1 center" in found(client) and "Example House 100" not in found(client)
    gone = client.get(address)
    assert gone.status_code == 404 and "not shown here now" in gone.text and "Example House" not in gone.text


def test_a_check_that_is_over_shows_nothing(fresh: Directory) -> None:
    sites.checked(fresh, "100", until=datetime.now(UTC).date() - timedelta(2))
    assert "0 centers" in found(sites.a_site(fresh).test_client())


def test_a_renamed_center_is_found_at_its_old_address(fresh: Directory) -> None:
    client = sites.a_site(fresh).test_client()
    sites.checked(fresh, "100")
    old = a_center(client)
    assert re.fullmatch(r"/centers/ohio/columbus/example-house-100-[0-9a-f]{10}", old)
    renamed = a_statement(
        VALUES | {"organization": "Éxample & Other"}, "100", yes=frozenset(), observed_at=datetime.now(UTC).date()
    )
    with fresh.database.writing() as connection:
        store.append(connection, [renamed], None)
    for before in ("", "/es"):
        led = client.get(before + old)
        assert led.status_code == 301 and led.location.startswith(f"{before}/centers/ohio/columbus/example-and-other-")
        assert client.get(led.location).status_code == 200


def test_a_list_says_who_checked_and_what_to_ask(client: FlaskClient) -> None:
    page = found(client, look=["medicaid", "veterans"])
    card = page.partition('id="center-1"')[2].partition("</li>")[0]
    assert "about 2 miles away" in card and "tel:+16145550199" in card
    assert "Takes Medicaid" in card and "Checked by our staff on " in card
    assert "Not known. Ask:" in card and "Do you have a program for veterans?" in card
    assert "canarychecker" not in page
    assert re.search(r'<div role="status"><h1>\d+ centers within 100 miles of 43215 \(Columbus, OH\)</h1></div>', page)


def test_a_withheld_street_stays_withheld(client: FlaskClient) -> None:
    everywhere = found(client, within="anywhere")
    assert "distance not known" in everywhere
    page = client.get(next(one for one in addresses(everywhere) if "withheld" in one)).text
    assert "keeps its street private" in page and "12 Example Street" not in page


def test_more_than_twenty_come_in_pages(tmp_path: Path, template: Path) -> None:
    names = [str(number) for number in range(300, 325)]
    said = [a_statement(VALUES | {"organization": f"House {name}"}, name) for name in names]
    with sites.a_directory(tmp_path, template, said) as many:
        sites.checked(many, *names)
        client = sites.a_site(many).test_client()
        kept = look(client, near="Ohio").location
        first = client.get(kept).text
        assert "25 centers in Ohio" in first and len(addresses(first)) == 20
        assert f'formmethod="get" formaction="{kept}#center-21" name="show" value="25">Show 5 more' in first
        assert len(addresses(client.get(f"{kept}?show=25").text)) == 25


def test_what_is_ticked_stays_ticked_when_more_are_shown(tmp_path: Path, template: Path) -> None:
    names = [str(number) for number in range(300, 325)]
    said = [a_statement(VALUES | {"organization": f"House {name}"}, name) for name in names]
    with sites.a_directory(tmp_path, template, said) as many:
        sites.checked(many, *names)
        client = sites.a_site(many).test_client()
        for address in (look(client, near="Ohio").location, "/centers/ohio"):
            boxes = re.findall(r'name="center" value="(\w+)"( checked)?', client.get(address).text)
            assert len(boxes) == 20 and not any(checked for _, checked in boxes)
            ticked = [boxes[3][0], boxes[17][0]]
            more = client.get(address, query_string={"show": "25", "center": [*ticked, "canary"]})
            boxes = re.findall(r'name="center" value="(\w+)"( checked)?', more.text)
            assert len(boxes) == 25 and [one for one, checked in boxes if checked] == ticked
            assert f"center={ticked[0]}&amp;center={ticked[1]}" in more.text, "the other language has them too"
            assert more.headers.getlist("Set-Cookie") == []


def test_nothing_found_says_what_to_change_and_does_it(client: FlaskClient) -> None:
    kept = look(client, near="99501", within="25").location
    page = client.get(kept).text
    assert "What you can do now" in page and "The nearest beyond that" in page and "1-800-662-4357" in page
    assert '<details class="group more" open>' in page


def test_leaving_out_a_wish_searches_again(fresh: Directory) -> None:
    sites.checked(fresh, "women")
    client = sites.a_site(fresh).test_client()
    kept = look(client, look=["men", "medicaid"]).location
    assert "Without “Men”: 1 center" in client.get(kept).text
    again = client.post(f"{kept}/without", data={"choice": "men"})
    assert "1 center within" in client.get(again.location).text


def test_a_city_of_many_states_offers_them(client: FlaskClient) -> None:
    told = look(client, near="Springfield")
    assert told.status_code == 422 and 'value="Springfield, OH"' in told.text and 'href="#near_choice-1"' in told.text
    assert told.text.index("Show centers</button>") < told.text.index("How far to look"), "they need not scroll past the rest"
    chosen = look(client, near="Springfield", near_asked="Springfield", near_choice="Springfield, OH")
    assert "of Springfield, OH" in client.get(chosen.location).text


@pytest.mark.parametrize("before", ["", "/es"])
def test_a_zip_code_that_there_is_not_comes_back_in_words(client: FlaskClient, before: str) -> None:
    told = look(client, before, near="00000")
    assert told.status_code == 422 and 'id="near-error"' in told.text and 'value="00000"' in told.text


def test_names_of_searches_and_of_needs_do_not_mix(client: FlaskClient) -> None:
    token = look(client).location.rpartition("/")[2]
    assert client.get(f"/options/{token}").status_code == 404
    need = client.post("/options", data=sites.NEED).location.rpartition("/")[2]
    assert client.get(f"/centers/found/{need}").status_code == 404


@SPOKEN
def test_the_rules_are_shown_from_the_rules(client: FlaskClient, before: str) -> None:
    page = client.get(f"{before}/how-we-check").text
    assert page.count("<h3>") == len(ITEMS)
    assert (ITEMS[0].families.replace("'", "&#39;") in page) is (not before)


# --- telling us --------------------------------------------------------------------------------------------------------


def tell(client: FlaskClient, **fields: str) -> TestResponse:
    return client.post(f"{a_center(client)}/report", data=fields)


def tasks(directory: Directory) -> list[tuple[str, str, str]]:
    with directory.database.reading() as connection:
        return [(task["listing_id"], task["kind"], task["found"]) for task in store.corrections(connection)]


def test_a_report_is_a_task_for_staff_and_changes_nothing(fresh: Directory) -> None:
    sites.checked(fresh, "100")
    client = sites.a_site(fresh).test_client()
    before = client.get(a_center(client)).text
    assert 'value="614-555-0199"' in before and 'value="614-555-0100"' in before, "it asks which of the numbers is wrong"
    told = tell(client, wrong="wrong_number", number="614-555-0100", words="a bakery answers")
    assert told.status_code == 303 and client.get(told.location).status_code == 200
    said = "told by a visitor of the site: 614-555-0100: a bakery answers"
    assert tasks(fresh) == [("invented_survey:100", "wrong_number", said)]
    assert client.get(a_center(client)).text == before


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Choose what is wrong"),
        ({"wrong": "something_else"}, "Say in a few words"),
        ({"wrong": "closed", "words": "my son John Miller went there"}, "may tell who somebody is"),
        ({"wrong": "moved", "words": "x" * 201}, "at most 200 letters"),
        ({"wrong": "disconnected", "words": "no tone"}, "Choose the number that is wrong"),
        ({"wrong": "wrong_number", "number": "614-555-0111"}, "Choose the number that is wrong"),
    ],
)
def test_what_will_not_do_comes_back_with_what_was_typed(fresh: Directory, fields: dict[str, str], says: str) -> None:
    sites.checked(fresh, "100")
    client = sites.a_site(fresh).test_client()
    told = tell(client, **fields)
    assert told.status_code == 422 and says in told.text and fields.get("words", "") in told.text
    well_formed(told.text)
    assert tasks(fresh) == []
    if "John" in fields.get("words", ""):
        assert tell(client, **fields, sure="yes").status_code == 303


def test_too_many_reports_from_a_network_are_not_taken(fresh: Directory) -> None:
    sites.checked(fresh, "100")
    client = sites.a_site(fresh).test_client()
    answers = [tell(client, wrong="something_else", words=f"odd {'x' * number}").status_code for number in range(7)]
    assert answers == [303] * 5 + [429] * 2 and len(tasks(fresh)) == 5


# --- privacy, size, plain words ----------------------------------------------------------------------------------------


@SPOKEN
def test_nothing_that_was_looked_for_stands_in_an_address_a_title_or_a_log(client: FlaskClient, before: str) -> None:
    with sites.listening() as heard:
        kept = look(client, before, near="Columbus, OH", look=["medicaid", "pregnant"])
        told = [client.get(kept.location, headers={"Referer": "http://localhost/canaryreferer"})]
        center = addresses(told[0].text)[0]
        told += [client.get(center), client.post(f"{center}/report", data={"wrong": "closed", "words": "canarywords"})]
    titles = "".join(re.findall(r"<title>.*?</title>", "".join(page.text for page in told)))
    seen = " ".join([kept.location, titles, *map(str, (page.headers for page in told)), *heard.lines]).casefold()
    assert len(heard.lines) == 4
    for secret in ("canary", "medicaid", "pregnant", "embarazad", "columbus", "43215", kept.location.rpartition("/")[2]):
        assert secret not in " ".join([titles, *heard.lines]).casefold(), secret
    assert "canary" not in seen and "medicaid" not in seen and "pregnan" not in seen
    assert "medicaid" not in center


def test_a_search_is_gone_after_a_day(client: FlaskClient, directory: Directory) -> None:
    token, moment = "gone-gone-gone-gone-go", datetime.now(UTC)
    with directory.database.writing() as connection:
        store.keep_need(
            connection, token, Wanted(state="OH").written(), moment - timedelta(hours=25), moment - timedelta(hours=1)
        )
    told = client.get(f"/centers/found/{token}")
    assert told.status_code == 404 and "kept for 24 hours" in told.text


LONGEST_SENTENCE, HARDEST = 26, 8.0


def test_what_families_read_is_plain() -> None:
    """Flesch-Kincaid, with syllables counted as groups of vowels: grade 8 over all fixed sentences, and none too long."""
    sentences = fixed_sentences()
    assert len(sentences) > 80
    assert [one for one in sentences if len(one.split()) > LONGEST_SENTENCE] == []
    assert grade(sentences) <= HARDEST
    hard = ["Notwithstanding considerable heterogeneity, institutional accreditation facilitates utilization."]
    assert grade(hard) > HARDEST


def fixed_sentences() -> list[str]:
    said = [one if isinstance(one, str) else one[1] for one, file in translating.gathered() if file != "vocabulary.toml"]
    parts = [part.strip() for one in said for part in re.split(r"(?<=[.?!:])\s+", one)]
    return [part for part in parts if len(part.split()) > 3]


def grade(sentences: list[str]) -> float:
    words = [word for one in sentences for word in re.findall(r"[A-Za-z’']+", one)]
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.casefold())))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
