"""The report on the publishers' files: made in a directory of its own, with every file, also where one is refused."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from directory.problems import CannotUnderstand
from importers import quality

ROOT = Path(__file__).parent.parent
EXAMPLES = Path(__file__).parent / "sources"
DOCUMENT = ROOT / "docs" / "data-quality.md"
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
FILES = {
    "national-directory-2023.xlsx": "samhsa_national_directory/example.xlsx",
    "site-download-2025-08-19.csv": "samhsa_site_download/example.csv",
    "locator-reply-2025.json": "samhsa_locator/example.json",
    "california-dhcs-2026.json": "california_dhcs/example.json",
    "opioid-treatment-2026.csv": "opioid_treatment_programs/example.csv",
    "hsds-3.1/service_full.json": "hsds/example.json",
    "county-2026.csv": "spreadsheet/county.csv",
    "county-2026.toml": "spreadsheet/county.toml",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files")
    for name, example in FILES.items():
        (made / name).parent.mkdir(exist_ok=True)
        shutil.copy(EXAMPLES / example, made / name)
    return made


def test_every_source_is_imported_and_counted(folder: Path) -> None:
    told = quality.measured(folder, NOW)
    assert [one.source for one in told.summaries] == [*(source for source, _ in quality.NAMED), "example_county"]
    assert [one.source for one in told.summaries if not one.imported] == []
    assert told.listings == sum(one.new for one in told.summaries) > 10


def test_a_file_that_is_refused_stands_in_the_report_and_costs_no_other(tmp_path: Path, folder: Path) -> None:
    shutil.copy(folder / "california-dhcs-2026.json", tmp_path)
    (tmp_path / "national-directory-2023.xlsx").write_bytes(b"%PDF-1.7\n")
    words = quality.in_words(quality.measured(tmp_path, NOW))
    (refused,) = [line for line in words.splitlines() if "national-directory-2023.xlsx" in line and "not taken" in line]
    assert refused.endswith("| samhsa_national_directory | not taken | 0 | – | 0 | 1 |")
    assert "| california-dhcs-2026.json | california_dhcs |" in words
    assert "| the file | 1 |" in words


def test_a_folder_without_such_files_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(CannotUnderstand, match="no file that an importer reads is there.*--files FOLDER"):
        quality.measured(tmp_path, NOW)


def test_the_committed_report_is_what_the_real_files_give(real_files: Path) -> None:
    assert quality.in_words(quality.measured(real_files, NOW)) == DOCUMENT.read_text(encoding="utf-8")
