"""How many rows a second each source is imported at, beside the floor of reading its file alone with its library."""

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from python_calamine import CalamineWorkbook

from benchmarks.imports import new_directory, timed
from importers import listing_line
from importers.attempts import Attempt, bring
from importers.orders import Order
from importers.sources import SOURCES

ROOT: Final = Path(__file__).parent.parent
REAL_FILES: Final = Path(os.environ.get("REAL_FILES") or ROOT.parent / "shared" / "data")
REAL: Final = {
    "samhsa_national_directory": "national-directory-su-facilities-2023.xlsx",
    "samhsa_site_download": "findtreatment-site-download-MA-2025-08-19.csv",
    "samhsa_locator": "findtreatment-locator-reply-VA-2019.json",
    "california_dhcs": "california-dhcs-sud-licences-2026-08.json",
}
"""The publishers' real files, by source; a source that has none at hand is measured on a file made from its example."""
MADE_ROWS: Final = 5_000
_INVENTED: Final = "demo"
_OBSERVED: Final = date(2026, 6, 1)
_NAMES: Final = frozenset(("id", "name1", "program name", "application_number"))
_LISTS: Final = ("records", "rows", "contents", "service_at_locations")


def measure_sources(tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """For each source: its file, rows, seconds of reading it alone and of importing it into an empty directory."""
    names = [one.source.name for one in SOURCES if one.source.name != _INVENTED]
    with TemporaryDirectory() as folder:
        return [_measured(name, Path(folder), tell) for name in (*names, listing_line.SOURCE)]


def in_words(told: list[dict[str, Any]]) -> list[str]:
    """The figures, one line a source."""
    lines = ["Import by source, into an empty directory, without the index; floor: the file read alone by its library"]
    return lines + [
        f"{one['source']:26} {one['rows']:>7,} rows {one['seconds']:>8.2f} s {one['rows_a_second']:>9,.0f} rows a second"
        f"   floor {one['floor']:.3f} s, {one['over']:.0f} times it   {one['file']}"
        for one in told
    ]


def _measured(name: str, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    file, mapping = _file(name, folder)
    tell(f"importing {file.name} as {name}")
    floor, _ = timed(lambda: _read_alone(file))
    directory = new_directory(folder / f"{name}-instance")
    order = Order("benchmark", datetime.now(UTC), force_because="a benchmark takes files of any size", observed_at=_OBSERVED)
    try:
        seconds, summary = timed(lambda: bring(directory.database, Attempt(name, file, order, mapping)))
    finally:
        directory.database.close()
    return {
        "source": name,
        "file": file.name,
        "rows": summary.rows,
        "listings": summary.new,
        "floor": floor,
        "seconds": seconds,
        "rows_a_second": summary.rows / seconds,
        "over": seconds / floor,
    }


def _file(name: str, folder: Path) -> tuple[Path, Path | None]:
    """A source's file, and for a table the mapping that it needs."""
    real = REAL_FILES / REAL.get(name, "-")
    if real.is_file():
        return real, None
    made = folder / f"{name}-made"
    if name == listing_line.SOURCE:
        _make_listings(made)
        return made, None
    beside = sorted((ROOT / "tests" / "sources" / name).glob("*.*"))
    example = next(file for file in beside if file.suffix in _MADE_FROM)
    mapping = example.with_suffix(".toml")
    made = made.with_suffix(example.suffix)
    _MADE_FROM[example.suffix](example, made)
    return made, mapping if mapping.exists() else None


def _make_csv(example: Path, made: Path) -> None:
    """The example's rows again and again, each under a name of its own, below what stands above them."""
    with example.open(encoding="latin-1", newline="") as file:
        lines = list(csv.reader(file))
    top, at = next((line, place) for line, cells in enumerate(lines) for place, cell in enumerate(cells) if _is_name(cell))
    above, rows = lines[: top + 1], lines[top + 1 :]
    with made.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerows(above)
        for number in range(MADE_ROWS):
            row = rows[number % len(rows)]
            writer.writerow([*row[:at], f"{row[at]} {number}", *row[at + 1 :]])


def _is_name(title: str) -> bool:
    return title.strip().casefold() in _NAMES


def _make_json(example: Path, made: Path) -> None:
    made.write_text(json.dumps(_grown(json.loads(example.read_bytes()))), encoding="utf-8")


_MADE_FROM: Final[Mapping[str, Callable[[Path, Path], Any]]] = {".csv": _make_csv, ".json": _make_json, ".xlsx": shutil.copy}
"""How a file is made from an example, by the example's kind; of a workbook it is the example itself."""


def _make_listings(made: Path) -> None:
    """The full listing of docs/listings.md again and again, each under an id of its own."""
    made.write_text("".join(_listings()), encoding="utf-8")


def _listings() -> Iterator[str]:
    example = (ROOT / "docs" / "listings.md").read_text(encoding="utf-8").split("```json\n")[2]
    header, line = example.splitlines()[:2]
    yield f"{header}\n"
    for number in range(MADE_ROWS):
        yield json.dumps(json.loads(line) | {"id": f"listings:example-{number}"}) + "\n"


def _grown(document: Any) -> Any:
    """A document whose list of rows is repeated, each row and its own places under a name of its own."""
    key = next(name for name in _LISTS if name in document)
    rows = document[key]
    grown = [_renamed(rows[number % len(rows)], number) for number in range(MADE_ROWS)]
    counts = {name: MADE_ROWS for name in ("record_count", "recordCount", "total_items") if name in document}
    return document | counts | {key: grown}


def _renamed(row: dict[str, Any], number: int) -> dict[str, Any]:
    named = {name: f"{value} {number}" if name.casefold() in _NAMES and value else value for name, value in row.items()}
    inner = {name: [_renamed(one, number) for one in row[name]] for name in _LISTS if isinstance(row.get(name), list)}
    return named | inner


def _read_alone(file: Path) -> int:
    """How many rows or values the file's library finds, and nothing else done with them."""
    if file.suffix == ".xlsx":
        return len(CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python())
    if file.suffix == ".json":
        return len(json.loads(file.read_bytes()))
    if not file.suffix:
        with file.open("rb") as lines:
            return sum(1 for line in lines if json.loads(line))
    with file.open(encoding="latin-1", newline="") as rows:
        return sum(1 for _ in csv.reader(rows))
