"""Directories in Open Referral's format: documents, packages and feeds say the same, and what is none is refused in words."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from directory.database import Database
from directory.hours import DAYS
from directory.problems import CannotUnderstand
from directory.referral import Directory
from directory.settings import Settings
from directory.web import create_app
from importers import commands, documents, hsds_package, hsds_places
from importers.base import Meaning, Source, Wanted
from importers.contents import LARGEST_FILE, digest_of
from importers.hsds import importer
from importers.hsds_feed import fetch
from importers.hsds_hours import intake_hours
from importers.orders import Order
from importers.pipeline import import_file
from importers.polite import Guest
from tests import databases
from tests.services import Service, a_service

EXAMPLE = Path(__file__).parent / "sources" / "hsds" / "example.json"
SOURCE = importer.source
NOW = datetime(2026, 6, 1, tzinfo=UTC)
TABLES = {
    "service": "id,organization_id,name,status,last_modified\n"
    "s1,o1,Detox Unit,active,2026-05-01\ns2,o1,Pantry,active,2026-05-01\n",
    "organization": "id,name,website\no1,Example Recovery,https://recovery.example.org\n",
    "location": "id,organization_id,latitude,longitude\nl1,o1,39.96,-82.99\n",
    "address": "id,location_id,address_1,city,state_province,postal_code,address_type\n"
    "a1,l1,100 Example Street,Columbus,OH,43215,physical\n",
    "phone": "id,service_id,number,type,description\np1,s1,614-555-0101,voice,\np2,s1,614-555-0102,voice,Admissions\n",
    "service_at_location": "id,service_id,location_id\nx1,s1,l1\nx2,s2,l1\n",
    "schedule": 'id,service_id,freq,byday,opens_at,closes_at,description\nh1,s1,WEEKLY,"MO,TU",08:00,17:00,Intake\n',
    "attribute": "id,link_id,link_entity,taxonomy_term_id\nb1,s1,service,t1\nb2,s2,service,t2\n",
    "taxonomy_term": "id,code,name,taxonomy\nt1,,Detox,Open Eligibility\nt2,,Food Pantry,Open Eligibility\n",
}
OLDER = TABLES | {
    "physical_address": TABLES["address"].replace(",address_type", "").replace(",physical", ""),
    "postal_address": "id,location_id,address_1,city,state_province,postal_code\nz1,l1,P.O. Box 5,Columbus,OH,43216\n",
    "regular_schedule": "id,service_id,weekday,opens_at,closes_at,description\n"
    "h1,s1,Monday,08:00,17:00,Intake\nh2,s1,Tuesday,08:00,17:00,Intake\n",
    "service_taxonomy": "id,service_id,taxonomy_id,taxonomy_detail\nb1,s1,t1,\nb2,s2,,Food Pantry\n",
    "taxonomy": "id,name,parent_id,vocabulary\nt1,Detox,,Open Eligibility\n",
}
for renamed in ("address", "schedule", "attribute", "taxonomy_term"):
    del OLDER[renamed]


def a_folder(folder: Path, tables: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def a_zip(file: Path, tables: dict[str, str], inside: str = "export/") -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in tables.items():
            package.writestr(f"{inside}{name}.csv", text)
    return file


def told(path: Path, source: Source = SOURCE) -> list[dict[str, Any]]:
    batch = importer.read(path, source)
    records = [importer.parse(row, batch, source) for row in batch.rows]
    return [{"id": one.local_id, "on": one.observed_at, "yes": one.yes, "no": one.no} | one.values for one in records]


def refused(path: Path) -> str:
    with pytest.raises(CannotUnderstand) as error:
        importer.read(path, SOURCE)
    return str(error.value)


# --- packages -----------------------------------------------------------------------------------------------------


def test_a_package_is_the_same_as_folder_and_archive_old_and_new(tmp_path: Path) -> None:
    [new] = told(a_folder(tmp_path / "new", TABLES))
    [old] = told(a_folder(tmp_path / "old", OLDER))
    [packed] = told(a_zip(tmp_path / "new.zip", TABLES))
    several = {"addresses" if name == "address" else f"{name}s": text for name, text in TABLES.items()}
    [plural] = told(a_folder(tmp_path / "plural", several))
    assert new == packed == old == plural
    assert (new["program"], new["address_1"], new["phone"], new["intake_1"]) == (
        "Detox Unit", "100 Example Street", "614-555-0101", "614-555-0102",
    )  # fmt: skip
    assert (new["intake_hours"], new["on"]) == ("Mo 08:00-17:00; Tu 08:00-17:00", date(2026, 5, 1))
    assert new["yes"] == {"care.substance_use", "care.withdrawal", "status.operating"}


def test_a_folder_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    one, same = a_folder(tmp_path / "one", TABLES), a_folder(tmp_path / "same", TABLES)
    before = digest_of(one)
    assert before == digest_of(same)
    (one / "phone.csv").write_text(TABLES["phone"].replace("0101", "0103"), encoding="utf-8")
    assert digest_of(one) != before


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"readme": "x"}, "the package has no services"),
        ({name: text for name, text in TABLES.items() if name != "service"}, "the package has no services"),
        (TABLES | {"service": TABLES["service"].replace("s1,", 's1,"')}, "quotation mark"),
        (TABLES | {"attribute": "id,link_id\n"}, "no service with an address is about treatment"),
    ],
)
def test_a_package_that_is_none_is_refused(tmp_path: Path, tables: dict[str, str], words: str) -> None:
    assert words in refused(a_zip(tmp_path / "package.zip", tables))


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = a_zip(tmp_path / "bomb.zip", TABLES | {"service": "id\n" + "0" * (LARGEST_FILE + 1)})
    assert bomb.stat().st_size < 1 << 20
    assert "unpacks to more than a directory can be" in refused(bomb)


def test_many_tables_of_one_name_and_archives_that_are_cut_are_refused(tmp_path: Path) -> None:
    twice = a_zip(tmp_path / "twice.zip", TABLES)
    with zipfile.ZipFile(twice, "a") as package:
        package.writestr("other/Service.csv", TABLES["service"])
    assert "the package has a table twice" in refused(twice)
    crowd = a_zip(tmp_path / "crowd.zip", {f"t{number}": "" for number in range(hsds_package.MOST_FILES + 1)})
    assert "more files than a package does" in refused(crowd)
    spoiled = a_zip(tmp_path / "spoiled.zip", TABLES)
    raw = spoiled.read_bytes()
    spoiled.write_bytes(raw[:60] + bytes(len(raw[60:120])) + raw[120:])
    assert "damaged" in refused(spoiled)


# --- documents ----------------------------------------------------------------------------------------------------


def services() -> list[dict[str, Any]]:
    return list(json.loads(EXAMPLE.read_text(encoding="utf-8"))["contents"])


def a_document(folder: Path, document: Any) -> Path:
    file = folder / "services.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_a_service_a_list_and_a_page_say_the_same(tmp_path: Path) -> None:
    page = told(EXAMPLE)
    assert told(a_document(tmp_path, services())) == page
    assert told(a_document(tmp_path, services()[0])) == page[:1]


@pytest.mark.parametrize("document", [{}, {"id": "1"}, 7, {"contents": "x"}, {"contents": [7]}])
def test_a_document_without_services_is_refused(tmp_path: Path, document: Any) -> None:
    assert "service" in refused(a_document(tmp_path, document))


def test_nothing_is_gone_and_nothing_is_a_bed_tonight(tmp_path: Path) -> None:
    batch = importer.read(EXAMPLE, SOURCE)
    assert batch.covers == frozenset()
    assert not any("capacity" in record for record in told(EXAMPLE))


def test_a_file_of_which_a_service_has_no_day_does_not_guess_one(tmp_path: Path) -> None:
    undated = [{key: value for key, value in service.items() if key != "last_modified"} for service in services()]
    assert importer.read(a_document(tmp_path, undated), SOURCE).observed_at is None


def test_a_day_that_is_still_to_come_is_not_believed(tmp_path: Path) -> None:
    late = [services()[0] | {"last_modified": "2199-01-01"}]
    assert [one["on"] for one in told(a_document(tmp_path, late))] == [date(2026, 5, 1)]


def test_numbers_that_belong_to_one_directory_do_not_meet_those_of_another(tmp_path: Path) -> None:
    here = services()[3]
    there = here | {"organization": {"name": "Another Example"}}
    ids = {one["id"] for one in told(a_document(tmp_path, [here, there])) if one["id"].startswith("77-")}
    assert len(ids) == 2


def test_treatment_without_an_address_is_told_apart_from_no_treatment(tmp_path: Path) -> None:
    by_telephone = services()[0] | {"service_at_locations": []}
    assert "have no address, so that nobody could go there (found: 1 of 1 service)" in refused(
        a_document(tmp_path, [by_telephone])
    )
    assert "no service with an address is about treatment of substance use" in refused(a_document(tmp_path, []))


def test_the_publishers_own_examples_are_read(real_files: Path) -> None:
    folder = real_files / "hsds-3.0-examples"
    assert "about treatment of substance use" in refused(folder / "service_full.json")
    assert "found: 1 service; by their terms “name” 1). If one of these is, say what its term means" in refused(
        folder / "service_full.json"
    )
    assert "found: 1 service, without any term that says what it is). Ask the sender" in refused(folder / "csv")
    knowing = replace(SOURCE, phrases={"name": Meaning(yes=frozenset(("care.substance_use",)))})
    [one] = told(folder / "service_full.json", knowing)
    assert (one["organization"], one["program"]) == ("Example Organization Inc.", "Community Counselling")
    assert (one["city"], one["postal_code"], one["address_1"]) == ("MyCity", "ABC 1234", "")
    assert one["on"] == date(2023, 3, 15)
    assert "no service with an address" in refused(folder / "csv")


# --- hours --------------------------------------------------------------------------------------------------------


def a_schedule(**other: Any) -> dict[str, Any]:
    return {"freq": "WEEKLY", "byday": "MO,FR", "opens_at": "08:00:00", "closes_at": "17:30Z", "description": "Intake"} | other


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        (a_schedule(), "Mo 08:00-17:30; Fr 08:00-17:30"),
        (a_schedule(description="Office hours"), ""),
        (a_schedule(description=None, notes="admissions only"), "Mo 08:00-17:30; Fr 08:00-17:30"),
        (a_schedule(interval=2), ""),
        (a_schedule(byday="1MO"), ""),
        (a_schedule(freq="MONTHLY", bymonthday="1"), ""),
        (a_schedule(freq="DAILY", byday=""), "; ".join(f"{day} 08:00-17:30" for day in DAYS)),
        (a_schedule(valid_to="2020-01-01"), ""),
        (a_schedule(valid_from="2027-01-01"), ""),
        (a_schedule(opens_at="soon"), ""),
    ],
)  # fmt: skip
def test_only_what_speaks_of_intake_every_week_is_taken_for_intake_hours(schedule: dict[str, Any], hours: str) -> None:
    assert intake_hours([schedule], date(2026, 5, 1)) == hours


def test_one_rule_that_is_not_understood_leaves_all_out() -> None:
    assert intake_hours([a_schedule(), a_schedule(interval=2)], date(2026, 5, 1)) == ""


# --- a feed -------------------------------------------------------------------------------------------------------

Answer = Callable[[str, dict[str, str]], tuple[int, Any]]


@pytest.fixture
def served() -> Iterator[Callable[[Answer], str]]:
    """A server on this machine that answers (path, query) as it is told to; gives its address."""

    class Handler(Service):
        answer: ClassVar[Answer]

        def do_GET(self) -> None:  # noqa: N802
            parts = urlsplit(self.path)
            status, document = type(self).answer(parts.path, {name: many[0] for name, many in parse_qs(parts.query).items()})
            self.say(status, json.dumps(document).encode(), Retry_After="0")

    with ExitStack() as services:
        yield lambda answer: services.enter_context(a_service(Handler, answer=staticmethod(answer))) + "/api/services"


def fetched(url: str, folder: Path) -> Path:
    return fetch(Wanted(base_url=url), folder, NOW, lambda *_: None, Guest(pause=0, first_wait=0, tries=3))


def paged(path: str, query: dict[str, str]) -> tuple[int, Any]:
    """One service a page, told in short; each in full under its own address."""
    if path != "/api/services":
        return 200, next(service for service in services() if path == f"/api/services/{service['id']}")
    number = int(query["page"])
    short = {key: value for key, value in services()[number - 1].items() if key in ("id", "name")}
    return 200, {"total_pages": len(services()), "page_number": number, "contents": [short]}


def test_a_feed_is_followed_through_its_pages_to_each_service(served: Callable[[Answer], str], tmp_path: Path) -> None:
    file = fetched(served(paged), tmp_path)
    assert file.name == "hsds-127-0-0-1-2026-06-01.json"
    assert importer.read(file, SOURCE).observed_at == date(2026, 6, 1)
    assert told(file) == told(EXAMPLE)


def test_a_feed_whose_pages_together_are_too_much_is_given_up(
    served: Callable[[Answer], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(path: str, query: dict[str, str]) -> tuple[int, Any]:
        asked.append(query.get("page", path))
        return 200, {"total_pages": 9, "page_number": int(query["page"]), "contents": services()[:1]}

    held = documents.Held("")
    held.hold("a page", json.dumps(counted("", {"page": "1"})[1]).encode())
    monkeypatch.setattr(documents, "MOST_MEMORY", held.memory * 5 // 2)
    asked.clear()
    with pytest.raises(CannotUnderstand, match="the feed: its pages hold more values together than a directory can have"):
        fetched(served(counted), tmp_path)
    assert asked == ["1", "2", "3"] and not list(tmp_path.iterdir())


def test_a_busy_feed_is_asked_again(served: Callable[[Answer], str], tmp_path: Path) -> None:
    asked: list[str] = []

    def busy(path: str, query: dict[str, str]) -> tuple[int, Any]:
        asked.append(path)
        return (429, {}) if len(asked) == 1 else (200, services())

    assert told(fetched(served(busy), tmp_path)) == told(EXAMPLE)


def test_services_that_all_have_everything_everywhere_are_refused_before_it_is_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One telephone of three places is looked at three times; the places themselves do not count."""
    (service,) = services()[:1]
    place = service["service_at_locations"][0] | {"phones": [], "schedules": []}
    place["location"] = {"addresses": place["location"]["addresses"]}
    plain = {"id": "s", "name": "S", "organization": {"name": "O"}, "attributes": service["attributes"]}
    many = plain | {"phones": [{"number": "6145550101"}], "service_at_locations": [place] * 3}
    file = tmp_path / "county.json"
    file.write_text(json.dumps([many]), encoding="utf-8")
    looked_at = 3 * (1 + len(service["attributes"]) + len(place["location"]["addresses"]))
    monkeypatch.setattr(hsds_places, "MOST_IN_ALL", looked_at)
    assert len(importer.read(file, SOURCE).rows) == 3
    monkeypatch.setattr(hsds_places, "MOST_IN_ALL", looked_at - 1)
    with pytest.raises(CannotUnderstand, match="county.json, service 1: the services have more telephones, hours and terms"):
        importer.read(file, SOURCE)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The program's commands around an empty directory of their own."""
    url = databases.sqlite_url(tmp_path / "directory.db")
    databases.fill(url)
    directory = Directory(Settings.from_environment({"INSTANCE": str(tmp_path / "instance"), "DATABASE_URL": url}))
    app = create_app(directory, {})
    commands.register(app)
    with app.app_context():
        yield app
    directory.database.close()


