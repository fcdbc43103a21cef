"""The directory as a table: no cell acts as a formula, unknown is empty, withheld stays withheld; our own reader reads it."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from directory import portions, store
from directory.database import Database
from directory.listing import Statement, Vetting
from directory.problems import CannotUnderstand
from directory.vocabulary import VettingState
from importers.delimited import read_csv
from importers.table_export import HEADER, export_table, neutral
from tests.builders import a_provenance
from tests.invented_list import ELM, LOCATE, NOW, OAK, Bring, changed, held

EVIL = ('=HYPERLINK("http://example.org","x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)")


def rows(database: Database, path: Path) -> list[dict[str, str]]:
    count = export_table(database, path, LOCATE, NOW)
    found = read_as_rows(path)
    assert len(found) == count
    return found


def read_as_rows(path: Path) -> list[dict[str, str]]:
    header, *found = read_csv(path).rows
    assert tuple(header) == HEADER
    return [dict(zip(header, row, strict=True)) for row in found]


@pytest.mark.parametrize("text", [*EVIL, "\t=1", "\r=1", "\n=1"])
def test_what_begins_as_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Oak House", "1 = 2", "", "'tis", " =1"])
def test_all_else_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


def test_formulas_come_back_as_text_with_an_apostrophe_and_nothing_else_changed(
    bring: Bring, database: Database, tmp_path: Path
) -> None:
    bring(*(changed(OAK, name=name, street=f'={number} Example, "Street"') for number, name in enumerate(EVIL)))
    found = rows(database, tmp_path / "all.csv")
    assert {row["name"] for row in found} == {f"'{name}" for name in EVIL}
    assert {row["street"] for row in found} == {f'\'={number} Example, "Street"' for number in range(4)}
    texts = [cell for row in found for name, cell in row.items() if name not in ("latitude", "longitude")]
    assert not [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_row_says_what_is_known(bring: Bring, database: Database, tmp_path: Path) -> None:
    bring(OAK, ELM)
    elm = held(database)["Elm House"].id
    by = a_provenance(source="calls")
    with database.writing() as connection:
        store.append(connection, [Statement("calls", "1", by, no=frozenset(("payer.medicaid",)), about=elm)], None)
        store.append_vettings(connection, [(elm, Vetting(VettingState.VETTED, NOW, "staff 1"))])
    oak, told = sorted(rows(database, tmp_path / "all.csv"), key=lambda row: row["name"], reverse=True)
    assert (told["name"], told["street"], told["zip"], told["phones"]) == (
        "Elm House", "2 Example Street", "44113", "216-555-0102",
    )  # fmt: skip
    assert (told["vetting"], oak["vetting"], told["place"], told["longitude"][0]) == ("vetted", "new", "about", "-")
    terms = {code: told[next(name for name in HEADER if name.endswith(f"({code})"))] for code in ("payer.medicaid", "sex.male")}
    assert terms == {"payer.medicaid": "no", "sex.male": ""}


def test_a_withheld_address_is_not_in_it(bring: Bring, database: Database, tmp_path: Path) -> None:
    bring(OAK)
    oak = held(database)["Oak House"].id
    with database.writing() as connection:
        said = Statement("calls", "1", a_provenance(source="calls"), {"confidential": "yes"}, about=oak)
        store.append(connection, [said], None)
    (told,) = rows(database, tmp_path / "all.csv")
    assert (told["street"], told["latitude"], told["longitude"], told["address withheld"]) == ("", "", "", "yes")
    assert "Example Street" not in (tmp_path / "all.csv").read_text(encoding="utf-8-sig")


def test_who_writes_does_not_wait_until_the_whole_table_is_read(
    bring: Bring, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without WAL a writer of SQLite waits for whoever reads, and all who want to read wait for that writer."""
    monkeypatch.setattr(portions, "_AT_ONCE", 1)
    bring(*(changed(OAK, name=f"House {number}", street=f"{number} Example Street") for number in range(6)))
    seen: list[bool] = []

    def write() -> None:
        with database.writing() as connection:
            first = store.ids(connection)[0]
            store.append_vettings(connection, [(first, Vetting(VettingState.VETTED, NOW, "staff 1"))])

    writer = threading.Thread(target=write)

    def locate(*asked: Any) -> Any:
        if not seen:
            writer.start()
        seen.append(not writer.is_alive())
        time.sleep(0.2)
        return LOCATE(*asked)

    assert export_table(database, tmp_path / "all.csv", locate, NOW) == 6
    writer.join()
    assert not seen[0] and seen[-1], "it wrote while the table was being read"
    assert [row["vetting"] for row in read_as_rows(tmp_path / "all.csv")].count("vetted") == 1, "and all is of one moment"


def test_an_empty_directory_is_a_header_and_a_folder_is_no_file(database: Database, tmp_path: Path) -> None:
    assert rows(database, tmp_path / "all.csv") == []
    with pytest.raises(CannotUnderstand, match="this is not a file"):
        export_table(database, tmp_path, LOCATE, NOW)
