"""Staff bring a file in the browser: they read what it would change, let it in or leave it, and settle what contradicts."""

# ruff: noqa: F811 - a fixture that comes from another file has the name of the argument
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from directory import store
from directory.account import Role
from directory.referral import Directory
from directory.uploads import KEPT, MOST_BYTES, Upload, Uploads
from directory.web import create_app
from importers import demo
from importers.commands import DEMO_FILE
from importers.orders import Order
from importers.pipeline import import_file
from tests import sites
from tests.people import a_client, a_person
from tests.test_browser import fits_across, served
from tests.test_spreadsheet import COUNTY, MAPPING
from tests.test_web import well_formed
from tests.workbooks import HEADER, a_book, a_facility

NOW: Final = datetime.now(UTC)
ROOT: Final = Path(__file__).parent.parent
LARGE: Final = 200_000
"""More than any form may send, and less than what the test client would keep in a file of its own."""
NATIONAL: Final = "samhsa_national_directory"


@pytest.fixture
def directory(tmp_path: Path, template: Path) -> Iterator[Directory]:
    with sites.a_directory(tmp_path, template, []) as opened:
        yield opened


@pytest.fixture
def app(directory: Directory) -> Flask:
    return sites.a_site(directory)


def somebody(app: Flask, role: Role = Role.STAFF, name: str = "ann") -> FlaskClient:
    return a_client(app, a_person(app.extensions["register"], role, name, datetime.now(UTC)))


