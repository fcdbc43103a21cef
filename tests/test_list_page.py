"""The page of the list shows what the answer says, in the order in which a counselor needs it."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from directory import asking, paper, referral, store
from directory.accounts import Role
from directory.answered import Answered
from directory.matching.criterion import WEIGHTS_VERSION
from directory.need import Need
from directory.public_address import short_id
from directory.referral import Directory
from tests import builders, evening, people, sites
from tests.test_web import well_formed


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    said = [*evening.statements(), evening.clinic()]
    with sites.a_directory(tmp_path_factory.mktemp("evening"), template, said) as opened:
        evening.report(opened)
        evening.vet(opened)
        yield opened


@pytest.fixture(scope="module")
def client(directory: Directory) -> FlaskClient:
    return people.a_counselor(sites.a_site(directory))


def asked(client: FlaskClient, **fields: Any) -> str:
    """The address of the list for the evening's need."""
    return client.post("/options", data=evening.NEED | fields).location


def plain(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").split())


def the_page(client: FlaskClient, **fields: Any) -> str:
    page = client.get(asked(client, **fields)).text
    well_formed(page)
    return page


def cards(page: str) -> list[str]:
    return [part.partition("</svg>")[0] for part in page.split('<li class="card')[1:]]


def kept(directory: Directory, address: str) -> Need:
    with directory.database.reading() as connection:
        written = store.kept_need(connection, address.rpartition("/")[2], datetime.now(UTC).replace(microsecond=0))
    assert written
    return asking.read_need(written, directory.gazetteer, datetime.now(UTC).replace(microsecond=0))


def answered(directory: Directory, address: str) -> Answered:
    return referral.options(directory, kept(directory, address))


def test_the_list_stands_first_in_the_order_of_the_answer(client: FlaskClient, directory: Directory) -> None:
    address = asked(client)
    told, page = answered(directory, address), client.get(address).text
    listed = told.presented()
    assert {entry.tier for entry in listed} == {"A", "B"}
    for number, (entry, card) in enumerate(zip(listed, cards(page), strict=False), start=1):
        assert card.startswith((f'" id="option-{number}"', f' first" id="option-{number}"'))
        said = plain(card).casefold()
        for words in (entry.listing.name, entry.bed, entry.intake, str(entry.listing.phone), paper.tier_in_words(entry.tier)):
            assert words.casefold() in said
    marks = [
        "The list for the meeting",
        'id="meeting"',
        'id="backups"',
        'id="bridges"',
        'id="others"',
        'id="later"',
        'id="aside"',
    ]
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)


def test_a_withdrawal_unit_names_the_program_that_follows_with_its_number(client: FlaskClient) -> None:
    unit = next(card for card in cards(the_page(client)) if "Example Withdrawal Unit" in card)
    assert "Then, after withdrawal: Example Ready House Columbus, OH · no. " in plain(unit) and "614-555-0150" in unit


@pytest.fixture(scope="module")
def family(client: FlaskClient) -> FlaskClient:
    """Somebody who is not signed in at the same site."""
    return client.application.test_client()


def test_a_family_gets_checked_centers_alone_and_the_others_counted(client: FlaskClient, family: FlaskClient) -> None:
    words = {"words": "example held house", "vetted_only": "no"}
    for spoken, told in (("", "We have checked each of them."), ("/es", "Hemos revisado cada uno.")):
        page = family.get(family.post(f"{spoken}/options", data=evening.NEED | words).location).text
        well_formed(page)
        assert re.findall(r'href="(?:/es)?/listings/([^"]+)"', page) == ["invented_survey:ready"]
        assert told in page and not any(name in plain(page).replace("“example held house”", "") for name in UNCHECKED)
    page = plain(family.get(asked(family, words="example held house")).text)
    assert "7 more centers may fit, but they are not on our list of checked centers." in page and "Checked by us 7" in page
    assert "There is a center of the name that you asked for, but it is not on our list of checked centers." in page
    assert "No place within reach that we have checked is known to start methadone or buprenorphine." in page
    assert family.get(asked(family)).text.count('href="tel:+18006624357">1-800-662-HELP (4357)</a>') == 3
    assert "It names only centers that our staff have checked." in plain(family.get("/need").text)
    assert "also names centers that nobody here has checked yet" in plain(client.get("/need").text)


