"""An HSDS datapackage, a folder or a ZIP of CSV tables, to services as the JSON of HSDS 3 has them.

Versions 1.1 to 3.1 name and link their tables differently; whatever the name, a row says by its ids to what it belongs. Only
tables that are read here are unpacked, none of them larger than a directory's can be.
"""

import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

from directory.problems import Problem
from importers.base import Row, refuse
from importers.bounds import Holding
from importers.contents import LARGEST_FILE, listed
from importers.delimited import read_csv

TABLES: Final = {
    "service": ("service", "services"),
    "organization": ("organization", "organizations"),
    "location": ("location", "locations"),
    "address": (
        "address", "addresses", "physical_address", "physical_addresses", "postal_address", "postal_addresses",
    ),
    "phone": ("phone", "phones"),
    "service_at_location": ("service_at_location", "service_at_locations", "services_at_location"),
    "schedule": ("schedule", "schedules", "regular_schedule", "regular_schedules"),
    "language": ("language", "languages"),
    "attribute": ("attribute", "attributes", "service_attribute", "service_attributes", "service_taxonomy"),
    "taxonomy_term": ("taxonomy_term", "taxonomy_terms", "taxonomy", "taxonomies"),
}  # fmt: skip
"""Which tables are read, and what they are called from version to version."""
MOST_FILES: Final = 500
MOST_BYTES: Final = 2 * LARGEST_FILE
_KIND_OF: Final = {name: kind for kind, names in TABLES.items() for name in names}
_POSTAL: Final = ("postal_address", "postal_addresses")
_OWNERS: Final = ("service_at_location_id", "service_id", "location_id", "organization_id")
_LINKS: Final = ("link_id", "service_id", "entity_id")
_TERMS: Final = ("taxonomy_term_id", "taxonomy_id")
_CHUNK: Final = 1 << 16
_AGAIN: Final = "Get the package from its publisher again"

Table = list[dict[str, Any]]


def is_package(path: Path) -> bool:
    """Whether this is a folder or an archive, not a single document."""
    return path.is_dir() or zipfile.is_zipfile(path)


def read_package(path: Path) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The package's services, and what had to be said on reading it; refuses one without services."""
    if path.is_dir():
        return _services(path.name, path)
    with TemporaryDirectory() as folder:
        _unpack(path, Path(folder))
        return _services(path.name, Path(folder))


# --- unpacking -----------------------------------------------------------------------------------------------------


def _unpack(path: Path, folder: Path) -> None:
    """The tables that are read here, by their own names, into a folder; counted while they grow, whatever they claim."""
    if path.stat().st_size > LARGEST_FILE:
        raise refuse(path.name, "the file is too large", fix=f"At most {LARGEST_FILE >> 20} MB are read")
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(path) as package:
            for entry in _entries(path.name, package):
                with package.open(entry) as packed, (folder / Path(entry.filename).name.casefold()).open("xb") as file:
                    left -= _copy(path.name, packed, file, left)
    except FileExistsError as error:
        raise refuse(path.name, "the package has a table twice", Path(error.filename).name, _AGAIN) from None
    except RuntimeError:
        raise refuse(path.name, "the package is locked with a password", fix="Ask for it without a password") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError):
        raise refuse(path.name, "the package is damaged or cut short", fix=_AGAIN) from None


