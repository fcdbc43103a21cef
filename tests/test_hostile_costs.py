"""What the worst files cost: each is really written, and read in a process whose memory and time are looked at."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, cast

import pytest

from importers.bounds import MOST_IMPORTED
from seed_data.workbook import parts
from tests import databases
from tests.workbooks import COLUMNS_IN_A_MAPPING, DAY, END, FIRST_SHEET

MOST_MEGABYTES = 500
MOST_SECONDS = 60
MOST_MINUTES = 20
"""For what takes a minute of a quiet machine, of which a run of all tests leaves little to each."""
LARGEST = os.environ.get("LARGEST") == "1"
largest = pytest.mark.skipif(not LARGEST, reason="the largest that is permitted takes minutes: LARGEST=1 tries it")
READ = """
import json, re, resource, sys
from pathlib import Path
from directory.problems import CannotUnderstand
from importers.any_table import read_any_table
from importers.documents import read_json

path = Path(sys.argv[1])
try:
    told = read_json(path) if path.suffix == ".json" else read_any_table(path).table(())
    said = f"{len(told)} things"
except CannotUnderstand as error:
    said = str(error)
own = re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"said": said, "megabytes": (int(own) + child) / 1024}))
"""


class Cost(NamedTuple):
    said: str
    megabytes: float


def cost(file: Path) -> Cost:
    """What reading the file says and takes, the parent's memory and its child's together."""
    if sys.platform != "linux":
        pytest.skip("the most memory that a process had is only known on Linux")
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", READ, str(file)]
    done = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, check=True, cwd=root, text=True)
    return Cost(**json.loads(done.stdout))


def packed(file: Path, changed: dict[str, str]) -> Path:
    """A workbook with some of its parts changed, compressed."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name, content in (parts({"List": [["Name", "MARK"]]}, DAY) | changed).items():
            book.writestr(name, content)
    return file


def sheet(rows: str) -> dict[str, str]:
    return {FIRST_SHEET: parts({"List": [["Name"]]}, DAY)[FIRST_SHEET].replace(END, rows + END)}


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def many_rows(count: int, text: str) -> str:
    told = io.StringIO()
    for number in range(2, count + 2):
        told.write(f'<row r="{number}">{text_cell(f"A{number}", text)}</row>')
    return told.getvalue()


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {one} "{f"&{before};" * 10}">' for before, one in zip("abcdefgh", "bcdefghi", strict=True)
)
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def entities(kind: str) -> dict[str, str]:
    told = sheet(f'<row r="2">{text_cell("A2", "&i;")}</row>')[FIRST_SHEET]
    return {FIRST_SHEET: told.replace(XML, f"{XML}{kind}]>")}


TWENTY = "<c><v>12</v></c>" * 20
BOOKS: dict[str, tuple[Callable[[], dict[str, str]], str]] = {
    "a cell of 10 MB": (lambda: sheet(f"<row r=\"2\">{text_cell('A2', 'x' * (10 << 20))}</row>"), "a cell holds 10485760"),
    "a cell of 300 MB": (lambda: sheet(f'<row r="2">{text_cell("A2", "x" * (300 << 20))}</row>'), "memory"),
    "more than can be unpacked": (lambda: {"xl/bomb.bin": "0" * (600 << 20)}, "unpacks to 600 MB"),
    "a cell in the last column": (lambda: sheet(f'<row r="2">{text_cell("XFD2", "x")}</row>'), "a cell XFD2"),
    "a cell in the last row": (lambda: sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "a cell A1048576"),
    "a cell beyond all": (lambda: sheet('<row r="2"><c r="ZZZZZ2"><v>1</v></c></row>'), "a cell ZZZZZ2"),
    "rows without end": (lambda: sheet(many_rows(6_000, "0" * 32_000)), "more than 96 million characters"),
    "all the text that can be": (lambda: sheet(many_rows(240_000, "some text of a center " * 15)), "240000 things"),
    "more cells than can be": (lambda: sheet(f"<row>{TWENTY}</row>" * 120_000), "more memory or time"),
    "entities that grow": (lambda: entities(ENTITIES), "declares entities of its own"),
    "entities from elsewhere": (lambda: entities('<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">'), "declares entities"),
    "entities far below": (
        lambda: sheet(f"{many_rows(9_000, 'x' * 300)}<!DOCTYPE x [<!ENTITY i SYSTEM 'file:///etc/passwd'>]>"),
        "declares entities",
    ),
}  # fmt: skip