def test_a_family_takes_the_list_along_without_the_need(family: FlaskClient, client: FlaskClient) -> None:
    page = family.get(asked(family, words="canarywords")).text
    along = re.findall(r'name="center" value="([0-9a-f]+)"', page.partition('id="along"')[2].partition("</section>")[0])
    assert along == [short_id("invented_survey:ready")] and 'id="along"' not in client.get(asked(client)).text
    kept_at = family.post("/list", data={"center": along}).location
    told = family.get(kept_at).text
    assert "Example Ready House" in told and "2 beds are open" in plain(told) and "canary" not in kept_at + told
    assert "2 beds are open" in family.get(f"{kept_at}/text").text
    found = family.post("/centers", data={"near": "43215", "within": "100"}).location
    assert "2 beds are open" in plain(family.get(found).text), "and so does what is found by looking"


UNCHECKED = ("Held House", "Third House", "Sister", "Withdrawal Unit", "Asked House", "Silent House", "for Women", "Day Clinic")


def test_who_asks_decides_what_a_kept_need_names(client: FlaskClient, family: FlaskClient) -> None:
    for address in (asked(client), asked(family)):
        assert "Example Held House" in client.get(address).text and "Example Held House" not in family.get(address).text
        narrowed = family.post(f"{address}/narrow", data={"must": ["payer.free"]}).location
        assert "Example Held House" in client.get(narrowed).text and "Example Held House" not in family.get(narrowed).text


def test_an_account_whose_second_step_is_not_set_up_is_shown_what_families_see(client: FlaskClient) -> None:
    app = client.application
    _, session = people.activated(app.extensions["register"], "half way in", Role.COUNSELOR, datetime.now(UTC))
    half = app.test_client()
    half.set_cookie("session", session)
    assert half.get("/listings/invented_survey:held").status_code == 404
    assert "Example Held House" not in half.get(asked(half)).text


def test_an_unchecked_center_opens_to_those_who_are_signed_in_alone(client: FlaskClient, family: FlaskClient) -> None:
    for spoken, words in (("", "Nobody here has checked it, or the check is over."), ("/es", "Nadie aquí lo ha revisado")):
        told = family.get(f"{spoken}/listings/invented_survey:held")
        assert told.status_code == 404 and words in told.text and "Held House" not in told.text
        assert "1-800-662-4357" in told.text and f'href="{spoken}/centers"' in told.text
        assert family.get(f"{spoken}/listings/invented_survey:ready").status_code == 200
    nobody, held = ("/listings/nobody:1", "/listings/invented_survey:held")
    assert family.get(nobody).text.replace(nobody, held) == family.get(held).text
    assert "Example Held House" in client.get("/listings/invented_survey:held").text


def test_every_card_says_whether_somebody_here_has_checked_the_center(client: FlaskClient, directory: Directory) -> None:
    told = answered(directory, asked(client))
    page = the_page(client)
    assert "Each says whether we have checked it." in page
    for section in ("named", "bridges"):
        shown = the_page(client, words="example held house").partition(f'id="{section}"')[2].partition("</section>")[0]
        assert "Nobody here has checked this center yet" in shown
    for card in cards(page):
        key = re.findall(r'href="/listings/([^"]+)"', card)[0]
        assert ("Nobody here has checked this center yet" in card.partition('class="bed"')[0]) is (
            key != "invented_survey:ready"
        )
    assert "invented_survey:ready" in {entry.listing.id for entry in told.options}, "the one that is vetted is among them"


def test_who_answers_the_same_telephone_is_said_to(client: FlaskClient) -> None:
    sister = next(card for card in cards(the_page(client)) if "Sister Program" in card)
    assert re.search(r"Same admissions number as no\. \d", plain(sister))


def test_what_the_list_cannot_promise_is_said(client: FlaskClient, directory: Directory) -> None:
    address = asked(client, payer="private", plan="Some Other Plan", self_pay_ok="yes")
    sentences = answered(directory, address).meeting.sentences
    assert sentences
    page = plain(client.get(address).text)
    assert all(sentence in page for sentence in sentences) and "What this list can’t promise" in page


def test_a_bridge_is_named_for_opioids_only(client: FlaskClient) -> None:
    told = plain(the_page(client).partition('id="bridges"')[2].partition("</section>")[0])
    assert "If the answer is no today" in told and "Example Day Clinic" in told
    assert "614-555-0190" in told and "Starts buprenorphine the same day." in told
    assert "If the answer is no today" not in the_page(client, substances=["alcohol"], dependent_on=["alcohol"])


def test_without_a_bridge_the_sentence_stands_there(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, evening.statements("women")) as few:
        page = the_page(people.a_counselor(sites.a_site(few)))
    assert "No place within reach is known to start methadone or buprenorphine." in page


def test_a_list_that_is_too_short_says_so_and_shows_the_calls_before_the_bridges(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, [*evening.statements(), evening.clinic()]) as few:
        evening.report(few, "ready")
        page = the_page(people.a_counselor(sites.a_site(few)))
    assert "1 option for the family. 2 more options needed: make the calls below until the list has 3." in page
    assert page.index('id="option-1"') < page.index("Now call these") < page.index('id="option-2"') < page.index('id="bridges"')
    assert 'id="option-6"' in page.partition('id="bridges"')[2]