def _entries(name: str, package: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = package.infolist()
    if len(entries) > MOST_FILES:
        raise refuse(name, "the archive holds more files than a package does", f"{len(entries):,}", _AGAIN)
    return [entry for entry in entries if not entry.is_dir() and _kind(Path(entry.filename))]


def _copy(name: str, packed: IO[bytes], file: IO[bytes], most: int) -> int:
    done = 0
    while chunk := packed.read(_CHUNK):
        done += len(chunk)
        if done > min(most, LARGEST_FILE):
            fix = f"At most {LARGEST_FILE >> 20} MB a table and {MOST_BYTES >> 20} MB in all are read"
            raise refuse(name, "the package unpacks to more than a directory can be", fix=fix)
        file.write(chunk)
    return done


def _kind(file: Path) -> str:
    return _KIND_OF.get(file.stem.casefold(), "") if file.suffix.casefold() == ".csv" else ""


# --- tables to services --------------------------------------------------------------------------------------------


def _services(name: str, folder: Path) -> tuple[list[dict[str, Any]], list[Problem]]:
    files = sorted(file for file in folder.iterdir() if _kind(file) and file.is_file())
    tables: dict[str, Table] = defaultdict(list)
    problems: list[Problem] = []
    holding = Holding()
    for file in files:
        rows, said = _table(file, holding)
        tables[_kind(file)] += rows
        problems += said
    if not tables["service"]:
        found = listed([file.name for file in files]) or "no table of a directory"
        raise refuse(name, "the package has no services", found, "It needs service.csv, organization.csv and location.csv")
    return list(_nested(tables)), problems


def _table(file: Path, holding: Holding) -> tuple[Table, list[Problem]]:
    """A table's rows by column; one that is empty to the last byte has none."""
    if not file.stat().st_size:
        return [], []
    sheet = read_csv(file)
    rows = sheet.table(())
    address = {"address_type": "postal"} if file.stem.casefold() in _POSTAL else {}
    return [_filled(holding.hold(row)) | address for row in rows], list(sheet.problems)


def _filled(row: Row) -> dict[str, Any]:
    """A row's filled cells by column, and where it stands."""
    told = {column: row.take(column) for column in row.left}
    return {column: text for column, text in told.items() if text} | {"where": row.where}


def _nested(tables: Mapping[str, Table]) -> Iterator[dict[str, Any]]:
    organizations, locations, terms = (_by_id(tables[kind]) for kind in ("organization", "location", "taxonomy_term"))
    owned = {f"{kind}s": _by_owner(tables[kind]) for kind in ("phone", "schedule", "language")}
    addresses = _by(tables["address"], ("location_id",))
    attributes = {key: [_attribute(one, terms) for one in ones] for key, ones in _by(tables["attribute"], _LINKS).items()}
    at = _by(tables["service_at_location"], ("service_id",))

    def own(told: dict[str, Any], owner: str) -> dict[str, Any]:
        named = {name: by.get((owner, told.get("id", "")), []) for name, by in owned.items()}
        return told | named | {"attributes": attributes.get(told.get("id", ""), [])}

    def place(told: dict[str, Any]) -> dict[str, Any]:
        location = locations.get(told.get("location_id", ""), {})
        whole = own(location, "location_id") | {"addresses": addresses.get(location.get("id", ""), [])}
        return own(told, "service_at_location_id") | {"location": whole}

    for service in tables["service"]:
        organization = own(organizations.get(service.get("organization_id", ""), {}), "organization_id")
        places = [place(one) for one in at.get(service.get("id", ""), [])]
        yield own(service, "service_id") | {"organization": organization, "service_at_locations": places}


def _attribute(told: dict[str, Any], terms: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """An attribute with its term; a package of 1.1 without a table of terms writes the term itself."""
    named = next((told[column] for column in _TERMS if told.get(column)), "")
    written = told.get("taxonomy_detail") or named
    term = terms.get(named, {"name": written})
    return {"taxonomy_term": term | {"taxonomy": term.get("taxonomy") or term.get("vocabulary") or ""}}


def _by_id(table: Table) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in table if row.get("id")}


def _by(table: Table, columns: tuple[str, ...]) -> dict[str, Table]:
    found: dict[str, Table] = defaultdict(list)
    for row in table:
        key = next((row[column] for column in columns if row.get(column)), "")
        if key:
            found[key].append(row)
    return found


def _by_owner(table: Table) -> dict[tuple[str, str], Table]:
    """Rows under the closest thing that they belong to: a telephone of a service is not each of its organization's."""
    found: dict[tuple[str, str], Table] = defaultdict(list)
    for row in table:
        owner = next((column for column in _OWNERS if row.get(column)), "")
        if owner:
            found[owner, row[owner]].append(row)
    return found
