"""What search engines are told: the sitemap, robots.txt, the data on a center's page, and State by State what is there."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from directory import store
from directory.referral import Directory
from directory.vocabulary import VettingState
from tests import sites
from tests.builders import VALUES, a_statement
from tests.test_web import well_formed

HOST: Final = "http://directory.example.org"
SPACES: Final = {"map": "http://www.sitemaps.org/schemas/sitemap/0.9", "html": "http://www.w3.org/1999/xhtml"}
OPEN: Final = {
    "families.home", "families.centers", "families_places.states", "families_places.state", "families_about.checking",
    "families_about.paying", "families_listing.center", "families_listing.reported", "reading.ranking", "health.alive",
    "health.ready", "crawlers.robots", "crawlers.sitemap", "static",
}  # fmt: skip
"""The only pages that a search engine is let in to; in both languages where there are two."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    folder = tmp_path_factory.mktemp("site")
    hostile = a_statement(VALUES | {"organization": "</script><b>Ev&il</b> \u2028 House"}, "hostile")
    with sites.a_directory(folder, template, [*sites.statements(), hostile]) as opened:
        sites.checked(opened, "100", "101", "hidden", "hostile")
        sites.checked(opened, "102", until=datetime.now(UTC).date() - timedelta(2))
        yield opened


@pytest.fixture(scope="module")
def client(directory: Directory) -> FlaskClient:
    return sites.a_site(directory).test_client()


def entries(client: FlaskClient) -> dict[str, ElementTree.Element]:
    told = client.get("/sitemap.xml", base_url=HOST)
    assert told.status_code == 200 and told.mimetype == "application/xml"
    root = ElementTree.fromstring(told.text)
    return {str(one.findtext("map:loc", namespaces=SPACES)): one for one in root.findall("map:url", SPACES)}


def test_the_sitemap_has_what_is_published_in_both_languages(client: FlaskClient, directory: Directory) -> None:
    told = entries(client)
    centers = [address for address in told if re.search(r"-[0-9a-f]{10}$", address)]
    assert len(centers) == 8 and not [address for address in centers if "house-102" in address]
    assert {f"{HOST}/", f"{HOST}/es/", f"{HOST}/centers/ohio", f"{HOST}/how-we-check"} <= set(told)
    assert all(address.startswith(HOST) for address in told)
    checked = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    for address in told:
        path = urlsplit(address).path
        page = client.get(path)
        assert page.status_code == 200, address
        assert '<meta name="robots"' not in page.text, address
    assert {told[address].findtext("map:lastmod", namespaces=SPACES) for address in centers} == {checked}


def test_each_page_of_the_sitemap_names_itself_in_both_languages(client: FlaskClient) -> None:
    told = entries(client)
    for address, one in told.items():
        others = {link.get("hreflang"): link.get("href") for link in one.findall("html:link", SPACES)}
        assert address in others.values()
        assert others["en"] in told and others.get("es", f"{HOST}/es/") in told


def test_a_suspended_center_leaves_the_sitemap_and_its_state_at_once(tmp_path: Path, template: Path) -> None:
    with sites.a_directory(tmp_path, template, sites.statements()) as opened:
        sites.checked(opened, "100")
        client = sites.a_site(opened).test_client()
        assert any("house-100" in address for address in entries(client)) and "House 100" in client.get("/centers/ohio").text
        moment = datetime.now(UTC).replace(microsecond=0)
        sites.checked(opened, "100", state=VettingState.SUSPENDED, at=moment, until=None)
        assert not any("house-100" in address for address in entries(client))
        assert "House 100" not in client.get("/centers/ohio").text and f"{HOST}/centers/ohio" not in entries(client)


def test_robots_lets_in_to_public_pages_and_to_no_other(client: FlaskClient) -> None:
    robots = RobotFileParser()
    text = client.get("/robots.txt", base_url=HOST).text
    robots.parse(text.splitlines())
    assert f"Sitemap: {HOST}/sitemap.xml" in text
    wrong = []
    for rule in client.application.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            path = re.sub(r"<[^>]+>", "anything", rule.rule)
            if robots.can_fetch("Anybody", HOST + path) != (rule.endpoint.removeprefix("es_") in OPEN):
                wrong.append(rule.endpoint)
    assert wrong == []


