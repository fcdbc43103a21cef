"""A table without a mapping gets one proposed in the page; staff mend it there, and nothing has to be sent twice."""

# ruff: noqa: F811 - a fixture that comes from another file has the name of the argument
import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser

from directory.account import Role
from directory.normalize import FIELDS
from directory.referral import Directory
from directory.vocabulary import TERMS
from directory.web.roles import MOST_TEXT
from tests.people import a_person
from tests.test_browser import fits_across, served
from tests.test_spreadsheet import COUNTY, MAPPING
from tests.test_staff_import import NOW, app, bring, directory, listings, send, somebody, waiting
from tests.test_web import well_formed

__all__ = ["app", "directory"]
ODD = COUNTY.replace("Men", "Sailors").replace("Beds", "Colour of the door")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "county.csv"
    path.write_text(ODD, encoding="utf-8")
    return path


def typed(page: str) -> str:
    """What stands in the field of the mapping."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    return found[1].replace("&#34;", '"').replace("&amp;", "&").replace("&#39;", "'")


def test_a_mapping_is_proposed_mended_and_used_without_sending_the_table_again(
    app: Flask, directory: Directory, table: Path
) -> None:
    client = somebody(app)
    sent = bring(client, table, source="spreadsheet", observed="2026-03-01")
    assert sent.status_code == 303 and sent.location.endswith("/mapping")
    shown = client.get(sent.location).text
    well_formed(shown)
    unknown = shown[shown.index("What it does not understand") : shown.index('<div class="group">')]
    assert "“Sailors”" in unknown and "Colour of the door" in unknown and "Women only" not in unknown
    mended = typed(shown).replace('"Sailors" = []', '"Sailors" = ["sex.male"]')
    assert mended != typed(shown) and listings(directory) == 0
    tried = send(client, sent.location, mapping=mended.replace("\n", "\r\n"))
    assert (tried.status_code, tried.location) == (303, sent.location.removesuffix("/mapping"))
    report = client.get(tried.location).text
    well_formed(report)
    assert "Nothing is changed yet" in report and "Change the mapping" in report
    assert typed(client.get(sent.location).text) == mended
    assert send(client, f"{tried.location}/confirm").location == "/staff/runs/1"
    assert listings(directory) == 3 and waiting(directory) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('"sex.male"', '"sex.purple"'), "names a term that does not exist"),
        (('"Co-ed" = ', '"Coed" = '), "Co-ed"),
        (("name = ", "name : "), "the mapping is not TOML"),
        (("at_most = 10", "at_most = 2"), "should hold 1 to 2"),
    ],
    ids=["a term", "a phrase", "no TOML", "too many"],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(
    app: Flask, directory: Directory, table: Path, change: tuple[str, str], says: str
) -> None:
    table.write_text(COUNTY, encoding="utf-8")
    client = somebody(app)
    address = bring(client, table, source="spreadsheet", observed="2026-03-01").location
    wrong = typed(client.get(address).text).replace(*change)
    assert change[1] in wrong
    answer = send(client, address, mapping=wrong, skip_unknown="")
    well_formed(answer.text)
    beside = answer.text[answer.text.index('id="mapping-error"') : answer.text.index("<textarea")]
    assert answer.status_code == 422 and says in beside and 'aria-invalid="true"' in answer.text
    assert typed(answer.text) == wrong == typed(client.get(address).text) and listings(directory) == 0


def test_what_no_column_was_taken_for_is_said_before_it_is_read(app: Flask, directory: Directory, table: Path) -> None:
    table.write_text(COUNTY.replace("City", "Where"), encoding="utf-8")
    shown = somebody_reads(app, table)
    assert "Still needed, since no column was taken for it: city (<code>city</code>)" in shown
    table.write_text(COUNTY, encoding="utf-8")
    assert "Still needed" not in somebody_reads(app, table)


def somebody_reads(app: Flask, table: Path) -> str:
    client = somebody(app, name=f"reader of {table.stat().st_mtime_ns}")
    shown = client.get(bring(client, table, source="spreadsheet").location).text
    well_formed(shown)
    return str(shown)


def test_unknown_phrases_may_be_left_out_counted(app: Flask, directory: Directory, table: Path) -> None:
    client = somebody(app)
    address = bring(client, table, source="spreadsheet", observed="2026-03-01").location
    without = re.sub(r'"Sailors" = .*\n', "", typed(client.get(address).text))
    assert send(client, address, mapping=without).status_code == 422
    assert send(client, address, mapping=without, skip_unknown="yes").status_code == 303
    assert "Sailors" in client.get(address.removesuffix("/mapping")).text
    assert 'value="yes" checked' in client.get(address).text


def test_a_mapping_that_was_sent_can_be_mended_in_the_page_too(app: Flask, directory: Directory, table: Path) -> None:
    client = somebody(app)
    sent = bring(client, table, source="spreadsheet", mapping=(io.BytesIO(b"title = ?"), "county.toml"))
    assert f'href="{sent.location}/mapping"' in client.get(sent.location).text
    assert typed(client.get(f"{sent.location}/mapping").text) == "title = ?"
    fits = MAPPING.replace('"Beds"]', '"Colour of the door"]').replace('"men"', '"sailors"')
    assert send(client, f"{sent.location}/mapping", mapping=fits).location == sent.location
    assert "Nothing is changed yet" in client.get(sent.location).text


def test_what_is_no_table_is_said_and_has_no_mapping(app: Flask, directory: Directory, table: Path) -> None:
    table.write_bytes(b"%PDF-1.7 not a table")
    client = somebody(app)
    sent = bring(client, table, source="spreadsheet")
    told = client.get(sent.location).text
    well_formed(told)
    assert "can’t be imported as it is" in told and "PDF" in told and "Mend the mapping" not in told
    assert client.get(f"{sent.location}/mapping").status_code == 404


def test_the_mapping_of_a_file_is_its_owners_and_of_tables_alone(app: Flask, directory: Directory, table: Path) -> None:
    address = bring(somebody(app), table, source="spreadsheet").location
    assert somebody(app, name="bob").get(address).status_code == 404
    client = somebody(app, Role.ADMIN, "cy")
    (table.parent / "list.jsonl").write_text('{"format": "referral-directory-listings", "version": 1}\n')
    listed = bring(client, table.parent / "list.jsonl", source="listings").location
    assert client.get(f"{listed}/mapping").status_code == 404


def test_a_mapping_may_be_longer_than_a_form_and_not_longer_than_any(app: Flask, directory: Directory, table: Path) -> None:
    client = somebody(app)
    address = bring(client, table, source="spreadsheet", observed="2026-03-01").location
    mapping = typed(client.get(address).text)
    assert send(client, address, mapping=f"{mapping}\n# {'x' * 100_000}").status_code == 303
    assert send(client, address, mapping="x" * (MOST_TEXT + 1)).status_code == 413


@pytest.mark.browser
def test_it_is_mended_on_a_telephone(browser: Browser, app: Flask, directory: Directory, table: Path) -> None:
    person: Any = a_person(app.extensions["register"], Role.STAFF, "ann", NOW)
    with served(directory, app) as site:
        context = browser.new_context(viewport={"width": 390, "height": 844})
        context.add_cookies([{"name": "session", "value": person.session, "url": site}])
        page = context.new_page()
        page.goto(f"{site}/staff/import")
        page.get_by_label("Whose file is it?").select_option("spreadsheet")
        page.locator("#file").set_input_files(table)
        page.get_by_role("button", name="Read what it would change").click()
        field = page.locator("#mapping")
        field.fill(field.input_value().replace('"Sailors" = []', '"Sailors" = ["sex.mail"]'))
        page.get_by_label("The day that the table speaks of").fill("2026-03-01")
        page.get_by_text("How a mapping is written").last.click()
        assert page.get_by_text("[columns]", exact=True).is_visible() and fits_across(page)
        page.get_by_role("button", name="Read what it would change").click()
        assert page.get_by_text("names a term that does not exist").is_visible() and fits_across(page)
        field.fill(field.input_value().replace("sex.mail", "sex.male"))
        page.get_by_role("button", name="Read what it would change").click()
        page.get_by_role("button", name="Import it").click()
        page.wait_for_url("**/staff/runs/1")
        assert listings(directory) == 3
        context.close()


def test_a_table_that_does_not_say_its_day_is_asked_for_it(app: Flask, directory: Directory, table: Path) -> None:
    client = somebody(app)
    address = bring(client, table, source="spreadsheet").location
    shown = client.get(address).text
    assert "\n# observed = " in typed(shown) and 'id="observed"' in shown
    mended = typed(shown)
    lacking = send(client, address, mapping=mended, observed="")
    well_formed(lacking.text)
    assert lacking.status_code == 422 and "Enter the day that the table speaks of" in lacking.text
    assert "Enter a day as 2026-03-13" in send(client, address, mapping=mended, observed="soon").text
    both = send(client, address, mapping=f"{mended}\n[strange]\n", observed="").text
    assert "Enter the day that the table speaks of" in both and "strange" in both, "what is wrong is said at once"
    assert typed(lacking.text) == mended and listings(directory) == 0
    tried = send(client, address, mapping=mended, observed="2026-02-01")
    assert tried.status_code == 303 and 'value="2026-02-01"' in client.get(address).text
    assert send(client, f"{tried.location}/confirm").location == "/staff/runs/1"
    assert "February 1, 2026" in client.get("/staff/runs/1").text


def test_how_a_mapping_is_written_stands_beside_it(app: Flask, directory: Directory, table: Path) -> None:
    client = somebody(app)
    shown = client.get(bring(client, table, source="spreadsheet").location).text
    how = shown[shown.index('id="how"') :]
    assert 'href="#how"' in shown.partition("<textarea")[0] and "docs/" not in shown.partition("<textarea")[0] + how
    assert all(f"<code>{name}</code>" in how for name in FIELDS) and all(f"<code>{code}</code>" in how for code in TERMS)
