"""SAMHSA's files: what their codes mean in which edition, which book a workbook is, and one place on two lists."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from directory import store
from directory.database import Database
from directory.listing import Provenance, Statement
from directory.problems import CannotUnderstand
from importers import samhsa, samhsa_locator, samhsa_national_directory, samhsa_site_download
from importers.base import Batch, Importer
from importers.pipeline import Order, import_file
from importers.understanding import Understood, understand
from seed_data.workbook import Cell, write_workbook
from tests.workbooks import CODES, HEADER, a_book, a_facility

DAY = date(2026, 3, 1)
ORDER = Order("a test", datetime(2026, 3, 13, 20, 0, tzinfo=UTC), observed_at=DAY)
TABLES = samhsa_site_download.importer.source.codes
MENTAL_HEALTH = ["TC", "Type of Care", "MH", "Mental health treatment", ""]
OF_2025, OF_2026 = ("moti", "stag"), ("ssu", "tricare")
GOOD = {"name1": "Example House", "street1": "1 Example Street", "city": "Columbus", "state": "OH", "zip": "43215"} | {
    "phone": "614-555-0101",
    "type_facility": "SU",
}


def a_row(*codes: str, **cells: str) -> dict[str, str]:
    return GOOD | cells | dict.fromkeys(codes, "1")


def a_download(path: Path, codes: Sequence[str], *rows: dict[str, str], name: str = "download.csv") -> Path:
    file = path / name
    columns = (*samhsa_site_download.COLUMNS, *codes)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return file


def said_in(importer: Importer, file: Path) -> tuple[Batch, Understood]:
    batch = importer.read(file, importer.source)
    source = importer.source
    provenance = Provenance(source.name, source.kind, file.name, DAY, "the test")
    return batch, understand(importer, batch, provenance, lambda *_: None)


def statements(file: Path) -> list[Statement]:
    return said_in(samhsa_site_download.importer, file)[1].statements


# --- codes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["2025-08", "2026-02"])
def test_every_code_of_an_edition_has_a_meaning_and_one_place(edition: str) -> None:
    named = [
        (code.casefold(), category, name)
        for part in ("both", edition)
        for category, names in TABLES[part].items()
        for code, name in names.items()
    ]
    assert len({code for code, _, _ in named}) == len(named) == 312
    assert set(samhsa.meanings("the table", named, samhsa_site_download.importer.source)) == {code for code, _, _ in named}


def test_the_reused_codes_mean_what_their_edition_says(tmp_path: Path) -> None:
    older = statements(a_download(tmp_path, ("mi", "ssa", *OF_2025), a_row("mi", "ssa")))[0]
    newer = statements(a_download(tmp_path, ("mi", "ssa", *OF_2026), a_row("mi", "ssa")))[0]
    assert older.yes == {"payer.military", "before.substance_use_screening", "status.operating"}
    assert newer.yes == {"approach.motivational_interviewing", "licence.state_substance_use", "status.operating"}


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (("mi", "ssa", "res"), "no column that only one edition has"),
        ((*OF_2025, *OF_2026, "mi"), "columns of the editions 2025-08 and 2026-02"),
    ],
)
def test_where_the_columns_do_not_tell_the_edition_nobody_guesses(tmp_path: Path, codes: tuple[str, ...], found: str) -> None:
    with pytest.raises(CannotUnderstand) as refused:
        statements(a_download(tmp_path, codes, a_row("mi")))
    assert refused.value.problems[0].found == found


def test_columns_that_nobody_knows_are_named_all_at_once_or_left_out(sqlite_database: Database, tmp_path: Path) -> None:
    file = a_download(tmp_path, (*OF_2025, "qqq", "zzz", "res"), a_row("res", "qqq"))
    importer = samhsa_site_download.importer
    with pytest.raises(CannotUnderstand) as refused:
        import_file(sqlite_database, importer, file, ORDER)
    (problem,) = refused.value.problems
    assert all(word in problem.found for word in ("qqq", "zzz", "samhsa_site_codes.toml"))
    summary = import_file(sqlite_database, importer, file, replace(ORDER, skip_unknown=True))
    assert (summary.new, summary.refused) == (1, 0)


def test_services_that_nobody_knows_are_named_all_at_once_or_left_out(sqlite_database: Database, tmp_path: Path) -> None:
    row = '{"name1": "Example House", "city": "Columbus", "state": "OH", "zip": "43215", "typeFacility": "SA", "services":'
    file = tmp_path / "reply.json"
    file.write_text(f'{{"rows": [{row} [{{"f1": "Type of Care", "f2": "TC", "f3": "Detoxification; Magic; More magic"}}]}}]}}')
    importer = samhsa_locator.importer
    with pytest.raises(CannotUnderstand) as refused:
        import_file(sqlite_database, importer, file, ORDER)
    (problem,) = refused.value.problems
    where = "row 1, column “services”"
    assert problem.found == f"“Magic” (Type of Care) (1 row: {where}); “More magic” (Type of Care) (1 row: {where})"
    assert import_file(sqlite_database, importer, file, replace(ORDER, skip_unknown=True)).new == 1


def test_a_column_that_no_list_explains_is_told_only_where_it_is_used(tmp_path: Path) -> None:
    silent, _ = said_in(samhsa_site_download.importer, a_download(tmp_path, ("ubn", *OF_2025), a_row()))
    used, _ = said_in(samhsa_site_download.importer, a_download(tmp_path, ("ubn", *OF_2025), a_row("ubn")))
    assert [problem.found for problem in silent.problems] == []
    assert [problem.found for problem in used.problems] == ["1 rows"]


def test_a_workbook_says_the_same_as_the_text(tmp_path: Path) -> None:
    columns = (*samhsa_site_download.COLUMNS, "mi", *OF_2025)
    row = a_row("mi", "moti", zip="02139", latitude="42.3601", longitude="-71.0942")
    told: list[list[Cell]] = [[column.upper() for column in columns], [row.get(column, "") for column in columns]]
    write_workbook(tmp_path / "book.xlsx", {"Sheet1": told}, DAY)
    (from_book,) = statements(tmp_path / "book.xlsx")
    (from_text,) = statements(a_download(tmp_path, ("mi", *OF_2025), row))
    assert (from_book.local_id, from_book.values, from_book.yes) == (from_text.local_id, from_text.values, from_text.yes)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("FindTreament_Facility_listing_2025_08_19_101500.csv", date(2025, 8, 19)),
        ("findtreatment-site-download-MA-2025-08-19.csv", date(2025, 8, 19)),
        ("listing_2025_13_40.csv", None),
        ("listing_120250819.csv", None),
        ("download (1).csv", None),
    ],
)
def test_the_day_is_in_the_name_or_nowhere(name: str, day: date | None) -> None:
    assert samhsa.day_in(name) == day


# --- one place on two lists ------------------------------------------------------------------------------------------

CARE = ("mh", "sa", "res", "op", "md", "mc", "adlt", "chld", "fem", "male", "vet", *OF_2025)


def joined(path: Path, *rows: dict[str, str]) -> Understood:
    return said_in(samhsa_site_download.importer, a_download(path, CARE, *rows))[1]


def test_a_place_on_both_lists_is_one_listing_and_the_rule_is_told(tmp_path: Path) -> None:
    said = joined(tmp_path, a_row("sa", "op", "fem"), a_row("mh", "vet", type_facility="MH"))
    (one,) = said.statements
    assert {"care.substance_use", "care.mental_health", "program.veterans"} <= one.yes
    (problem,) = said.problems
    assert (problem.what, problem.found) == (samhsa.JOINING.rule, "1 place")
    assert one.provenance.reference == "download.csv, row 2 and row 3"


def test_whom_and_where_a_mental_health_program_takes_is_not_said_of_the_other(tmp_path: Path) -> None:
    (one,) = joined(
        tmp_path, a_row("sa", "op", "md", "adlt", "fem"), a_row("mh", "res", "mc", "chld", "male", type_facility="MH")
    ).statements
    assert {"setting.residential", "age.child", "sex.male"} <= one.no
    assert not {"payer.medicare", "setting.residential", "sex.male"} & one.yes


def test_the_telephone_of_the_substance_use_row_stands_and_a_missing_one_is_filled(tmp_path: Path) -> None:
    own = joined(tmp_path, a_row(), a_row(type_facility="MH", intake1="614-555-0177")).statements[0].values
    filled = joined(tmp_path, a_row(phone=""), a_row(type_facility="MH", intake1="614-555-0177")).statements[0].values
    assert (own["phone"], own.get("intake_1")) == ("6145550101", None)
    assert (filled["phone"], filled["intake_1"]) == ("6145550101", "6145550177")


@pytest.mark.parametrize("other", [{"street1": "2 Example Street"}, {"name2": "Clinic"}, {"zip": "43201"}, {"city": "Bexley"}])
def test_what_differs_in_name_or_place_stays_apart(tmp_path: Path, other: dict[str, str]) -> None:
    said = joined(tmp_path, a_row(), a_row(type_facility="MH", **other))
    assert (len(said.statements), said.problems) == (2, [])


def test_a_list_that_has_a_place_twice_is_not_joined_by_guess(tmp_path: Path) -> None:
    said = joined(tmp_path, a_row(phone="614-555-0102"), a_row(), a_row(type_facility="MH", phone="614-555-0103"))
    assert len(said.statements) == 3


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    rows = [a_row("sa", "op"), a_row("mh", "res", type_facility="MH")]

    def made(ones: Iterable[dict[str, str]]) -> list[tuple[str, frozenset[str], frozenset[str]]]:
        return [(one.local_id, one.yes, one.no) for one in joined(tmp_path, *ones).statements]

    assert made(rows) == made(reversed(rows))


def test_the_place_of_a_withheld_address_is_withheld_too(tmp_path: Path) -> None:
    where = {"street1": "- - -", "street2": "Rear", "latitude": "42.4036", "longitude": "-71.1201"}
    (one,) = joined(tmp_path, a_row(**where), a_row(type_facility="MH", **where)).statements
    assert one.values["confidential"] is True
    assert not one.values.keys() & {"address_1", "address_2", "latitude", "longitude"}


def test_a_flag_that_can_not_be_read_denies_nothing(tmp_path: Path) -> None:
    (one,) = joined(tmp_path, a_row("sa", "op", res="yes")).statements
    assert "setting.outpatient" in one.yes and "setting.residential" not in one.yes | one.no


@pytest.mark.parametrize(
    ("codes", "beds"), [(("mh", "res"), "unknown"), (("mh", "sa", "res"), "yes"), (("mh", "op"), "no"), (("sa", "res"), "yes")]
)
def test_beds_of_a_mental_health_program_are_asked_about(tmp_path: Path, codes: tuple[str, ...], beds: str) -> None:
    (one,) = joined(tmp_path, a_row(*codes, type_facility="MH" if "mh" in codes else "SU")).statements
    said = "yes" if "setting.residential" in one.yes else "no" if "setting.residential" in one.no else "unknown"
    assert said == beds


def test_a_place_has_one_name_in_all_of_their_files(tmp_path: Path) -> None:
    (of_site,) = statements(a_download(tmp_path, OF_2025, a_row()))
    reply = tmp_path / "reply.json"
    reply.write_text(
        '{"page": 1, "totalPages": 1, "recordCount": 1, "rows": [{"name1": "EXAMPLE  House", "street1": "1 Example Street",'
        '"city": "Columbus", "state": "OH", "zip": "43215-0001", "typeFacility": "SA", "services": null}]}'
    )
    (of_locator,) = said_in(samhsa_locator.importer, reply)[1].statements
    book = a_book(tmp_path, [HEADER, a_facility(name1="Example House", street1="1 Example Street")])
    (of_book,) = said_in(samhsa_national_directory.importer, book)[1].statements
    assert of_site.local_id == of_locator.local_id == of_book.local_id


# --- two books of one source -----------------------------------------------------------------------------------------


@pytest.fixture
def books(tmp_path: Path) -> tuple[Path, Path]:
    """The same place in the book of substance use and, with its headings in capitals, in that of mental health."""
    (tmp_path / "su").mkdir()
    (tmp_path / "mh").mkdir()
    capitals: list[Cell] = [str(column).upper() for column in HEADER]
    return (
        a_book(tmp_path / "su", [HEADER, a_facility()]),
        a_book(tmp_path / "mh", [capitals, a_facility(service_code_info="MH * RES")], [*CODES, MENTAL_HEALTH]),
    )


def test_one_book_takes_nothing_from_the_other(sqlite_database: Database, books: tuple[Path, Path]) -> None:
    importer = samhsa_national_directory.importer
    first, second, again = (import_file(sqlite_database, importer, book, ORDER) for book in (*books, books[0]))
    assert (first.new, second.new, second.changed, second.gone) == (1, 1, 0, 0)
    assert (again.unchanged, again.changed, again.gone) == (1, 0, 0)
    with sqlite_database.reading() as connection:
        ids = store.latest_digests(connection, importer.source.name)
    assert {one.startswith("mh-") for one in ids} == {True, False}


def test_a_newer_book_of_mental_health_still_says_what_is_gone(
    sqlite_database: Database, tmp_path: Path, books: tuple[Path, Path]
) -> None:
    importer = samhsa_national_directory.importer
    for book in books:
        import_file(sqlite_database, importer, book, ORDER)
    other = a_facility(name1="Another House", service_code_info="MH")
    newer = import_file(sqlite_database, importer, a_book(tmp_path, [HEADER, other], [*CODES, MENTAL_HEALTH]), ORDER)
    assert (newer.new, newer.gone) == (1, 1)
