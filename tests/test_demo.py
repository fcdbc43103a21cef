"""The demo directory is made from its text, reaches nobody, stands at real places, and lives at every hour of its first day."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from directory import asking, store
from directory.availability import standing
from directory.database import Database
from directory.listing import Listing
from directory.matching.assembling import columns_of
from directory.matching.compose import bridges, compose
from directory.matching.rank import Ranking, rank
from directory.places import Gazetteer
from directory.vocabulary import BedState, VettingState
from importers.demo import importer
from importers.demo_day import SOURCE, tell_day
from importers.demo_day import TEXT as DAY
from importers.pipeline import Order, import_file
from importers.readers import read_workbook
from importers.samhsa_national_directory import COLUMNS
from seed_data.make_demo import BOOK, TEXT, make
from tests import databases

with TEXT.open("rb") as file:
    TOLD = tomllib.load(file)
CENTERS: list[dict[str, str]] = TOLD["center"]
PHONES = ("phone", "intake1", "intake2", "intake1a", "intake2a")
INVENTED_PHONE = re.compile(r"\d{3}-555-01[0-9A-Z]{2}( x\d{1,6})?")
INVENTED_NAME = re.compile(r"Example|Ejemplo|Sample|Fictional|Imaginary|Pretend|Placeholder|Invented|Made-Up|Unnamed")
HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|gov|edu|info|io|health)\b", re.IGNORECASE)


def called(center: dict[str, str]) -> str:
    return center["name1"].strip()


def test_the_workbook_is_what_its_text_makes_byte_for_byte(tmp_path: Path) -> None:
    make(TEXT, tmp_path / "made.xlsx")
    assert (tmp_path / "made.xlsx").read_bytes() == BOOK.read_bytes()


def test_every_center_is_read_by_the_importer_without_a_problem() -> None:
    batch = importer.read(BOOK, importer.source)
    records = [importer.parse(row, batch, importer.source) for row in batch.rows]
    assert len(records) == len(CENTERS) >= 30
    assert len({record.local_id for record in records}) == len(records)
    assert not [problem for record in records for problem in record.problems]


@pytest.mark.parametrize("center", CENTERS, ids=called)
def test_a_center_has_an_invented_name_and_only_invented_numbers(center: dict[str, str]) -> None:
    assert INVENTED_NAME.search(center["name1"])
    numbers = [center[column] for column in PHONES if center.get(column)]
    assert numbers
    assert all(INVENTED_PHONE.fullmatch(number) for number in numbers), numbers


@pytest.mark.parametrize("center", CENTERS, ids=called)
def test_a_center_stands_at_a_real_zip_of_its_city_and_state(center: dict[str, str], gazetteer: Gazetteer) -> None:
    place = gazetteer.postal(center["zip"])
    assert place and (place.city, place.state_province) == (center["city"].strip(), center["state"])


def test_no_real_host_is_named() -> None:
    texts = [cell for rows in read_workbook(BOOK).sheets.values() for row in rows for cell in row]
    assert {host for text in texts for host in HOST.findall(text)} <= {"example.org"}


def test_the_text_names_the_codes_that_it_uses_and_no_others() -> None:
    used = {code for center in CENTERS for code in center["service_code_info"].split()} - {"*"}
    named = [code for codes in TOLD["codes"].values() for code in codes if code != "category"]
    assert sorted(named) == sorted(used)


def test_the_columns_are_those_that_the_real_importer_reads() -> None:
    assert tuple(cell.lower() for cell in read_workbook(BOOK).sheet("Facilities List")[0]) == COLUMNS


@pytest.mark.parametrize(
    "kind, wanted, unwanted",
    [
        ("long residential stay with detox, Medicaid, buprenorphine", "RL RD MD UB", ""),
        ("short residential stay with methadone, Medicaid", "RS MM OTP MD", ""),
        ("residential, medication prescribed elsewhere only", "RES MOA", "UB MM"),
        ("residential without medication", "RES NMOA", "UB MM MOA"),
        ("hospital detox from opioids, alcohol, benzodiazepines", "HI HID ODTX ADTX BDTX", ""),
        ("men only", "RES MALE", "FEM"),
        ("women only", "RES FEM", "MALE"),
        ("women with children", "PW BC FEM", "MALE"),
        ("adolescents only", "CHLD RES", "YAD ADLT SNR"),
        ("outpatient only", "OP", "RES HI"),
        ("outpatient treatment program", "OP OTP OMB", "RES HI"),
        ("sober home", "HH", "RES HI OP SA"),
        ("DUI clients only", "DUO", ""),
        ("alcohol only", "AUDO", ""),
        ("opioids only", "OUDO RES", ""),
        ("residential without opioid treatment", "RES NOOP", ""),
        ("Veterans Affairs", "VAMC RES", ""),
        ("free", "NP RES", ""),
        ("sliding scale without Medicaid", "SS RES", "MD"),
        ("private insurance only", "PI RES", "MD MC SF SI"),
        ("Spanish", "SP RES", ""),
        ("no setting", "SA", "RES HI OP HH"),
        ("no sex and no ages", "RES", "FEM MALE CHLD YAD ADLT SNR"),
        ("RES without SA", "RES", "SA"),
    ],
)  # fmt: skip
def test_the_demo_has_a_center_of_every_kind(kind: str, wanted: str, unwanted: str) -> None:
    coded = [set(center["service_code_info"].split()) for center in CENTERS]
    assert any(set(wanted.split()) <= codes and not set(unwanted.split()) & codes for codes in coded), kind


def test_the_demo_has_the_odd_rows_of_the_real_file() -> None:
    assert any(center["street1"] == "- - -" for center in CENTERS)
    assert any(not center.get("phone") and center.get("intake1") for center in CENTERS)
    assert any(center["name1"] != called(center) for center in CENTERS)
    assert any(" x" in center.get("phone", "") for center in CENTERS)
    shared = [(center["name1"], center.get("phone")) for center in CENTERS]
    assert len(set(shared)) < len(shared)


# --- its day -------------------------------------------------------------------------------------------------------

ANY_NIGHT = datetime(2026, 7, 3, 0, 5, tzinfo=UTC)
CLOCK_GOES_BACK = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
CLOCK_GOES_FORWARD = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
FIRST_RUNS = [*(ANY_NIGHT + timedelta(hours=hours) for hours in range(0, 48, 3)), CLOCK_GOES_BACK, CLOCK_GOES_FORWARD]


class Run(NamedTuple):
    """A first run at some hour: the listings, by name, and the list for the need that a first run asks."""

    now: datetime
    listings: dict[str, Listing]
    ranking: Ranking

    @property
    def tiers(self) -> dict[str, str]:
        """The tier of each listing that was not set aside, by its name."""
        names = {listing.id: name for name, listing in self.listings.items()}
        ids = [self.ranking.columns.ids[position] for position in self.ranking.block.positions]
        return {names[key]: self.ranking.tier(row) for row, key in enumerate(ids)}

    @property
    def aside(self) -> dict[str, str]:
        """What set a listing aside, by its name."""
        names = {listing.id: name for name, listing in self.listings.items()}
        ids = self.ranking.columns.ids
        return {names[ids[at]]: one.criterion.name for one in self.ranking.aside for at in one.positions}


@pytest.fixture(scope="module")
def workbook_alone(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """A database with the demo as its workbook has it."""
    file = Path(shutil.copy(template, tmp_path_factory.mktemp("demo") / "demo.db"))
    database = Database(databases.sqlite_url(file))
    import_file(database, importer, BOOK, Order("a test", FIRST_RUNS[0]))
    database.close()
    return file


@pytest.fixture(params=FIRST_RUNS, ids=lambda now: f"{now:%a-%H-%M}")
def first_run(request: pytest.FixtureRequest, workbook_alone: Path, tmp_path: Path, gazetteer: Gazetteer) -> Iterator[Run]:
    """A first run at one of many hours."""
    file = Path(shutil.copy(workbook_alone, tmp_path / "demo.db"))
    database, now = Database(databases.sqlite_url(file)), request.param
    tell_day(database, Order("a test", now))
    with database.reading() as connection:
        listings = list(store.listings(connection, gazetteer.locate))
    need = asking.read_need(asking.DEMO_NEED, gazetteer, now)
    yield Run(now, {one.name: one for one in listings}, rank(columns_of(listings), need))
    database.close()


def test_a_first_run_shows_a_living_list_at_every_hour(first_run: Run) -> None:
    tiers, aside = first_run.tiers, first_run.aside
    ready = [name for name, tier in tiers.items() if tier == "A"]
    day_and_night = [name for name in ready if str(first_run.listings[name].arrivals) == "24/7"]
    assert len(day_and_night) >= 2
    assert not first_run.ranking.beds.held.any(), "a bed that is held for somebody is nobody else's"
    assert tiers["Made-Up Valley Services, Detox Unit"] == "B"
    assert tiers["Sample Hollow Treatment Center"] == tiers["Example Hall for Men"] == "C"
    assert list(tiers.values()).count("D") >= 4
    assert aside["Imaginary Crossing"] == aside["Casa Ejemplo, Programa Residencial"] == "admit"
    assert (aside["Fictional Ferry House"], aside["Imaginary Oaks Lodge"]) == ("licence", "medication")
    assert aside["Example Spaces House, Short Stay"] == "operating"


def test_the_withdrawal_unit_has_a_named_second_step_and_the_list_keeps_its_promises(first_run: Run) -> None:
    ranking = first_run.ranking
    row = next(row for row in range(len(ranking.block)) if ranking.tier(row) == "B")
    then = ranking.second_step(row)
    assert then is not None and ranking.columns.ids[then] != ranking.columns.ids[ranking.block.positions[row]]
    composed = compose(ranking)
    assert (len(composed.presented), len(composed.backups)) == (3, 2)
    assert [guarantee.sentence for guarantee in composed.guarantees if not guarantee.met] == []


def test_a_family_that_is_not_signed_in_gets_a_good_list_too(first_run: Run) -> None:
    need = replace(first_run.ranking.need, vetted_only=True)
    family = first_run._replace(ranking=rank(first_run.ranking.columns, need))
    tiers, composed = family.tiers, compose(family.ranking)
    assert all(first_run.listings[name].published(first_run.now) for name in tiers)
    assert (len(composed.presented), len(composed.backups)) == (3, 2)
    assert [guarantee.sentence for guarantee in composed.guarantees if not guarantee.met] == []
    assert list(tiers.values()).count("A") >= 2 and list(tiers.values()).count("D") >= 2
    row = next(row for row in range(len(family.ranking.block)) if family.ranking.tier(row) == "B")
    assert family.ranking.second_step(row) is not None
    assert bridges(family.ranking, 3, range(len(family.ranking.block)))
    assert family.ranking.counts()["trust"] >= 3


def test_two_clinics_start_medication_the_same_day(first_run: Run) -> None:
    clinics = [one for one in first_run.listings.values() if one.says("moud.same_day")]
    assert len(clinics) == 2
    assert all(clinic.says("setting.outpatient", "payer.medicaid") for clinic in clinics)
    assert "24/7" in {str(clinic.arrivals) for clinic in clinics}


def test_holds_run_out_attempts_change_nothing_and_a_complaint_suspends(first_run: Run) -> None:
    def now_stands(name: str) -> BedState | None:
        found = standing(first_run.listings[name].reports, first_run.now, lambda _bucket: True)
        return found.state if found else None

    assert now_stands("Fictional General Hospital, Withdrawal Unit") is BedState.HELD
    bridge = first_run.listings["Placeholder Bridge, Residential Opioid Program"]
    assert bridge.reports[-1].state is BedState.NO_ANSWER and now_stands(bridge.name) is BedState.LIMITED
    maple = first_run.listings["Example Maple House"]
    assert maple.reports[-1].state is BedState.HELD and now_stands(maple.name) is None
    assert first_run.tiers[maple.name] == "D"
    assert first_run.listings["Example Spaces House, Short Stay"].vetting(first_run.now) is VettingState.SUSPENDED


def test_the_day_is_told_once_and_names_every_state(workbook_alone: Path, tmp_path: Path, gazetteer: Gazetteer) -> None:
    database = Database(databases.sqlite_url(Path(shutil.copy(workbook_alone, tmp_path / "demo.db"))))
    tell_day(database, Order("a test", ANY_NIGHT))
    with database.reading() as connection:
        told, before = len(store.latest_digests(connection, SOURCE)), store.counter(connection)
        run = store.newest_run(connection, SOURCE)
    tell_day(database, Order("a test", ANY_NIGHT + timedelta(days=1)))
    with database.reading() as connection:
        assert store.counter(connection) == before
        everybody = list(store.listings(connection, gazetteer.locate))
    database.close()
    assert told >= 12 and run is not None and run.summary["refused"] == 0
    states = {report.state for listing in everybody for report in listing.reports}
    assert states >= set(BedState) - {BedState.WALK_IN, BedState.CLOSED_TO_INTAKE}
    assert {listing.vetting(ANY_NIGHT) for listing in everybody} == set(VettingState) - {VettingState.REJECTED}


def test_the_day_names_nobody_real() -> None:
    text = DAY.read_text(encoding="utf-8")
    assert set(HOST.findall(text)) <= {"example.org"} and not re.search(r"\d{3}-\d{3}-\d{4}", text)
    named = tomllib.loads(text)["center"]
    assert len({center["center"] for center in named}) == len(named)
    assert all(center["shows"] for center in named)
