"""The one visible list of what can be imported."""

from typing import Final

from importers import demo, samhsa_national_directory
from importers.base import Importer

SOURCES: Final[tuple[Importer, ...]] = (samhsa_national_directory.importer, demo.importer)


def by_name(name: str) -> Importer:
    """The importer of a source; raises KeyError for a name that none has."""
    return {importer.source.name: importer for importer in SOURCES}[name]