def test_nobody_would_be_first_by_a_held_bed_where_nothing_is_ready(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, evening.statements()) as none:
        client = people.a_counselor(sites.a_site(none))
        wishes = [wish for entry in answered(none, asked(client)).call_first for wish in entry.first_if]
        page = the_page(client)
    assert "a bed were held for the person" in wishes
    assert "Call these first" in page and "a bed were held for the person" not in page


def test_what_would_put_a_call_first_is_said(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, evening.statements()) as one:
        evening.report(one, "third")
        client = people.a_counselor(sites.a_site(one))
        address = asked(client)
        told, page = answered(one, address), plain(client.get(address).text)
    wished = [entry for entry in told.call_first if entry.first_if]
    assert wished and "would be first if a bed were held for the person" in page
    assert all(paper.would_be_first(entry, told) in page for entry in wished)


def test_a_narrower_need_is_a_new_one_that_keeps_all_else(client: FlaskClient, directory: Directory) -> None:
    address = asked(client, words="canarywords", plan="canaryplan", must=["payer.free"], weight_payment="20", weight_travel="2")
    narrowed = client.post(f"{address}/narrow", data={"must": ["language.spanish", "payer.free"]})
    assert narrowed.status_code == 303 and narrowed.location != address
    assert re.fullmatch(r"/options/[A-Za-z0-9_-]{22}", narrowed.location)
    before, after = (asking.written_need(kept(directory, one)) for one in (address, narrowed.location))
    assert after["must"] == ["language.spanish", "payer.free"] and after["weights"] == {"payment": 20, "travel": 2}
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"must", "as_of"}
    page = client.get(narrowed.location).text
    assert re.search(r'id="narrow-language.spanish"[^>]* checked', page)
    widened = client.post(f"{narrowed.location}/narrow", data={})
    assert kept(directory, widened.location).must == ()
    foreign = client.post(f"{narrowed.location}/narrow", data={"must": ["sex.female", "excludes.insulin", "payer.free"]})
    assert foreign.status_code == 400


def test_every_further_choice_says_what_it_would_leave(client: FlaskClient, directory: Directory) -> None:
    address = asked(client)
    page = client.get(address).text
    for facet in answered(directory, address).facets:
        label = re.search(rf'id="narrow-{re.escape(facet.code)}".*?</li>', page)
        assert bool(label) == bool(facet.leaves)
        assert not label or f"leaves {facet.leaves}, {facet.known or 'none'} known" in label[0]


