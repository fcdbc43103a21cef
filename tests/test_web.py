"""The pages, through the real application over a real small database."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from directory import asking, store
from directory.matching.criteria import CRITERIA
from directory.referral import Directory
from directory.vocabulary import HELPLINES, SAFETY, label
from directory.web import roles, told
from tests import builders, people, sites

WEB: Final = Path(__file__).parent.parent / "directory" / "web"
TOKEN: Final = re.compile(r"/options/[A-Za-z0-9_-]{22}")
CANARIES: Final = {"words": "canarywords", "plan": "canaryplan"}
VOID: Final = ("meta", "link", "input", "img", "br", "rect")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path_factory.mktemp("site"), template, sites.statements()) as opened:
        sites.all_checked(opened)
        yield opened


@pytest.fixture(scope="module")
def client(directory: Directory) -> FlaskClient:
    return sites.a_site(directory).test_client()


def ask(client: FlaskClient, **fields: Any) -> TestResponse:
    return client.post("/options", data=sites.NEED | fields)


def the_list(client: FlaskClient, **fields: Any) -> str:
    return client.get(ask(client, **fields).location).text


class Nesting(HTMLParser):
    """Finds elements that are closed in the wrong order, or not at all, and ids that two elements share."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids += [told["id"] or ""] if "id" in told else []
        self.links += [told["href"] or ""] if tag == "a" else []
        self.wrong += [f"<{tag} {name}>" for name in told if name == "style" or name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


def well_formed(page: str) -> Nesting:
    found = Nesting()
    found.feed(page)
    assert not found.wrong and not found.open
    assert len(found.ids) == len(set(found.ids))
    assert {link[1:] for link in found.links if link.startswith("#")} <= set(found.ids)
    return found


def addresses(client: FlaskClient) -> list[str]:
    kept = ask(client).location
    return ["/need", kept, f"{kept}?show=30", f"{kept}/change", "/listings/invented_survey:100", "/how-options-are-ranked"]


def test_every_page_is_well_formed_and_has_the_helplines(client: FlaskClient) -> None:
    for address in [*addresses(client), "/listings/invented_survey:hidden", "/nowhere"]:
        page = client.get(address).text
        well_formed(page)
        assert SAFETY in page and all(number in page for _, number in HELPLINES)
        assert "<script" not in page and "http://" not in page.replace("http://www.w3.org", "")


LOST: Final = (
    "shared.shown", "attest.form", "families.found", "families_listing.center", "families_places.state",
    "families_kept.kept", "families_kept.text", "families_kept.more", "families_kept.compare",
)  # fmt: skip
"""The name of a need leads to no hand-out, search, letter or list, and these names to no center; other tests open them."""


def to_anybody(client: FlaskClient) -> set[str]:
    """The pages that open to anybody; what stands behind a link of one's own is judged with the accounts."""
    app = client.application
    return {rule.endpoint for rule in app.url_map.iter_rules() if not roles.opens(app, rule.endpoint).roles} - {
        "sign_in.activate"
    }


def test_every_route_answers(client: FlaskClient) -> None:
    kept = ask(client).location
    values = {"token": kept.rpartition("/")[2], "listing_id": "invented_survey:100", "filename": "style.css"}
    values |= dict.fromkeys(("state", "city", "name"), "nowhere")
    for rule in client.application.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint in to_anybody(client):
            address = re.sub(r"<(?:path:)?(\w+)>", lambda found: values[found[1]], rule.rule)
            with client.get(address) as told:
                lost = rule.endpoint.removeprefix("es_") in LOST
                assert told.status_code == (404 if lost else 200), address


@pytest.mark.parametrize(
    "address", ["/", "/es/", "/need", "/nowhere", "/healthz", "/robots.txt", "/static/style.css", "/options"]
)
def test_every_answer_carries_the_fences_and_no_cookie(client: FlaskClient, address: str) -> None:
    with client.get(address) as told:
        headers = told.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert {"Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"} <= set(headers.keys())
    assert "Set-Cookie" not in headers


def test_pages_are_not_stored_by_browsers(client: FlaskClient) -> None:
    assert {client.get(address).headers["Cache-Control"] for address in addresses(client)} == {"no-store"}


def test_a_need_goes_by_post_to_an_opaque_address(client: FlaskClient) -> None:
    asked = ask(client)
    assert asked.status_code == 303
    assert TOKEN.fullmatch(asked.location)
    assert client.get(asked.location).status_code == 200


def test_what_was_asked_stands_in_no_address_title_header_or_log(client: FlaskClient) -> None:
    with sites.listening() as heard:
        asked = ask(client, **CANARIES)
        told = client.get(asked.location, headers={"Referer": "http://localhost/canaryreferer", "User-Agent": "canaryagent"})
        changed = client.get(f"{asked.location}/change?canaryquery=1")
    assert CANARIES["plan"] in changed.text
    titles = "".join(re.findall(r"<title>.*?</title>", told.text + changed.text))
    seen = " ".join([asked.location, titles, str(asked.headers), str(told.headers), str(changed.headers), *heard.lines])
    assert len(heard.lines) == 3
    assert "canary" not in seen and "heroin" not in seen
    assert asked.location.rpartition("/")[2] not in " ".join(heard.lines)


def test_a_failure_is_told_in_words_and_logged_without_the_need(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, []) as broken, sites.listening() as heard:
        client = sites.a_site(broken).test_client()
        with broken.database.writing() as connection:
            connection.exec_driver_sql("DROP TABLE asked")
        failed = ask(client, **CANARIES)
    assert failed.status_code == 500
    assert "It is our fault" in failed.text and SAFETY in failed.text
    logged = "\n".join(heard.lines)
    assert "OperationalError" in logged and "keep_need" in logged
    assert "canary" not in logged and "43215" not in logged


def test_readiness_fails_without_the_tables(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, []) as broken:
        client = sites.a_site(broken).test_client()
        with broken.database.writing() as connection:
            connection.exec_driver_sql("DROP TABLE statement")
            connection.exec_driver_sql("DROP TABLE unindexed")
            connection.exec_driver_sql("DROP TABLE listing")
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_readiness_counts_the_listings(client: FlaskClient) -> None:
    held = len(sites.statements())
    assert client.get("/readyz").text == f"ready: {held} listings, {held} indexed\n"


def test_a_form_with_mistakes_comes_back_with_everything_typed(client: FlaskClient) -> None:
    told = ask(
        client, near="Nowhereville, OH", age="two", ends_at="late", ends_on="2031-01-01", **CANARIES, must="after.naloxone"
    )
    assert told.status_code == 422
    page = well_formed(told.text)
    assert {"#near", "#age", "#meeting_ends"} <= set(page.links)
    assert told.text.count('class="error"') == 3 and 'role="alert"' in told.text
    for typed in ('value="Nowhereville, OH"', 'value="two"', 'value="late"', 'value="2031-01-01"', 'value="canarywords"'):
        assert typed in told.text
    assert re.search(r'id="must-after.naloxone"[^>]* checked', told.text)
    assert re.search(r'<option value="medicaid" selected>', told.text)
    assert '<details class="group more" open>' in told.text


def test_an_empty_form_says_what_to_enter(client: FlaskClient) -> None:
    told = client.post("/options", data={})
    assert told.status_code == 422
    assert told.text.count('class="error"') == 1 and "Enter a ZIP code" in told.text


def test_a_city_of_many_states_offers_them_and_takes_the_choice(client: FlaskClient) -> None:
    told = ask(client, near="Springfield")
    assert told.status_code == 422
    assert '<input type="radio" id="near_choice-1" name="near_choice"' in told.text
    chosen = ask(client, near="Springfield", near_asked="Springfield", near_choice="Springfield, OH")
    assert chosen.status_code == 303
    assert "within 100 miles of Springfield, OH" in client.get(chosen.location).text
    retyped = ask(client, near="43215", near_asked="Springfield", near_choice="Springfield, OH")
    assert "43215 (Columbus, OH)" in client.get(retyped.location).text


def test_changing_the_need_starts_from_what_was_asked(client: FlaskClient) -> None:
    page = client.get(ask(client, veteran="no", wants=["methadone"], ends_on="").location + "/change").text
    for part in ('value="43215"', 'value="27"', 'value="20:00"', '<option value="100" selected>'):
        assert part in page
    for ticked in ("sex-male", "veteran-no", "wants-methadone", "substances-heroin"):
        assert re.search(rf'id="{ticked}"[^>]* checked', page), ticked
    assert not re.search(r'id="substances-fentanyl"[^>]* checked', page)


def test_a_need_is_gone_after_a_day(client: FlaskClient, directory: Directory) -> None:
    now, token = datetime.now(UTC), "expired-expired-expire"
    need = asking.written_need(builders.a_need())
    with directory.database.writing() as connection:
        store.keep_need(connection, token, need, now - timedelta(hours=25), now - timedelta(hours=1))
    for address in (f"/options/{token}", f"/options/{token}/change", "/options/short", "/options/" + "a" * 22):
        told = client.get(address)
        assert told.status_code == 404
        assert "no longer kept" in told.text and 'href="/need"' in told.text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.example"}],
    ids=str,
)
def test_other_sites_can_send_nothing(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/options", data=sites.NEED, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://localhost"}, {"Origin": "null"}],
    ids=str,
)
def test_our_own_form_can(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/options", data=sites.NEED, headers=headers).status_code == 303


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "directory.example.org"])
def test_known_hosts_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_other_hosts_are_not(client: FlaskClient) -> None:
    told = client.get("/", headers={"Host": "elsewhere.example"})
    assert told.status_code == 400 and "TRUSTED_HOSTS" in told.text
    assert "Content-Security-Policy" in told.headers


