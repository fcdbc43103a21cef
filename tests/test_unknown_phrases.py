"""A phrase that nobody knows stops the file and says where to add it, or costs its own facts alone where somebody says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from directory.database import Database
from directory.problems import CannotUnderstand, Loudness
from directory.vocabulary import Answer
from importers.base import Batch, Meaning, Row, Source, said_by
from importers.pipeline import import_file
from importers.samhsa_national_directory import importer as national
from seed_data.workbook import Rows
from tests.invented_list import ASH, ELM, IMPORTER, OAK, ORDER, SOURCE, Bring, changed, counts, held, loud, read, state
from tests.workbooks import CODES, HEADER, a_book, a_facility

SKIPPING = replace(ORDER, skip_unknown=True)
ODD = (OAK, changed(ELM, services="bed swimming"), changed(ASH, services="swimming sauna"))


def test_unknown_phrases_stop_the_file_with_the_one_place_to_add_them(bring: Bring, database: Database) -> None:
    before = state(database)
    with pytest.raises(CannotUnderstand) as refused:
        bring(*ODD)
    (problem,) = refused.value.problems
    assert problem.loudness is Loudness.FILE and problem.where == "list.csv"
    assert problem.what == "2 phrases are not known here; nothing was imported"
    assert problem.found == ("swimming (2 rows, first row 3, column “services”); sauna (1 row: row 4, column “services”)")
    assert problem.fix == (
        "Say what each means in [phrases] of importers/invented_list.toml, or leave those facts out: --skip-unknown"
    )
    assert state(database) == before


def test_skipping_leaves_out_those_facts_alone_and_counts_them_by_phrase(bring: Bring, database: Database) -> None:
    summary = bring(*ODD, order=SKIPPING)
    assert counts(summary) == (3, 0, 0, 0, 0)
    assert held(database)["Elm House"].says("setting.residential")
    told = [(one.where, one.what) for one in loud(summary, Loudness.VALUE)]
    assert told == [
        ("list.csv, row 3, column “services”", "“swimming” is not known here; left out of 2 rows"),
        ("list.csv, row 4, column “services”", "“sauna” is not known here; left out of 1 row"),
    ]


def test_a_phrase_added_to_the_table_is_read_the_next_time(bring: Bring, database: Database) -> None:
    bring(*ODD, order=SKIPPING)
    water = Meaning(frozenset(("payer.sliding_scale",)))
    knowing = replace(IMPORTER, source=replace(SOURCE, phrases={**SOURCE.phrases, "swimming": water, "sauna": water}))
    assert counts(bring(*ODD, importer=knowing)) == (0, 2, 1, 0, 0)
    assert held(database)["Ash House"].says("payer.sliding_scale")


def test_phrases_of_people_who_do_not_note_them_cost_the_row() -> None:
    unknown = SOURCE.meaning("swimming")
    with pytest.raises(ValueError, match="nobody has said what “swimming” means"):
        said_by([SOURCE.phrases["bed"], unknown])
    row = Row("here", 2, {})
    assert row.said({"services": [SOURCE.phrases["bed"], unknown]}).yes == {"setting.residential"}
    assert row.unknown == {"swimming": "here"}


def test_a_phrase_is_known_whatever_its_spaces_or_by_its_other_name() -> None:
    assert SOURCE.meaning("  bed ") == SOURCE.meaning("Beds: bed", otherwise="bed") == SOURCE.phrases["bed"]
    assert SOURCE.meaning("swim", called="SW = “swim”").unknown == {"SW = “swim”"}


def test_a_service_that_the_workbooks_own_sheet_names_and_nobody_knows_stops_it(database: Database, tmp_path: Path) -> None:
    sheet: Rows = [*CODES, ["TC", "Type of Care", "SW", "Swimming", ""], ["TC", "Type of Care", "SN", "Sauna", ""]]
    book = a_book(tmp_path, [HEADER, a_facility(service_code_info="SA RES * SW")], sheet)
    with pytest.raises(CannotUnderstand) as refused:
        import_file(database, national, book, ORDER)
    (problem,) = refused.value.problems
    assert problem.found == (
        "SW = “Swimming” (Type of Care) (1 row: row 2, column “service_code_info”);"
        " SN = “Sauna” (Type of Care) (0 rows: sheet “Service Code Reference”, row 5, column “service_name”)"
    )
    assert "importers/samhsa_phrases.toml" in problem.fix
    summary = import_file(database, national, book, SKIPPING)
    assert counts(summary) == (1, 0, 0, 0, 0)
    assert [one.what.partition(";")[2] for one in loud(summary, Loudness.VALUE)] == [
        " left out of 1 row", " left out of 0 rows",
    ]  # fmt: skip


def test_a_row_is_not_held_beside_what_was_made_of_it(bring: Bring, tmp_path: Path) -> None:
    kept: list[Row] = []

    def reading(path: Path, source: Source) -> Batch:
        batch = read(path, source)
        kept.extend(batch.rows)
        return batch

    assert counts(bring(OAK, ELM, importer=replace(IMPORTER, read=reading))) == (2, 0, 0, 0, 0)
    assert len(kept) == 2 and not any(row.filled for row in kept)


def test_codes_that_the_workbooks_own_sheet_lacks_stop_it_too(database: Database, tmp_path: Path) -> None:
    file = a_book(tmp_path, [HEADER, a_facility(service_code_info="SA * QQ RES"), a_facility(name1="Another House")])
    with pytest.raises(CannotUnderstand) as refused:
        import_file(database, national, file, ORDER)
    (problem,) = refused.value.problems
    assert problem.what == "1 phrase is not known here; nothing was imported"
    assert problem.found == (
        "the code QQ, which is not in the workbook's own sheet of codes (1 row: row 2, column “service_code_info”)"
    )
    assert problem.fix == (
        "Say what each means in [phrases] of importers/samhsa_phrases.toml, a code in the workbook's own sheet of codes, "
        "or leave those facts out: --skip-unknown"
    )
    summary = import_file(database, national, file, SKIPPING)
    assert counts(summary) == (2, 0, 0, 0, 0) and held(database)["Example House"].says("setting.residential")


SETTINGS = "Service Setting (e.g., Outpatient, Residential, Inpatient, etc.)"


def test_what_was_left_out_of_a_closed_list_is_no_no(database: Database, tmp_path: Path) -> None:
    """A code for beds that nobody knows yet, beside one for outpatient care: whether there are beds is not known."""
    codes: Rows = [
        *CODES, ["SET", SETTINGS, "OP", "Outpatient", ""], ["SET", SETTINGS, "NEW", "Beds in a garden", ""],
        ["SG", "Sex", "MALE", "Male", ""],
    ]  # fmt: skip
    rows = [HEADER, a_facility(service_code_info="SA * OP NEW * MALE"), a_facility(name1="Known House", service_code_info="OP")]
    import_file(database, national, a_book(tmp_path, rows, codes), SKIPPING)
    garden, known = held(database)["Example House"], held(database)["Known House"]
    assert garden.answer("setting.outpatient") is Answer.YES and garden.answer("setting.residential") is Answer.UNKNOWN
    assert garden.answer("sex.female") is Answer.NO, "a list in which everything was understood is closed as ever"
    assert known.answer("setting.residential") is Answer.NO


@pytest.mark.parametrize(
    ("among", "denied"),
    [((), {"b", "d"}), (({"b"},), {"d"}), (({"x"},), {"b", "d"}), (({"a"}, {"d"}), set()), ((set(),), set())],
)
def test_a_list_is_closed_where_nothing_of_it_was_misunderstood(among: tuple[set[str], ...], denied: set[str]) -> None:
    row = Row("here", 2, {})
    row.doubt(*map(frozenset[str], among))
    assert row.answered(frozenset("ac"), [("a", "b"), ("c", "d")]) == denied
