"""The one visible list of what can be imported."""

from typing import Final

from directory import conflicts
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
)
from importers.base import Importer

SOURCES: Final[tuple[Importer, ...]] = (
    samhsa_national_directory.importer,
    samhsa_site_download.importer,
    samhsa_locator.importer,
    california_dhcs.importer,
    opioid_treatment_programs.importer,
    hsds.importer,
    demo.importer,
)


TITLES: Final = {importer.source.name: importer.source.title for importer in SOURCES} | {
    listing_line.SOURCE: "a file of listings",
    demo_day.SOURCE: "invented calls",
    conflicts.SOURCE: "a contradiction that staff settled",
}
"""What a source is called where people read it."""


def by_name(name: str) -> Importer:
    """The importer of a source; raises KeyError for a name that none has."""
    return {importer.source.name: importer for importer in SOURCES}[name]