def test_too_much_is_refused_in_words(client: FlaskClient) -> None:
    told = ask(client, words="x" * 70_000)
    assert told.status_code == 413
    assert "larger than any filled-in form" in told.text


def test_a_method_that_a_page_does_not_have_is_refused(client: FlaskClient) -> None:
    told = client.delete("/options")
    assert told.status_code == 405 and "POST" in told.headers["Allow"]


def test_the_list_comes_in_call_order_and_more_of_it_by_number(client: FlaskClient) -> None:
    kept = ask(client).location
    first = client.get(kept).text
    assert re.findall(r'id="option-(\d+)"', first) == [str(number) for number in range(1, 11)]
    fits = sites.MANY + 2
    assert f'href="{kept}?show=30#option-11">Show {fits - 10} more' in first
    everything = client.get(f"{kept}?show=30").text
    assert len(re.findall(r'id="option-\d+"', everything)) == fits
    assert " more</a>" not in everything
    for odd in ("x", "-1", "0", "99999", "٣"):
        assert client.get(kept, query_string={"show": odd}).status_code == 200


def test_a_card_says_whom_to_call_how_far_and_why(client: FlaskClient) -> None:
    card = the_list(client).partition('id="option-1"')[2].partition('id="option-2"')[0]
    assert 'href="tel:+16145550199"><span>614-555-0199</span></a> <span class="kind">intake line</span>' in card
    assert re.search(r"Columbus, OH · about \d+ mi", card)
    assert re.search(r"<strong>\d+</strong> of 100 points, between \d+ and \d+", card)
    assert "Is a bed open" in card
    assert sites.TITLES["invented_survey"] in card and "March 1, 2026" in card


