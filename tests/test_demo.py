"""The demo directory is made from its text, reaches nobody, and stands at real places."""

import re
import tomllib
from pathlib import Path

import pytest

from directory.places import bundled_places
from importers.demo import importer
from importers.readers import read_workbook
from importers.samhsa_national_directory import COLUMNS
from seed_data.make_demo import BOOK, TEXT, make

with TEXT.open("rb") as file:
    TOLD = tomllib.load(file)
CENTERS: list[dict[str, str]] = TOLD["center"]
PHONES = ("phone", "intake1", "intake2", "intake1a", "intake2a")
CITIES = {(place.postal_code, place.city, place.state_province) for place in bundled_places()}
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
def test_a_center_stands_at_a_real_zip_of_its_city_and_state(center: dict[str, str]) -> None:
    assert (center["zip"], center["city"].strip(), center["state"]) in CITIES


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
