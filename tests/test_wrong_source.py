"""A file given to the wrong importer is called another publisher's, with the importer that reads it."""

from pathlib import Path

import pytest

from importers.sources import SOURCES, others_file

EXAMPLES = Path(__file__).parent / "sources"
FILES = {one.parent.name: one for one in sorted(EXAMPLES.glob("*/example.*")) if one.suffix in (".xlsx", ".csv", ".json")}
REAL = [one.source.name for one in SOURCES if one.source.name != "demo"]


@pytest.mark.parametrize("name", [*REAL, "listings"])
@pytest.mark.parametrize("owner", sorted(FILES))
def test_the_importer_that_reads_a_file_is_named(owner: str, name: str) -> None:
    told = others_file(name, FILES[owner])
    assert [one.fix for one in told] == ([] if name == owner else [f"Import it as {owner}"])


def test_a_file_that_nobody_reads_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("nothing of the kind\n", encoding="utf-8")
    assert others_file("california_dhcs", tmp_path / "note.txt") == ()
    assert others_file("listings", tmp_path / "note.txt") == ()
