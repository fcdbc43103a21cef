"""FindTreatment.gov's download button: a table with one row a facility and one column a code, `1` where it applies.

The file does not say what its codes mean, and between two editions of SAMHSA's list 35 were renamed and two reused (`MI`,
`SSA`): the set of columns tells the edition, and a file in which it does not is refused. A place that is listed for
substance use and again for mental health is one listing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from directory.normalize import ParsedRecord
from directory.problems import Loudness, Problem
from importers import samhsa
from importers.any_table import read_any_table
from importers.base import Batch, Importer, Meaning, Row, Source, refuse

COLUMNS: Final = (
    "name1", "name2", "street1", "street2", "city", "state", "zip", "zip4", "county", "phone", "intake_prompt",
    "intake1", "intake2", "website", "latitude", "longitude", "type_facility",
)  # fmt: skip
SIDES: Final = {"su": samhsa.SUBSTANCE_USE, "sa": samhsa.SUBSTANCE_USE, "mh": samhsa.MENTAL_HEALTH}
_IN_EVERY_EDITION: Final = "both"
_UNNAMED: Final = "unnamed"


def read(path: Path, source: Source) -> Batch:
    """The facilities and what the code columns of this edition mean; refuses a file whose edition can't be told."""
    sheet = read_any_table(path)
    rows = sheet.table(COLUMNS)
    header = [column for column in rows[0].left if column and column not in COLUMNS] if rows else []
    unnamed = {code.casefold() for code in source.codes[_UNNAMED]}
    edition = _edition(path.name, header, source.codes) if header else {}
    codes = samhsa.meanings(path.name, ((code, *edition[code]) for code in header if code in edition), source)
    codes |= {column: _nobody_knows(column) for column in header if column not in edition and column not in unnamed}
    problems = (*sheet.problems, *_unexplained(path.name, rows, [code for code in header if code in unnamed]))
    return Batch(rows, samhsa.day_in(path.name), codes, problems, frozenset())


def _nobody_knows(column: str) -> Meaning:
    return Meaning(unknown=frozenset((f"the column {column}, whose name belongs into importers/samhsa_site_codes.toml",)))


def _edition(file: str, header: list[str], tables: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Category and name of each code, by column, in the one edition whose own codes are among the columns."""
    editions = {name: dict(_codes(table)) for name, table in tables.items() if name not in (_UNNAMED, _IN_EVERY_EDITION)}
    found = []
    for name, codes in editions.items():
        others = {code for other, theirs in editions.items() if other != name for code in theirs}
        if any(column in codes and column not in others for column in header):
            found.append(name)
    if len(found) != 1:
        held = f"columns of the editions {' and '.join(found)}" if found else "no column that only one edition has"
        what = "the file does not tell of which edition its codes are, and MI and SSA do not mean the same in all"
        raise refuse(file, what, held, "Use the whole file as FindTreatment.gov gives it, with all of its columns")
    return dict(_codes(tables[_IN_EVERY_EDITION])) | editions[found[0]]


def _codes(table: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, tuple[str, str]]]:
    for category, names in table.items():
        for code, name in names.items():
            yield code.casefold(), (category, name)


def _unexplained(file: str, rows: list[Row], unnamed: list[str]) -> Iterator[Problem]:
    """A word about columns that no list explains, where they hold anything."""
    for column in unnamed:
        count = sum(bool(row.look(column).strip()) for row in rows)
        if count:
            what = f"the column “{column}” is explained by no list of SAMHSA's; it was left out"
            yield Problem(Loudness.NOTICE, file, what, f"{count:,} rows")


def parse(row: Row, batch: Batch, source: Source) -> ParsedRecord:
    """One facility as one of the two lists has it. Raises BadRow, in words, for a list that nobody knows."""
    written = row.take("type_facility").strip()
    side = SIDES.get(written.casefold())
    if side is None:
        raise row.bad(f"the type of facility “{written}” is neither SU nor MH", "type_facility")
    ticked = {}
    problems = []
    for code, meaning in batch.codes.items():
        flag = row.take(code).strip()
        if flag == "1":
            ticked[code] = (meaning,)
        elif flag:
            row.doubt(meaning.yes | meaning.no | meaning.implied)
            what = f"the column “{code}” should hold 1 or nothing; the value was left out"
            problems.append(Problem(Loudness.VALUE, row.at(code), what, flag[:80], "Use the file as the publisher gives it"))
    return replace(samhsa.facility(row, source, ticked), side=side, problems=tuple(problems))


importer = Importer(
    Source.beside(__file__), read, parse, "the .csv or .xlsx of FindTreatment.gov's download button", samhsa.JOINING
)
