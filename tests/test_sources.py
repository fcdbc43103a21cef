"""Each source's example file, read, parsed and normalized, says what stands in the text beside it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from directory.listing import Provenance, Statement
from directory.normalize import ParsedRecord, normalize
from importers.base import Batch, Importer
from importers.sources import SOURCES
from seed_data.make_demo import BOOK, make

HERE = Path(__file__).parent / "sources"
BESIDE = frozenset((".toml", ".expected"))


def example(importer: Importer) -> Path | None:
    """The source's example file; the demo's is the demo itself."""
    if importer.source.name == "demo":
        return BOOK
    found = sorted((HERE / importer.source.name).glob("example.*"))
    return next((path for path in found if path.suffix not in BESIDE), None)


def told(importer: Importer, file: Path) -> str:
    """Everything that the file's rows say, or why they say nothing, as text for a reader."""
    batch = importer.read(file, importer.source)
    return f"{batch.observed_at}, {len(batch.rows)} rows\n" + "".join(f"\n{block}\n" for block in blocks(importer, batch))


def blocks(importer: Importer, batch: Batch) -> Iterator[str]:
    """One paragraph for each row."""
    for row in batch.rows:
        try:
            record = importer.parse(row, batch, importer.source)
        except ValueError as error:
            yield f"{row.where}\n  refused: {error}"
            continue
        yield "\n  ".join([row.where, *lines(importer, batch.observed_at or date(2026, 1, 1), record)])


def lines(importer: Importer, day: date, record: ParsedRecord) -> Iterator[str]:
    """A row's statement, field by field, then its problems."""
    kind = importer.source.kind
    statement, problems = normalize(record, Provenance(importer.source.name, kind, record.where, day, "the test"))
    yield from said(statement) if statement else ["refused"]
    yield from (f"{problem.loudness}: {problem}" for problem in problems)


def said(statement: Statement) -> Iterator[str]:
    """A statement, field by field."""
    yield statement.listing_id
    yield from (f"{name}: {value}" for name, value in statement.values.items())
    yield f"yes: {', '.join(sorted(statement.yes)) or '-'}"
    yield f"no: {', '.join(sorted(statement.no)) or '-'}"


@pytest.mark.parametrize("importer", SOURCES, ids=lambda importer: importer.source.name)
def test_every_source_has_an_example_that_says_what_is_expected(importer: Importer) -> None:
    file = example(importer)
    assert file, f"put an example.* of this source into {HERE / importer.source.name}"
    expected = HERE / importer.source.name / f"{file.stem}.expected"
    found = told(importer, file)
    if not expected.exists():
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(found, encoding="utf-8", newline="\n")
        pytest.fail(f"{expected.name} was missing and has been written: read it before you commit it")
    assert found == expected.read_text(encoding="utf-8")


def test_no_two_sources_share_a_name() -> None:
    names = [importer.source.name for importer in SOURCES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("text", sorted(HERE.glob("*/example.toml")), ids=lambda path: path.parent.name)
def test_an_example_workbook_is_what_its_readable_text_makes(text: Path, tmp_path: Path) -> None:
    make(text, tmp_path / "made.xlsx")
    assert (tmp_path / "made.xlsx").read_bytes() == text.with_suffix(".xlsx").read_bytes()