@pytest.mark.parametrize("made, words", BOOKS.values(), ids=list(BOOKS))
def test_a_hostile_workbook_costs_little_and_is_refused(tmp_path: Path, made: Callable[[], dict[str, str]], words: str) -> None:
    said, megabytes = cost(packed(tmp_path / "book.xlsx", made()))
    assert words in said
    assert megabytes < MOST_MEGABYTES


TEXTS: dict[str, tuple[str, Callable[[], str], str]] = {
    "commas without end": ("list.csv", lambda: "," * (60 << 20), "longer than any row"),
    "lines without end": ("list.csv", lambda: "x" + "\n" * (60 << 20), "larger than a directory can be"),
    "columns without end": ("list.csv", lambda: ",".join(f"c{n}" for n in range(1_000_000)), "longer than any row"),
    "a value of 10 MB": ("list.csv", lambda: "Name,City\n" + "x" * (10 << 20) + ",y\n", "longer than any row"),
    "wide letters": ("list.csv", lambda: "Name,City\n" + ("🏠" * 500 + ",y\n") * 30_000, "30000 things"),
    "a full table": ("list.csv", lambda: "Name,City,State\n" + "Example House,Columbus,OH\n" * 249_000, "249000 things"),
    "wide and empty": (
        "list.csv",
        lambda: ",".join(f"c{n}" for n in range(332)) + ("\n1" + "," * 331) * 40_000,
        "40000 things",
    ),
    "wide and full": (
        "list.csv",
        lambda: ",".join(f"c{n}" for n in range(332)) + ("\n" + "1," * 331 + "1") * 8_000,
        "2,500,000 filled cells",
    ),
    "objects without end": ("list.json", lambda: "[" + '{"":0},' * (4 << 20) + "{}]", "more values than"),
    "wide letters in a document": ("list.json", lambda: '["🏠","' + "x" * (31 << 20) + '"]', "2 things"),
    "many objects": (
        "list.json",
        lambda: "[" + ",".join(['{"name":"Example House","city":"Dayton"}'] * 250_000) + "]",
        "things",
    ),
}


@pytest.mark.parametrize("name, made, words", TEXTS.values(), ids=list(TEXTS))
def test_a_hostile_text_costs_little(tmp_path: Path, name: str, made: Callable[[], str], words: str) -> None:
    file = tmp_path / name
    file.write_text(made(), encoding="utf-8")
    said, megabytes = cost(file)
    assert words in said
    assert megabytes < MOST_MEGABYTES


def test_the_federal_directory_is_read_with_room_to_spare(real_files: Path) -> None:
    said, megabytes = cost(real_files / "national-directory-su-facilities-2023.xlsx")
    assert said == "12744 things"
    assert megabytes < MOST_MEGABYTES / 2


# --- a whole import --------------------------------------------------------------------------------------------------

IMPORT = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from directory.database import Database
from directory.problems import CannotUnderstand
from importers.pipeline import Order, import_file
from importers.sources import SOURCES

source, file, url = sys.argv[1:]
(importer,) = (one for one in SOURCES if one.source.name == source)
order = Order("a test", datetime.now(UTC), force_because="a test", observed_at=date(2026, 1, 1), skip_unknown=True)
try:
    print(import_file(Database(url), importer, Path(file), order).new)
except CannotUnderstand as error:
    print(error)
