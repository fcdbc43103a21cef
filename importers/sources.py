"""The one visible list of what can be imported."""

from pathlib import Path
from typing import Final

from directory import conflicts
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.spoken import say
from importers import (
    california_dhcs,
    demo,
    demo_day,
    hsds,
    listing_line,
    opioid_treatment_programs,
    samhsa_locator,
    samhsa_national_directory,
    samhsa_site_download,
    spreadsheet,
)
from importers.base import Importer, refuse

SOURCES: Final[tuple[Importer, ...]] = (
    samhsa_national_directory.importer,
    samhsa_site_download.importer,
    samhsa_locator.importer,
    california_dhcs.importer,
    opioid_treatment_programs.importer,
    hsds.importer,
    spreadsheet.importer,
    demo.importer,
)


TITLES: Final = {importer.source.name: importer.source.title for importer in SOURCES} | {
    listing_line.SOURCE: say("a file of listings"),
    demo_day.SOURCE: say("invented calls"),
    conflicts.SOURCE: say("a contradiction that staff settled"),
}
"""What a source is called where people read it."""


def by_name(name: str) -> Importer:
    """The importer of a source; raises KeyError for a name that none has."""
    return {importer.source.name: importer for importer in SOURCES}[name]


def reading(name: str, mapping: Path | None, skip_unknown: bool = False) -> Importer:
    """The importer of a source; of a table the one that its mapping makes, which has a name of its own.

    Raises CannotUnderstand, in words, for a mapping that can't be used, OSError for one that can't be opened.
    """
    importer = by_name(name)
    if importer.mapped is None or mapping is None:
        return importer
    made = importer.mapped(mapping, skip_unknown)
    if made.source.name in {one.source.name for one in SOURCES}:
        raise refuse(f"{mapping.name}, name", "is the name of another source", made.source.name, "Give it a name of its own")
    return made


def others_file(name: str, path: Path) -> tuple[Problem, ...]:
    """A word for a file that its source can't read and others can: it is another publisher's. Nothing where none can."""
    own = [one for one in SOURCES if one.source.name == name]
    if any(_reads(one, path) for one in own):
        return ()
    others = [one.source for one in SOURCES if one.source.name not in (name, demo.importer.source.name) and _reads(one, path)]
    fix = f"Import it as {' or '.join(one.name for one in others)}"
    found = " or ".join(one.title for one in others)
    return (Problem(Loudness.FILE, path.name, "the file is another publisher's", found, fix),) if others else ()


def _reads(importer: Importer, path: Path) -> bool:
    try:
        importer.read(path, importer.source)
    except (CannotUnderstand, OSError):
        return False
    return True