def test_a_feed_and_a_package_have_one_command(app: Flask, served: Callable[[Answer], str], tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    by_address = runner.invoke(args=["import", "hsds", "--url", served(lambda *_: (200, services()[:1])), "--json"])
    assert by_address.exit_code == 0, by_address.output
    assert json.loads(by_address.stdout)["new"] == 1
    folder = a_folder(tmp_path / "package", TABLES)
    by_folder = runner.invoke(args=["import", "hsds", str(folder), "--json"])
    assert (by_folder.exit_code, json.loads(by_folder.stdout)["new"]) == (0, 1)
    again = runner.invoke(args=["import", "hsds", str(folder), "--json"])
    assert (json.loads(again.stdout)["unchanged"], json.loads(again.stdout)["new"]) == (1, 0)
    assert runner.invoke(args=["import", "hsds"]).exit_code == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"total_pages": 2, "page_number": 1, "contents": []}, "page 1 of 2 is empty"),
        ({"contents": [services()[0]]}, "it does not say how many pages it has"),
        ({"total_pages": 10**9, "contents": [services()[0]]}, "it does not say how many pages it has"),
        ({"total_pages": 3, "page_number": 1, "contents": [services()[0]]}, "where page 2 was asked for"),
        ({"total_pages": 1, "contents": [7]}, "other things than services"),
        ({"message": "hello"}, "without the list “contents”"),
    ],
)
def test_a_feed_that_does_not_answer_as_one_leaves_nothing_behind(
    served: Callable[[Answer], str], tmp_path: Path, answer: Any, words: str
) -> None:
    with pytest.raises(CannotUnderstand, match=words):
        fetched(served(lambda *_: (200, answer)), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "url",
    ["http://example.org/services", "https://10.0.0.1/services", "https://169.254.169.254/x", "services", "ftp://127.0.0.1/x"],
)
def test_nobody_is_sent_into_a_private_network_or_by_plain_http(tmp_path: Path, url: str) -> None:
    with pytest.raises(CannotUnderstand):
        fetched(url, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_term_of_such_a_service_that_nobody_knows_stops_the_file_unless_it_is_left_out(
    tmp_path: Path, sqlite_database: Database
) -> None:
    told = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    told["contents"][0]["attributes"].append({"taxonomy_term": {"name": "Canary Songs Therapy"}})
    file = tmp_path / "county.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(CannotUnderstand) as refused:
        import_file(sqlite_database, importer, file, Order("the test", NOW))
    assert "Canary Songs Therapy" in str(refused.value) and "[phrases]" in str(refused.value)
    assert "Food Pantry" not in str(refused.value), "what is not taken need not be understood"
    summary = import_file(sqlite_database, importer, file, Order("the test", NOW, skip_unknown=True))
    assert summary.imported and summary.new == 3
