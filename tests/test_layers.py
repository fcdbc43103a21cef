"""The laws of the house: imports point one way, pure rooms stay pure, and tables and Whoosh have one door each."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = [
    "spoken", "vocabulary", "problems", "code_names", "screening", "hours", "availability", "listing", "need", "account",
    "free_text", "values", "days", "normalize", "resolve", "conflicts", "places", "map_drawing", "map_numbers",
    "public_address", "public_data", "directions", "likeness", "neighbors", "duplicates", "sameness", "matching", "asking",
    "case", "vetting_items", "vetting_file", "vetting", "traces", "tables", "database", "store", "portions", "turns", "in_turn",
    "search", "settings", "accounts", "routing", "answered", "confirming", "need_words", "further", "paper", "handout",
    "answering", "review", "undoing", "referral", "geocoding", "browsing", "finding", "vetting_desk", "proposing",
    "builder", "following", "merging", "attestation", "upkeep", "board", "meetings", "uploads", "erasing", "handing_out",
    "call_sheet", "learned", "calling", "call_queue", "bed_reports", "web", "commands", "user_commands", "review_commands",
    "serving", "start",
]  # fmt: skip
APART = {"bootstrap", "checks"}
PURE = [*ORDER[: ORDER.index("vetting") + 1], "handout"]
ALLOWED = {
    "numpy": {"matching", "search"},
    "whoosh": {"search"},
    "sqlalchemy": {
        "traces", "tables", "database", "store", "portions", "search", "accounts", "meetings", "erasing", "learned",
        "calling", "vetting_desk", "merging", "proposing", "following", "finding", "attestation",
        "review", "undoing",
    },
    "alembic": {"database"},
    "flask": {"web", "commands", "user_commands", "review_commands", "serving", "start"},
    "flask_wtf": {"web"},
    "argon2": {"accounts"},
    "pyotp": {"accounts"},
    "segno": {"web", "handout"},
    "itsdangerous": {"web"},
    "geopy": {"places", "geocoding"},
    "zipcodes": {"places"},
    "phonenumbers": {"values"},
    "rapidfuzz": {"search", "likeness"},
    "waitress": {"serving"},
    "click": {"commands", "user_commands", "review_commands", "start"},
    "werkzeug": {"web"},
    "jinja2": {"web", "handout"},
    "weasyprint": {"handout"},
    "icalendar": {"handout"},
}  # fmt: skip
FILES = sorted((ROOT / "directory").rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT / "directory").parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def test_every_room_has_a_place_in_the_order() -> None:
    assert {room(path) for path in FILES} - {"__init__"} <= {*ORDER, *APART}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_up(path: Path) -> None:
    here = room(path)
    if here in {*APART, "__init__"}:
        assert not any(name.startswith("directory.") for name in imported(path))
        return
    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("directory.")} & {*ORDER}
    late = {"start": APART}.get(here, set())
    below = {other for other in rooms - late if other != here and ORDER.index(other) > ORDER.index(here)}
    assert not below, f"{path.name} imports {sorted(below)}, which stand below it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_come_in_through_their_own_door(path: Path) -> None:
    tops = {name.partition(".")[0] for name in imported(path)}
    strangers = {library for library, rooms in ALLOWED.items() if library in tops and room(path) not in rooms}
    assert not strangers


@pytest.mark.parametrize("path", [p for p in FILES if room(p) in PURE], ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_up_to_matching_reads_a_clock_or_the_environment(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [word for word in ("datetime.now", "date.today", "os.environ", "time.time(") if word in text]


def test_whoosh_is_known_to_one_module() -> None:
    knowing = [path.name for path in FILES if any(name.split(".")[0] == "whoosh" for name in imported(path))]
    assert knowing == ["whoosh_index.py"]


def test_tables_are_known_to_the_store_alone() -> None:
    knowing = {room(path) for path in FILES if any(name.startswith("directory.tables") for name in imported(path))}
    assert knowing == {"tables", "store", "database"}


def test_the_directory_does_not_know_its_importers() -> None:
    assert not [path for path in FILES if any(name.startswith("importers") for name in imported(path))]


def test_templates_never_turn_escaping_off() -> None:
    templates = [path for room in ("web", "handout") for path in (ROOT / "directory" / room / "templates").glob("*.html")]
    assert templates and not [t.name for t in templates if "|safe" in t.read_text().replace(" ", "")]