"""
EVERY: Final = 0.02


def family(process: int) -> Iterator[int]:
    """A process and all that it started, as long as they are there."""
    yield process
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from family(int(child))


def megabytes(process: int) -> float:
    """What a process has of the memory, what it shares counted in parts; 0 of one that has ended."""
    with suppress(OSError, TypeError):
        told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        return int(cast("re.Match[str]", re.search(r"^Pss:\s*(\d+) kB", told, re.MULTILINE))[1]) / 1024
    return 0


class Whole(NamedTuple):
    said: str
    megabytes: float
    processes: int


def watched(command: list[str], seconds: float = MOST_SECONDS, **surroundings: str) -> Whole:
    """What a command says within so many seconds, and what it takes at most at one moment with all that it starts."""
    if sys.platform != "linux":
        pytest.skip("what processes have together is only known on Linux")
    most, together, until = 0.0, 0, time.monotonic() + seconds
    with subprocess.Popen(
        command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=os.environ | surroundings,
    ) as running:  # fmt: skip
        while running.poll() is None and time.monotonic() < until:
            processes = [*family(running.pid)]
            most, together = max(most, sum(map(megabytes, processes))), max(together, len(processes))
            time.sleep(EVERY)
        running.kill()
        return Whole(running.stdout.read().strip() if running.stdout else "", most, together)


@pytest.fixture
def whole_import(tmp_path: Path, filled_file: Path) -> Callable[[str, Path], Whole]:
    """What a whole import says and takes at most at one moment, parent and child together."""

    def cost_of(source: str, file: Path) -> Whole:
        shutil.copy(filled_file, tmp_path / "directory.db")
        return watched([sys.executable, "-c", IMPORT, source, str(file), databases.sqlite_url(tmp_path / "directory.db")])

    return cost_of


@pytest.fixture
def in_the_terminal(tmp_path: Path) -> Callable[..., Whole]:
    """The same of `flask --app app import` on a machine's first day: tables, ZIP codes, the import, and the index."""

    def cost_of(*words: str | Path) -> Whole:
        command = [sys.executable, "-m", "flask", "--app", "app", "import", *map(str, words)]
        return watched(command, 60 * MOST_MINUTES, INSTANCE=str(tmp_path / "instance"), DATABASE_URL="")

    return cost_of


# --- in the terminal, with the index ----------------------------------------------------------------------------------

MAPPING = f"""name = "long_table"
title = "A long table"
publisher = "A test"
licence = "Invented"
kind = "web"
observed = "2026-03-01"
at_least = 1
at_most = 250000
{COLUMNS_IN_A_MAPPING}website = "Web"
[always]
terms = ["status.operating", "setting.residential", "care.substance_use"]
"""


def a_long_table(folder: Path, rows: int, name: Callable[[int], str]) -> tuple[str | Path, ...]:
    """What to import of a table of so many rows, all of one ZIP code and one telephone."""
    (folder / "long.toml").write_text(MAPPING)
    rest = "Columbus,OH,43215,614-555-0101,www.example.org"
    lines = (f"{name(number)},{number} Elm Street,{rest}/{number}\n" for number in range(rows))
    with (folder / "long.csv").open("w", encoding="utf-8") as file:
        file.write("Name,Street,City,State,ZIP,Phone,Web\n")
        file.writelines(lines)
    return "spreadsheet", folder / "long.csv", "--mapping", folder / "long.toml"


def plain(number: int) -> str:
    return f"Example House {number}"


def of_words_that_nobody_else_has(number: int) -> str:
    return f"w{number:05} u{number % 69_000:05}"


def test_a_terminal_import_has_its_index_built_apart_and_takes_little_for_each_listing(
    tmp_path: Path, in_the_terminal: Callable[..., Whole]
) -> None:
    """With 80,000 rows it is as `test_the_largest...` says, which takes minutes. Two processes have 230 MB before any row."""
    told = in_the_terminal(*a_long_table(tmp_path, 4_000, plain))
    assert "4,000 new" in told.said and "4,000 listings can be searched" in told.said
    assert told.processes == 2 and 200 < told.megabytes < MOST_MEGABYTES * 3 / 5


def test_the_federal_directory_stays_under_the_bound_with_its_index(
    real_files: Path, in_the_terminal: Callable[..., Whole]
) -> None:
    told = in_the_terminal("samhsa_national_directory", real_files / "national-directory-su-facilities-2023.xlsx")
    assert "12,744 listings can be searched" in told.said and told.processes > 1 and 200 < told.megabytes < MOST_MEGABYTES


