"""Each source's example file, read, parsed and normalized, says what stands in the text beside it.

Beside an example workbook stands the readable text that it was made from, beside a table's example the mapping that it needs.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from directory.listing import Provenance, Statement
from directory.normalize import ParsedRecord, normalize
from importers.base import Batch, Importer
from importers.row import BadRow
from importers.sources import SOURCES
from importers.understanding import headings_of, join
from seed_data.make_demo import BOOK, make

HERE = Path(__file__).parent / "sources"
BESIDE = frozenset((".toml", ".expected"))


def examples(importer: Importer) -> list[Path]:
    """The source's example files; the demo's is the demo itself."""
    if importer.source.name == "demo":
        return [BOOK]
    return [path for path in sorted((HERE / importer.source.name).glob("*.*")) if path.suffix not in BESIDE]


def reading(importer: Importer, file: Path) -> Importer:
    """What reads an example: the source's importer, or the one that the mapping beside it makes."""
    return importer.mapped(file.with_suffix(".toml"), False) if importer.mapped else importer


EXAMPLES = [(importer, file) for importer in SOURCES for file in examples(importer)]


def told(importer: Importer, file: Path) -> str:
    """Everything that the file's rows say, or why they say nothing, as text for a reader."""
    batch = importer.read(file, importer.source)
    return f"{batch.observed_at}, {len(batch.rows)} rows\n" + "".join(f"\n{block}\n" for block in blocks(importer, batch))


def blocks(importer: Importer, batch: Batch) -> Iterator[str]:
    """What the file's reading had to say; one paragraph for each row, and one for each listing that several rows make."""
    yield from (f"{problem.loudness}: {problem}" for problem in batch.problems)
    records = []
    for row in batch.rows:
        try:
            record = importer.parse(row, batch, importer.source)
        except ValueError as error:
            where = error.where if isinstance(error, BadRow) else row.where
            yield f"{where}\n  refused: {error}"
            continue
        records.append(record)
        yield "\n  ".join([row.where, *lines(importer, batch, record)])
    for record in join(records, importer.joining, "the file", {})[0]:
        if record not in records:
            yield "\n  ".join([record.where, *lines(importer, batch, record)])


def lines(importer: Importer, batch: Batch, record: ParsedRecord) -> Iterator[str]:
    """A row's statement, field by field, then its problems."""
    day = batch.observed_at or date(2026, 1, 1)
    provenance = Provenance(importer.source.name, importer.source.kind, record.where, day, "the test")
    statement, problems = normalize(record, provenance, headings_of(importer.source, batch))
    yield from said(statement) if statement else ["refused"]
    yield from (f"{problem.loudness}: {problem}" for problem in problems)


def said(statement: Statement) -> Iterator[str]:
    """A statement, field by field."""
    yield statement.listing_id
    yield from (f"{name}: {value}" for name, value in statement.values.items())
    yield f"yes: {', '.join(sorted(statement.yes)) or '-'}"
    yield f"no: {', '.join(sorted(statement.no)) or '-'}"


@pytest.mark.parametrize("importer", SOURCES, ids=lambda importer: importer.source.name)
def test_every_source_has_an_example(importer: Importer) -> None:
    assert examples(importer), f"put an example.* of this source into {HERE / importer.source.name}"


@pytest.mark.parametrize(("importer", "file"), EXAMPLES, ids=lambda one: one.stem if isinstance(one, Path) else one.source.name)
def test_every_example_says_what_is_expected(importer: Importer, file: Path) -> None:
    expected = HERE / importer.source.name / f"{file.stem}.expected"
    found = told(reading(importer, file), file)
    if not expected.exists():
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(found, encoding="utf-8", newline="\n")
        pytest.fail(f"{expected.name} was missing and has been written: read it before you commit it")
    assert found == expected.read_text(encoding="utf-8")


def test_no_two_sources_share_a_name() -> None:
    names = [importer.source.name for importer in SOURCES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("book", sorted(HERE.glob("*/*.xlsx")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_example_workbook_is_what_its_readable_text_makes(book: Path, tmp_path: Path) -> None:
    make(book.with_suffix(".toml"), tmp_path / "made.xlsx")
    assert (tmp_path / "made.xlsx").read_bytes() == book.read_bytes()


@pytest.mark.parametrize("importer, file", EXAMPLES, ids=[f"{one.source.name}-{file.name}" for one, file in EXAMPLES])
def test_every_field_of_a_table_has_a_heading_that_problems_can_name(importer: Importer, file: Path) -> None:
    read = reading(importer, file)
    headings, source = read.read(file, read.source).rows[0].headings, read.source
    named = {*source.columns, *source.made_from.values()}
    assert named <= headings.keys()