def test_a_host_that_is_not_ours_gets_no_addresses(client: FlaskClient) -> None:
    told = client.get("/sitemap.xml", base_url="http://evil.example.net")
    assert told.status_code == 400 and "evil" not in told.text


def data_on(client: FlaskClient, name: str) -> tuple[dict[str, object], str]:
    address = next(one for one in entries(client) if name in one and "/es/" not in one)
    page = client.get(urlsplit(address).path, base_url=HOST)
    assert "script-src" not in page.headers["Content-Security-Policy"] and "default-src 'none'" in str(page.headers)
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.S)
    assert len(blocks) == 1 and page.text.count("<script") == 1
    return json.loads(blocks[0]), page.text


def test_a_center_tells_machines_its_name_number_and_own_address(client: FlaskClient) -> None:
    told, page = data_on(client, "house-100")
    assert told["name"] == "Example House 100" and str(told["@id"]).startswith(f"{HOST}/centers/ohio/columbus/")
    assert told["telephone"] == "+1-614-555-0199"
    well_formed(page)


def test_a_name_can_not_end_the_block_that_it_stands_in(client: FlaskClient) -> None:
    told, page = data_on(client, "script-b-ev-and-il")
    assert str(told["name"]).startswith("</script><b>Ev&il</b>")
    assert "<b>Ev" not in page and "</script><b>" not in page


def test_a_withheld_street_is_withheld_from_machines(client: FlaskClient) -> None:
    told, page = data_on(client, "withheld")
    assert "12 Example Street" not in page and "postalCode" not in json.dumps(told)


# --- State by State ----------------------------------------------------------------------------------------------------


def test_the_states_are_a_map_and_a_list_of_the_same(client: FlaskClient) -> None:
    page = client.get("/centers/states").text
    well_formed(page)
    on_map = re.findall(r'<a href="/centers/([a-z-]+)" aria-label="([^"]+)">', page)
    listed = re.findall(r'<li><a href="/centers/([a-z-]+)">([^<]+)</a>', page)
    assert len(on_map) == 51 and set(on_map) < set(listed)
    assert ("ohio", "Ohio") in on_map and ("puerto-rico", "Puerto Rico") in listed
    assert re.search(r">Ohio</a> <span[^>]*>4 centers</span>", page)


def test_a_states_page_lists_its_centers_with_their_numbers_on_a_map(client: FlaskClient) -> None:
    page = client.get("/centers/ohio").text
    well_formed(page)
    assert "4 centers that our staff have checked" in page and page.count('class="card"') == 4
    dots = re.findall(r'<a href="#center-(\d)" tabindex="-1"', page)
    cards = dict(re.findall(r'id="center-(\d)">.*?<h2><a href="[^"]+">([^<]+)', page, re.S))
    assert sorted(cards) == ["1", "2", "3", "4"] and len(dots) == 3
    assert "Withheld Haven" not in [cards[dot] for dot in dots], "what is withheld stands on no map"
    assert "20 miles" in page or "10 miles" in page or "5 miles" in page


def test_the_letters_of_a_state_lead_to_its_page_and_others_nowhere(client: FlaskClient) -> None:
    assert client.get("/centers/OH").location == "/centers/ohio"
    assert client.get("/es/centers/oh").location == "/es/centers/ohio"
    assert client.get("/centers/atlantis").status_code == 404
    assert "We have checked no center here yet" in client.get("/centers/utah").text


def test_what_is_on_the_pages_is_never_kept_by_anybody(client: FlaskClient, directory: Directory) -> None:
    for address in ("/centers/ohio", "/sitemap.xml", "/robots.txt"):
        told = client.get(address)
        assert told.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in told.headers
    with directory.database.writing() as connection:
        assert store.forget_needs(connection, datetime(2999, 1, 1, tzinfo=UTC)) == 0