@largest
@pytest.mark.parametrize("name", [plain, of_words_that_nobody_else_has])
def test_the_largest_table_stays_under_the_bound_with_its_index(
    tmp_path: Path, in_the_terminal: Callable[..., Whole], name: Callable[[int], str]
) -> None:
    told = in_the_terminal(*a_long_table(tmp_path, MOST_IMPORTED, name))
    assert f"{MOST_IMPORTED:,} listings can be searched" in told.said and told.megabytes < MOST_MEGABYTES


@largest
def test_the_largest_download_of_many_facts_stays_under_the_bound_with_its_index(
    tmp_path: Path, real_files: Path, in_the_terminal: Callable[..., Whole]
) -> None:
    """That of Massachusetts again and again, each row at a street of its own: 26,200 facilities."""
    with (real_files / "findtreatment-site-download-MA-2025-08-19.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = (row for row in csv.reader(file) if any(row))
    street = [cell.strip().casefold() for cell in head].index("street1")
    with (tmp_path / "FindTreament_Facility_listing_2026_02_12_101500.csv").open("w", encoding="utf-8", newline="") as file:
        written = csv.writer(file)
        written.writerow(head)
        for number in range(26_200):
            row = rows[number % len(rows)]
            written.writerow([*row[:street], f"{number} {row[street]}", *row[street + 1 :]])
    told = in_the_terminal("samhsa_site_download", file.name, "--covers", "all")
    assert "26,200 listings can be searched" in told.said and told.megabytes < MOST_MEGABYTES


# --- documents --------------------------------------------------------------------------------------------------------


def facilities(count: int, services: str) -> str:
    """A reply of the locator with so many facilities, all of the same services."""
    of_all = '"state":"VA","zip":"23219","phone":"804-555-0101","typeFacility":"SA","services":'
    rows = (f'{{"name1":"A{n}","street1":"{n} Elm","city":"Richmond",{of_all}{services}}}' for n in range(count))
    return f'{{"page":1,"totalPages":1,"recordCount":{count},"rows":[{",".join(rows)}]}}'


def everywhere(places: int, terms: int) -> str:
    """One service of HSDS at so many places, with so many terms, all of which are said at each."""
    address = {"address_1": "1 Elm", "city": "Columbus", "state_province": "OH", "postal_code": "43215"}
    named = ["Addiction & Recovery", "Residential Treatment", *(f"{n} {'long ' * 60}" for n in range(terms))]
    told = {
        "id": "a",
        "name": "Everything",
        "organization": {"name": "Example"},
        "attributes": [{"taxonomy_term": {"name": name}} for name in named],
        "service_at_locations": [{"id": f"{n}", "location": {"addresses": [address]}} for n in range(places)],
    }
    return json.dumps([told])


NAMES = '[{"f1":"Type of Care","f2":"TC","f3":"%s"}]'
DOCUMENTS: dict[str, tuple[str, Callable[[], str], str]] = {
    "facilities without end": ("samhsa_locator", lambda: facilities(170_000, "null"), "more rows"),
    "a facility of all services": (
        "samhsa_locator",
        lambda: facilities(1, NAMES % ";".join(f"{n:x}" for n in range(4_000_000))),
        "1",
    ),
    "services that no survey asks about": (
        "samhsa_locator",
        lambda: facilities(1, NAMES % ";".join(f"{n:x}" for n in range(10_000))),
        "names more services than there are",
    ),
    "a service that is everywhere": ("hsds", lambda: everywhere(2_000, 20_000), "more “attributes” than any can have"),
    "services that are nearly everywhere": (
        "hsds",
        lambda: f"[{','.join(everywhere(450, 450)[1:-1] for _ in range(30))}]",
        "more text",
    ),
}


@pytest.mark.parametrize("source, made, words", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_a_whole_import_of_a_hostile_document_costs_little(
    tmp_path: Path, whole_import: Callable[[str, Path], Whole], source: str, made: Callable[[], str], words: str
) -> None:
    file = tmp_path / "reply.json"
    file.write_text(made(), encoding="utf-8")
    told = whole_import(source, file)
    assert words in told.said
    assert told.megabytes < MOST_MEGABYTES