def test_the_points_shown_add_up_to_the_total_shown(client: FlaskClient) -> None:
    cards = the_list(client).split('id="option-')[1:]
    for card in cards:
        total = int(re.findall(r"<strong>(\d+)</strong> of 100 points", card)[0])
        parts = [(int(got), int(of)) for got, of in re.findall(r'worth">(\d+) of (\d+) points', card)]
        assert parts[-1] == (total, 100)
        assert (sum(got for got, _ in parts[:-1]), sum(of for _, of in parts[:-1])) == parts[-1]


def test_odd_centers_are_shown_as_they_are(client: FlaskClient) -> None:
    kept = ask(client).location
    page = client.get(f"{kept}?show=30").text
    assert "Silent &amp; &lt;b&gt;Bold&lt;/b&gt; House" in page and "No telephone number is known." in page
    assert re.search(r"Withheld Haven.*?distance not known", page, re.DOTALL)
    assert "does not take men" in page.casefold()
    hidden = client.get("/listings/invented_survey:hidden").text
    assert "Address withheld by the center" in hidden and "12 Example Street" not in hidden


def test_nothing_found_is_an_answer_with_the_reasons_counted(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, sites.statements()[:3]) as few:
        sites.all_checked(few)
        client = sites.a_site(few).test_client()
        told = client.get(ask(client, near="99501", within_miles="10").location)
    assert told.status_code == 200
    assert "No center fits yet" in told.text and SAFETY in told.text
    assert '<th scope="row">Distance</th><td>3</td>' in told.text
    assert "Example House 100" in told.text.partition("The nearest of them")[2]
    well_formed(told.text)


def test_an_empty_directory_says_so(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, []) as empty:
        assert "The directory holds no listings yet." in the_list(sites.a_site(empty).test_client())


def test_a_listing_shows_every_fact_and_what_is_not_known(client: FlaskClient, directory: Directory) -> None:
    page = client.get("/listings/invented_survey:women").text
    known = directory.listings(["invented_survey:women"])["invented_survey:women"]
    for code in known.facts:
        assert label(code) in page
    assert "Invented Survey of Example Centers (national survey), March 1, 2026" in page
    unknown = page.partition("What is not known")[2].partition("</section>")[0]
    wanted = told.not_known(known, datetime.now(UTC))
    assert wanted and [words in unknown for words in wanted] == [True] * len(wanted)
    assert "12 Example Street" in page and "614-555-0199" in page


def test_an_unknown_listing_is_a_page_that_says_so(client: FlaskClient) -> None:
    told = client.get("/listings/nobody:1")
    assert told.status_code == 404 and "This center is not shown here now" in told.text
    told = people.a_counselor(client.application).get("/listings/nobody:1")
    assert told.status_code == 404 and "There is nothing here" in told.text


def test_the_ranking_page_lists_every_criterion(client: FlaskClient) -> None:
    page = client.get("/how-options-are-ranked").text.replace("&#39;", "'").replace("&#34;", '"')
    for criterion in CRITERIA:
        part = page.partition(f'<li id="{criterion.name}">')[2].partition("</li>")[0]
        assert criterion.title in part and criterion.description in part
        assert criterion.on_no in part and criterion.on_unknown in part
        assert not criterion.points or f"{criterion.points} points" in part
    assert "points, out of 100" in page and "Never sold" in page


def test_everything_that_a_page_needs_is_our_own_and_small() -> None:
    style = (WEB / "static" / "style.css").read_text(encoding="utf-8")
    assert len(style.encode()) <= 20_000
    assert "url(" not in style and "@import" not in style
    for part in (WEB / "templates").glob("*.html"):
        assert not re.search(r'(?:src|action)="(?!\{\{)', part.read_text(encoding="utf-8")), part.name