def send(client: FlaskClient, address: str, **form: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
    assert token
    return client.post(address, data={"csrf_token": token[1], **form}, headers={"Sec-Fetch-Site": "same-origin"})


def bring(client: FlaskClient, path: Path, /, **form: Any) -> Any:
    content = io.BytesIO(path.read_bytes())
    return send(client, "/staff/import", **{"source": NATIONAL, "file": (content, path.name), **form})


def book(folder: Path, *phones: str) -> Path:
    rows = [a_facility(name1=f"Example House {number}", phone=phone) for number, phone in enumerate(phones)]
    return a_book(folder, [HEADER, *rows])


def waiting(directory: Directory) -> list[Path]:
    return [path for path in (directory.settings.instance / "uploads").rglob("*") if path.is_file()]


def listings(directory: Directory) -> int:
    with directory.database.reading() as connection:
        return store.count(connection)


def test_a_file_is_read_first_and_let_in_then(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client = somebody(app)
    sent = bring(client, book(tmp_path, "614-555-0101", "614-555-0102"))
    assert sent.status_code == 303 and re.fullmatch(r"/staff/import/[A-Za-z0-9_-]{22}", sent.location)
    told = client.get(sent.location).text
    well_formed(told)
    assert "What the file would change" in told and "Example House 1" in told and listings(directory) == 0
    assert {path.stat().st_mode & 0o777 for path in waiting(directory)} == {0o600}
    done = send(client, f"{sent.location}/confirm")
    assert (done.status_code, done.location) == (303, "/staff/runs/1")
    assert listings(directory) == 2 and waiting(directory) == []
    record = client.get("/staff/runs/1").text
    well_formed(record)
    assert "book.xlsx" in record and re.search(r"[0-9a-f]{64}", record) and "staff 1" in record
    assert "book.xlsx" in client.get("/staff/runs").text


def test_who_confirms_twice_is_led_to_what_was_done(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client = somebody(app)
    sent = bring(client, book(tmp_path, "614-555-0101"))
    first = send(client, f"{sent.location}/confirm")
    assert first.location == "/staff/runs/1" and "imported already" not in client.get(first.location).text
    for again in (
        send(client, f"{sent.location}/confirm"), client.get(sent.location), send(client, f"{sent.location}/cancel"),
    ):  # fmt: skip
        assert (again.status_code, again.location) == (303, "/staff/runs/1?already=yes")
    told = client.get("/staff/runs/1?already=yes").text
    well_formed(told)
    assert "This file was imported already" in told and waiting(directory) == []
    with directory.database.reading() as connection:
        assert [number for number, _ in store.runs(connection, 5)] == [1]
        assert [action for _, _, action, _ in store.newest_audited(connection, 50)].count("imported") == 1


def test_a_double_click_waits_for_the_first_click_and_is_led_to_what_it_did(
    app: Flask, directory: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_person(app.extensions["register"], Role.STAFF, "ann", datetime.now(UTC))
    client, other = a_client(app, person), a_client(app, person)
    sent = bring(client, book(tmp_path, "614-555-0101"))
    importing, second = app.extensions["importing"], list[Any]()

    class Slow:
        """The importers, of which the first is asked to wait until somebody has clicked again."""

        def __getattr__(self, name: str) -> Any:
            return getattr(importing, name)

        def carry_out(self, wish: Any) -> Any:
            click = Thread(target=lambda: second.append(send(other, f"{sent.location}/confirm")))
            click.start()
            click.join(0.6)
            assert not second and "being imported at this moment" in client.get(sent.location).text
            self.click = click
            return importing.carry_out(wish)

    monkeypatch.setitem(app.extensions, "importing", slow := Slow())
    assert send(client, f"{sent.location}/confirm").location == "/staff/runs/1"
    slow.click.join(20)
    assert second[0].location == sent.location
    assert client.get(sent.location).location == "/staff/runs/1?already=yes"
    with directory.database.reading() as connection:
        assert len(store.runs(connection, 5)) == 1


def test_a_newer_file_says_old_and_new_of_each_field(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client = somebody(app)
    send(client, bring(client, book(tmp_path, "614-555-0101", "614-555-0102")).location + "/confirm")
    told = client.get(bring(client, book(tmp_path, "614-555-0101", "614-555-0177")).location).text
    assert "614-555-0102" in told and "614-555-0177" in told and "Main telephone" in told


def test_a_table_is_brought_with_its_mapping(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client, table = somebody(app), tmp_path / "county.csv"
    table.write_text(COUNTY, encoding="utf-8")
    wrong = bring(client, table, source="spreadsheet", mapping=(io.BytesIO(b"title = ?"), "county.toml"))
    assert "the mapping is not TOML" in client.get(wrong.location).text
    send(client, f"{wrong.location}/cancel")
    sent = bring(client, table, source="spreadsheet", mapping=(io.BytesIO(MAPPING.encode()), "../county.csv"))
    assert "Nothing is changed yet" in client.get(sent.location).text and listings(directory) == 0
    assert {path.stat().st_mode & 0o777 for path in waiting(directory)} == {0o600}
    assert send(client, f"{sent.location}/confirm").location == "/staff/runs/1"
    assert listings(directory) > 0 and waiting(directory) == []


def test_before_it_is_let_in_staff_read_that_invented_centers_go(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client = somebody(app)
    import_file(directory.database, demo.importer, DEMO_FILE, Order("a test", NOW))
    told = client.get(bring(client, book(tmp_path, "614-555-0101")).location).text
    well_formed(told)
    first = told[told.index("Know before you import it") : told.index("Import it</button>")]
    assert "The invented listings of the demo directory make way for real ones: " in first
    assert "Check that the file is whole" in first


def test_staff_read_at_home_that_listings_wait_to_be_checked(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client = somebody(app)
    assert "to be checked" not in client.get("/staff").text
    send(client, bring(client, book(tmp_path, "614-555-0101", "614-555-0102")).location + "/confirm")
    told = client.get("/staff").text
    assert "2 listings wait to be checked" in told and 'href="#look-up"' in told
    with directory.database.reading() as connection:
        first = store.ids(connection)[0]
    sites.checked(directory, first)
    told = client.get("/staff").text
    assert "1 listing waits to be checked" in told and "Nothing waits" not in told


def test_what_a_file_does_not_say_is_said_beside_its_report_without_sending_it_again(
    app: Flask, directory: Directory, tmp_path: Path
) -> None:
    client = somebody(app)
    reply = json.loads((ROOT / "tests" / "sources" / "samhsa_locator" / "example.json").read_text(encoding="utf-8"))
    del reply["fetched"]
    (tmp_path / "reply.json").write_text(json.dumps(reply), encoding="utf-8")
    sent = bring(client, tmp_path / "reply.json", source="samhsa_locator")
    told = client.get(sent.location).text
    well_formed(told)
    assert "does not say which day it speaks of" in told and "--observed" not in told
    assert "Say it: “The day that it speaks of”: 2023-06-29" in told and 'value="reply.json"' not in told
    soon = send(client, f"{sent.location}/again", observed="soon")
    well_formed(soon.text)
    assert soon.status_code == 422 and "Enter a day as 2026-03-13." in soon.text and 'value="soon"' in soon.text
    assert "does not say which day" in client.get(send(client, f"{sent.location}/again", covers="OH").location).text
    again = send(client, f"{sent.location}/again", observed="2026-02-12", covers="")
    assert (again.status_code, again.location) == (303, sent.location)
    assert "What the file would change" in client.get(sent.location).text and listings(directory) == 0
    assert send(client, f"{sent.location}/confirm").location == "/staff/runs/2" and listings(directory) > 1, "refused once"


def test_a_reason_lets_a_file_in_that_was_refused(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client = somebody(app)
    phones = [f"614-555-{number:04d}" for number in range(100, 130)]
    send(client, bring(client, book(tmp_path, *phones)).location + "/confirm")
    half = bring(client, book(tmp_path, *phones[:12])).location
    told = client.get(half).text
    assert "far shorter than the newest" in told and "Import it although it is not as expected, because" in told
    send(client, f"{half}/again", because="half of them closed")
    done = send(client, f"{half}/confirm").location
    record = client.get(done).text
    assert "half of them closed" in record and "Import it</button>" not in record


def test_what_is_in_conflict_is_told_by_name_whoever_said_what_stands(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client, table = somebody(app), tmp_path / "county.csv"
    table.write_text("Name,City,State,ZIP,Lat,Lon\nExample Far House,Houston,TX,77002,29.42,-98.49\n", encoding="utf-8")
    mapping = MAPPING.partition("ignore")[0] + 'at_least = 1\nat_most = 9\n[columns]\norganization = "Name"\ncity = "City"\n'
    mapping += 'state_province = "State"\npostal_code = "ZIP"\nlatitude = "Lat"\nlongitude = "Lon"\n'
    sent = bring(client, table, source="spreadsheet", mapping=(io.BytesIO(mapping.encode()), "county.toml"))
    told = client.get(sent.location).text
    well_formed(told)
    against = told[told.index('id="against"') : told.index('id="kind-new"')]
    assert "Example Far House" in against and "77002 (Houston, TX)" in against and "confirmed" not in against


def test_leaving_it_erases_the_file(app: Flask, directory: Directory, tmp_path: Path) -> None:
    client = somebody(app)
    sent = bring(client, book(tmp_path, "614-555-0101"))
    assert send(client, f"{sent.location}/cancel").location == "/staff/import"
    assert waiting(directory) == [] and listings(directory) == 0
    assert send(client, f"{sent.location}/confirm").status_code == 404


def test_a_file_that_waits_is_somebodys_own_and_is_erased_after_a_day(app: Flask, directory: Directory, tmp_path: Path) -> None:
    ann = somebody(app)
    address = bring(ann, book(tmp_path, "614-555-0101")).location
    assert somebody(app, name="bob").get(address).status_code == 404
    uploads = Uploads(directory.settings.instance / "uploads")
    assert uploads.find(address.rpartition("/")[2], 1, datetime.now(UTC) + KEPT + timedelta(minutes=1)) is None
    uploads.erase_old(datetime.now(UTC) + KEPT - timedelta(minutes=1))
    assert waiting(directory)
    uploads.erase_old(datetime.now(UTC) + KEPT + timedelta(minutes=1))
    assert waiting(directory) == []


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"file": ""}, "Choose the file as it was downloaded."),
        ({"source": "demo"}, "Choose whose file it is."),
        ({"covers": "Atlantis"}, "Enter a State, such as OH or Ohio."),
        ({"observed": "soon"}, "Enter a day as 2026-03-13."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    app: Flask, directory: Directory, tmp_path: Path, form: dict[str, str], says: str
) -> None:
    answer = bring(somebody(app), book(tmp_path, "614-555-0101"), **form)
    assert answer.status_code == 422 and says in answer.text
    well_formed(answer.text)
    assert waiting(directory) == []


def test_a_file_that_is_none_is_said_in_words_and_can_not_be_confirmed(
    app: Flask, directory: Directory, tmp_path: Path
) -> None:
    client = somebody(app)
    (tmp_path / "scan.xlsx").write_bytes(b"%PDF-1.7 not a workbook")
    address = bring(client, tmp_path / "scan.xlsx").location
    told = client.get(address).text
    assert "can’t be imported as it is" in told and "scan.xlsx" in told and "Import it" not in told
    assert send(client, f"{address}/confirm").status_code == 409
    assert listings(directory) == 0


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "C:\\reports\\list.xlsx", "", "about.json", "importing", "imported-7", "....", "\u202excel.exe"],
)
def test_a_files_name_leads_nowhere(tmp_path: Path, name: str) -> None:
    upload = Uploads(tmp_path / "uploads").put(io.BytesIO(b"x"), name, 1, NOW)
    assert upload.path.parent == tmp_path / "uploads" / upload.token
    assert upload.path.read_bytes() == b"x" and upload.path.name != "about.json"


def test_much_may_be_sent_to_this_page_by_staff_alone(app: Flask, directory: Directory, tmp_path: Path) -> None:
    large = tmp_path / "large.xlsx"
    large.write_bytes(b"x" * LARGE)
    assert bring(somebody(app), large).status_code == 303
    counselor = somebody(app, Role.COUNSELOR, "maria")
    assert bring(counselor, large).status_code == 403
    content = {"file": (io.BytesIO(b"x" * LARGE), "large.xlsx")}
    assert app.test_client().post("/staff/import", data=content).status_code == 401
    assert app.test_client().post("/options", data={"words": "x" * LARGE}).status_code == 413
    assert MOST_BYTES > LARGE


def test_a_site_without_importers_has_no_such_page(directory: Directory) -> None:
    client = somebody(create_app(directory, sites.TITLES))
    assert client.get("/staff/import").status_code == 404
    assert "Import a file" not in client.get("/staff").text


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_whole_way_in_a_real_browser(
    browser: Browser, app: Flask, directory: Directory, tmp_path: Path, width: int
) -> None:
    person = a_person(app.extensions["register"], Role.STAFF, "ann", datetime.now(UTC))
    with served(directory, app) as site:
        context = browser.new_context(viewport={"width": width, "height": 900})
        context.add_cookies([{"name": "session", "value": person.session, "url": site}])
        page = context.new_page()
        page.goto(f"{site}/staff")
        page.get_by_role("link", name="Import a file").click()
        assert fits_across(page)
        page.get_by_label("Whose file is it?").select_option(NATIONAL)
        page.locator("#file").set_input_files(book(tmp_path, "614-555-0101"))
        page.get_by_role("button", name="Read what it would change").click()
        assert fits_across(page)
        assert listings(directory) == 0
        page.get_by_role("button", name="Import it").click()
        page.wait_for_url("**/staff/runs/1")
        assert fits_across(page)
        assert listings(directory) == 1
        context.close()


# --- who imports it, and is killed -----------------------------------------------------------------------------------

TAKING_UP: Final = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from directory.uploads import Uploads
uploads = Uploads(Path(sys.argv[1]))
upload = uploads.find(sys.argv[2], int(sys.argv[3]), datetime.now(UTC))
with uploads.taken_up(upload) as ours:
    print(ours, flush=True)
    time.sleep(60)
"""


@contextmanager
def somebody_importing(uploads: Path, upload: Upload) -> Iterator[subprocess.Popen[str]]:
    """A process that has taken a file up, and is killed at the end."""
    command = [sys.executable, "-c", TAKING_UP, str(uploads), upload.token, str(upload.account)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as other:
        assert other.stdout and other.stdout.readline() == "True\n"
        try:
            yield other
        finally:
            other.kill()


def test_a_file_whose_importing_process_is_killed_waits_again_at_once(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    upload = uploads.put(io.BytesIO(b"x"), "list.csv", 1, NOW)
    with somebody_importing(tmp_path / "uploads", upload):
        assert uploads.busy(upload.token)
        with uploads.taken_up(upload) as ours:
            assert not ours
        uploads.erase_old(datetime.now(UTC) + KEPT - timedelta(minutes=1))
        assert upload.path.exists()
    assert not uploads.busy(upload.token)
    with uploads.taken_up(upload) as ours:
        assert ours and uploads.busy(upload.token)
    uploads.erase_old(datetime.now(UTC) + KEPT + timedelta(minutes=1))
    assert not upload.path.exists()


def test_what_somebody_is_importing_is_not_erased_by_leaving_it(
    app: Flask, directory: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("directory.web.staff_import._PATIENCE", 1)
    client = somebody(app)
    address = bring(client, book(tmp_path, "614-555-0101")).location
    folder = directory.settings.instance / "uploads"
    upload = Uploads(folder).find(address.rpartition("/")[2], 1, datetime.now(UTC))
    assert upload
    with somebody_importing(folder, upload):
        assert "being imported at this moment" in client.get(address).text
        assert send(client, f"{address}/cancel").location == address
        assert send(client, f"{address}/confirm").location == address
        assert upload.path.exists() and listings(directory) == 0
    assert "being imported" not in client.get(address).text
    assert send(client, f"{address}/confirm").location == "/staff/runs/1"
    assert listings(directory) == 1 and waiting(directory) == []