def test_what_is_no_term_is_refused_and_what_is_gone_is_gone(client: FlaskClient) -> None:
    address = asked(client)
    assert client.post(f"{address}/narrow", data={"must": "nonsense"}).status_code == 400
    for way in ("narrow", "loosen"):
        assert client.post(f"/options/{'a' * 22}/{way}").status_code == 404
        assert client.post(f"{address}/{way}", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_loosening_is_a_button_that_asks_again(client: FlaskClient, directory: Directory) -> None:
    address = asked(client, near="44113", within_miles="10", words="canarywords")
    offered = answered(directory, address).loosenings
    page = client.get(address).text
    assert offered and all(f'value="{one.words}"' in page and f": {one.fits} fit" in page for one in offered)
    assert len(re.findall(r"(fits or is|fit or are) worth a call</button>", page)) == len(offered)
    again = client.post(f"{address}/loosen", data={"change": offered[0].words})
    need = kept(directory, again.location)
    assert (need.within_miles, need.words) == (offered[0].need.within_miles, "canarywords")
    odd = client.post(f"{address}/loosen", data={"change": "without anything"})
    assert kept(directory, odd.location).within_miles == 10


def test_a_center_asked_for_by_name_stands_above_everything_with_what_became_of_it(client: FlaskClient) -> None:
    page = the_page(client, words="exampel house for women")
    named = plain(page.partition('id="named"')[2].partition("</section>")[0])
    assert "Example House for Women" in named and "Set aside: does not take men" in named
    assert page.index('id="named"') < page.index('id="option-1"')
    found = the_page(client, words="example held house").partition('id="named"')[2].partition("</section>")[0]
    assert re.search(r'<strong>Ready</strong>: <a href="#option-\d">no\. \d below</a>', found)


def test_points_that_were_changed_are_shown_with_the_usual_ones_and_the_version(client: FlaskClient) -> None:
    page = plain(the_page(client, weight_payment="20", weight_travel="2"))
    assert "Changed for this need:" in page and "Payment 20 , usually 14" in page and "Distance 2 , usually 8" in page
    assert f"Version {WEIGHTS_VERSION}, changed" in page
    usual = plain(the_page(client))
    assert "Changed for this need" not in usual and f"Version {WEIGHTS_VERSION}." in usual


def test_points_that_are_not_100_come_back_with_their_sum_and_everything_typed(client: FlaskClient) -> None:
    told = client.post("/options", data=evening.NEED | {"weight_payment": "33", "leaves_at": "23:15", "travel": "farther"})
    assert told.status_code == 422 and "All points together must be 100, not 119" in told.text
    well_formed(told.text)
    for typed in ('id="weight_payment" name="weight_payment" value="33"', 'value="23:15"', '<option value="farther" selected>'):
        assert typed in told.text
    assert told.text.count('<details class="group more" open>') == 1


def test_a_language_keeps_its_capital(client: FlaskClient) -> None:
    page = plain(the_page(client, language="spanish"))
    assert "Does somebody there speak Spanish, also at night?" in page and "language: Spanish" in page


def test_a_child_for_whom_nothing_fits_gets_a_plain_word(client: FlaskClient) -> None:
    assert "Few programs take a child this young" in the_page(client, age="8", age_asked="8", within_miles="10", near="99501")
    assert "Few programs take a child" not in the_page(client, age="27", within_miles="10", near="99501")


def test_the_demonstration_says_on_every_page_that_it_is_one(tmp_path: Path, template: Path, client: FlaskClient) -> None:
    said = builders.a_statement(local_id="1", source="demo", yes=builders.DEFAULT_YES)
    with sites.a_directory(tmp_path, template, [said]) as demo:
        shown = people.a_counselor(sites.a_site(demo))
        for address in ("/", "/need", asked(shown), "/listings/demo:1", "/how-options-are-ranked"):
            assert paper.DEMONSTRATION in shown.get(address).text, address
    assert not any(paper.DEMONSTRATION in client.get(address).text for address in ("/", "/need", asked(client)))


def test_a_listing_shows_its_reports_newest_first_with_who_said_them(client: FlaskClient) -> None:
    page = plain(client.get("/listings/invented_survey:ready").text)
    assert re.search(
        r"2 beds are open, said at .*? By telephone, counselor-7 Full, said at .*? By telephone, counselor-7", page
    )
    assert "Whether a bed is open today" not in page and "Whether its license is in force" not in page
    assert "Nobody answered at" in plain(client.get("/listings/invented_survey:asked").text)


def test_a_listing_shows_hours_license_vetting_and_plans(client: FlaskClient) -> None:
    page = plain(client.get("/listings/invented_survey:ready").text)
    for words in (
        "Intake hours Every day: day and night Latest arrival: midnight",
        "License In force, number OH-0101, until December 31, 2999",
        "Our check Checked by us (",
        "In network: Invented Gold",
    ):
        assert words in page
    silent = plain(client.get("/listings/invented_survey:women").text)
    assert "Nobody here has checked this center yet" in silent and "License Not known" in silent


def folds(page: str) -> dict[str, bool]:
    """By the id of its heading whether a fold of the page is open."""
    return {
        name: bool(opened) for opened, name in re.findall(r'<details class="rest"( open)?>\s*<summary><h2 id="(\w+)">', page)
    }


def test_what_is_not_urgent_is_folded_and_open_where_it_was_asked_for(client: FlaskClient) -> None:
    asked = the_page(client)
    assert folds(asked) == dict.fromkeys(("others", "later", "narrow", "weights"), False)
    assert 'id="option-1"' in asked.partition('<details class="rest"')[0], "whom to call now is never folded"
    address = client.post("/options", data=evening.NEED).location
    assert folds(client.get(f"{address}?show=30").text)["later"]
    narrowed = client.post(f"{address}/narrow", data={"must": ["language.spanish"]}).location
    assert folds(client.get(narrowed).text)["narrow"]
    assert folds(the_page(client, weight_payment="20", weight_travel="2"))["weights"]
    last = re.findall(r'id="option-\d+">.*?<a href="[^"]*">([^<]+)</a></h3>', asked, re.DOTALL)[-1]
    named = the_page(client, words=html.unescape(last))
    number = re.search(r'href="#option-(\d+)"', named)
    assert number and f'id="option-{number[1]}"' in named
    assert f'id="option-{number[1]}"' in named.partition('<h2 id="later">')[2]
    assert folds(named)["later"], "a link leads to it"
    veteran = client.post("/options", data=evening.NEED | {"veteran": "yes"}).location
    assert '<details class="group more" open>' in client.get(f"{veteran}/change").text, "what was said stands in view"
