"""Lists that are kept and centers side by side: sealed in an address, with nothing of who looks; changes are said."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from directory import merging, store
from directory.public_address import short_id
from directory.referral import Directory
from directory.sameness import Decided, Decision
from directory.vocabulary import VettingState
from directory.web import kept_list
from tests import sites
from tests.builders import VALUES, a_listing, a_statement
from tests.test_web import well_formed

CHECKED: Final = ("100", "101", "102", "103", "104", "hidden")
ENDS: Final = {name: short_id(f"invented_survey:{name}") for name in CHECKED}
NOW: Final = datetime(2026, 11, 24, tzinfo=UTC).date()


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    said = [one for one in sites.statements() if one.local_id in CHECKED]
    with sites.a_directory(tmp_path, template, said) as opened:
        sites.checked(opened, *CHECKED)
        yield opened


@pytest.fixture
def app(directory: Directory) -> Flask:
    return sites.a_site(directory)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def keep(client: FlaskClient, *names: str, **fields: Any) -> str:
    told = client.post("/list", data={"center": [ENDS[name] for name in names]} | fields)
    assert told.status_code == 303, told.text
    return str(told.location)


def names_on(page: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<h2><a href="[^"]+">([^<]+)</a>', page)]


# --- the address of a list ---------------------------------------------------------------------------------------------


def test_a_list_survives_its_address_for_thirty_days(app: Flask) -> None:
    ends = tuple(ENDS.values())
    with app.app_context():
        sealed = kept_list.seal(ends, NOW)
        assert kept_list.read(sealed, NOW + timedelta(30)) == kept_list.KeptList(ends, NOW)
        assert kept_list.read(sealed, NOW + timedelta(31)) is None
        longest = kept_list.seal([f"{number:010x}" for number in range(kept_list.MOST)], NOW)
    assert len(longest) < 180 and not set(ends) & set(re.findall("[0-9a-f]{10}", sealed))


def test_an_address_that_was_changed_opens_nothing(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        sealed = kept_list.seal(ENDS.values(), NOW)
        wrong = [sealed[:-1], "B" + sealed[1:], sealed + "x", "", ".", "é" * 30, "a" * 22]
        assert [kept_list.read(one, NOW) for one in wrong] == [None] * len(wrong)
    for one in ("x", "é", "a" * 22, "a.b"):
        for address in (f"/list/{one}", f"/list/{one}/text", f"/list/{one}/more", f"/compare/{one}"):
            told = client.get(address)
            assert told.status_code == 404 and "This list is over" in told.text


def test_only_short_ids_come_together_and_each_once() -> None:
    assert kept_list.together(["0123456789", "x"], ["0123456789", "ABCDEF0123", "ffffffffff", "invented_survey:1"]) == (
        "0123456789",
        "ffffffffff",
    )


# --- the list ----------------------------------------------------------------------------------------------------------


def test_a_list_grows_and_shrinks_and_stores_nothing(client: FlaskClient, directory: Directory) -> None:
    first = keep(client, "101", "100")
    assert names_on(client.get(first).text) == ["Example House 101", "Example House 100"]
    second = keep(client, "102", kept=first.rpartition("/")[2])
    page = client.get(second).text
    assert names_on(page) == ["Example House 101", "Example House 100", "Example House 102"]
    assert "Facts as of" in page and "1-800-662-HELP" in page and "Checked by our staff" in page
    third = keep(client, kept=second.rpartition("/")[2], drop=ENDS["100"])
    assert names_on(client.get(third).text) == ["Example House 101", "Example House 102"]
    assert names_on(client.get(first).text) == ["Example House 101", "Example House 100"], "the old address still opens the old"
    well_formed(page)
    with directory.database.writing() as connection:
        assert store.forget_needs(connection, datetime(2999, 1, 1, tzinfo=UTC)) == 0


def test_what_will_not_do_is_said(client: FlaskClient) -> None:
    nothing = client.post("/list")
    assert nothing.status_code == 422 and "Tick at least one center" in nothing.text
    many = client.post("/list", data={"center": [f"{number:010x}" for number in range(21)]})
    assert many.status_code == 422 and "20 centers at most" in many.text
    five = client.post("/compare", data={"center": [*ENDS.values()][:5]})
    assert five.status_code == 422 and "Only 4 centers fit" in five.text and five.text.count("checked>") == 5
    assert client.post("/es/compare").status_code == 422
    for page in (nothing, many, five):
        well_formed(page.text)


def test_a_center_that_is_gone_is_said_without_its_name(client: FlaskClient, directory: Directory) -> None:
    kept = keep(client, "100", "101")
    moment = datetime.now(UTC).replace(microsecond=0)
    sites.checked(directory, "100", state=VettingState.SUSPENDED, at=moment, until=None)
    page = client.get(kept).text
    assert "Number 1 on your list is no longer shown here" in page and names_on(page) == ["Example House 101"]
    assert "Example House 100" not in page
    text = client.get(f"{kept}/text").text
    assert "Number 1 on your list is no longer shown here" in text and "2. Example House 101" in text


def test_a_list_says_what_was_looked_at_again_since(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        before = kept_list.seal([ENDS["100"]], datetime.now(UTC).date() - timedelta(20))
    assert "looked at again on" in client.get(f"/list/{before}").text
    assert "looked at again on" not in client.get(keep(client, "100")).text


def test_the_text_has_all_that_is_needed_and_no_withheld_street(client: FlaskClient) -> None:
    told = client.get(keep(client, "100", "hidden") + "/text")
    assert told.mimetype == "text/plain" and "attachment" in told.headers["Content-Disposition"]
    text = told.text
    assert "1. Example House 100" in text and "614-555-0199" in text and text.count("12 Example Street") == 1
    assert "Facts as of" in text and "911" in text and "988" in text and "naloxone" in text and "http://localhost/list/" in text
    spanish = client.get("/es" + keep(client, "100") + "/text").text
    assert "Centros de tratamiento" in spanish and "naloxona" in spanish


def test_a_list_goes_along_while_more_is_looked_for(client: FlaskClient) -> None:
    token = keep(client, "100").rpartition("/")[2]
    assert f'name="kept" value="{token}"' in client.get(f"/list/{token}/more").text
    again = client.post("/centers", data={"near": "Nowhereville, OH", "kept": token})
    assert again.status_code == 422 and f'name="kept" value="{token}"' in again.text
    found = client.post("/centers", data={"near": "43215", "within": "100", "kept": token}).location
    page = client.get(found).text
    assert f'list={token}" lang="es"' in page, "the other language has the list as well"
    assert f'name="kept" value="{token}"' in page and f'href="/list/{token}"' in page
    forged = client.post("/centers", data={"near": "43215", "within": "100", "kept": "forged"}).location
    assert "forged" not in forged and "forged" not in client.get(f"{forged}?list=forged").text.replace("?list=forged", "")


def test_a_list_goes_along_when_a_wish_is_left_out(client: FlaskClient) -> None:
    token = keep(client, "100").rpartition("/")[2]
    found = client.post("/centers", data={"near": "99501", "within": "25", "look": ["medicaid"], "kept": token}).location
    again = client.post(found.partition("?")[0] + "/without", data={"choice": "medicaid", "kept": token})
    assert again.status_code == 303 and again.location.endswith(f"?list={token}")


def test_centers_that_became_one_are_one_on_a_list_and_their_addresses_lead_on(
    client: FlaskClient, directory: Directory
) -> None:
    kept = keep(client, "100", "101")
    old = re.findall(r'<h2><a href="([^"]+)">Example House 101', client.get(kept).text)[0]
    pair = directory.listings(["invented_survey:101", "invented_survey:100"])
    goes, stays = (f"invented_survey:{name}" for name in ("101", "100"))
    decided = Decided(Decision.MERGED, goes, stays, datetime.now(UTC).replace(microsecond=0), "staff 1")
    with directory.database.writing() as connection:
        merging.merge(connection, decided, (pair[goes], pair[stays]))
    led = client.get(old)
    assert led.status_code == 301 and led.location.endswith(ENDS["100"]) and old.endswith(ENDS["101"])
    assert client.get(led.location).status_code == 200
    assert len(names_on(client.get(kept).text)) == 1


# --- side by side ------------------------------------------------------------------------------------------------------


def test_what_differs_comes_first_and_unknown_is_asked(client: FlaskClient, directory: Directory) -> None:
    said = a_statement(VALUES | {"organization": "Example House 101"}, "101", no=frozenset(("payer.medicaid", "treats.opioid")))
    newer = replace(said, yes=frozenset(("status.operating", "sex.male")))
    with directory.database.writing() as connection:
        store.append(connection, [newer], None)
    address = client.post("/compare", data={"center": [ENDS["100"], ENDS["101"]]}).location
    page = client.get(address).text
    well_formed(page)
    differing, _, alike = page.partition("Here they are alike")
    row = re.search(r"<th[^>]*>Medicaid</th>(.*?)</tr>", differing, re.S)
    assert row and re.findall(r"</span>([^<]+)</td>", row[1]) == ["Yes", "No"]
    assert re.search(r">Cash</th>.*?Not known: ask", alike, re.S)
    assert differing.index("tel:+1614") < differing.index("Here they differ")


def test_one_can_be_taken_away_until_one_is_left(client: FlaskClient) -> None:
    data: dict[str, Any] = {"center": [ENDS["100"], ENDS["101"]], "drop": ENDS["100"]}
    page = client.get(client.post("/compare", data=data).location).text
    assert "Example House 101" in page and "Example House 100" not in page and ">Remove<" not in page


def test_a_center_that_is_gone_is_counted(client: FlaskClient, directory: Directory) -> None:
    address = client.post("/compare", data={"center": [ENDS["100"], ENDS["101"]]}).location
    sites.checked(directory, "101", state=VettingState.SUSPENDED, at=datetime.now(UTC).replace(microsecond=0), until=None)
    page = client.get(address).text
    assert "1 center that you chose is no longer shown" in page and "Example House 101" not in page


def test_nothing_chosen_stands_in_a_log_or_a_cookie(client: FlaskClient) -> None:
    with sites.listening() as heard:
        kept = client.post("/list", data={"center": [ENDS["100"]]})
        told = [kept, client.get(kept.location), client.post("/compare", data={"center": [ENDS["100"]]})]
    lines = " ".join(heard.lines)
    assert heard.lines and not [one for one in (ENDS["100"], kept.location.rpartition("/")[2]) if one in lines]
    assert not [one for one in told if "Set-Cookie" in one.headers]
    assert a_listing().name not in lines and ENDS["100"] not in kept.location
