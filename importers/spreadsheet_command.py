"""`flask --app app import spreadsheet FILE --mapping county.toml`, and `--suggest-mapping`, which prints such a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from directory.problems import CannotUnderstand
from importers.base import Importer, refuse
from importers.spreadsheet import FILE_HELP, importer
from importers.spreadsheet_mapping import load
from importers.spreadsheet_suggestion import Suggestion, suggest


def understood(mapping: Path, skip_unknown: bool, taken: frozenset[str]) -> Importer:
    """The importer of a mapping file; raises CannotUnderstand, in words, where it can't be used."""
    described = load(mapping)
    if described.name in taken:
        raise refuse(f"{mapping.name}, name", "is the name of another source", described.name, "Give it a name of its own")
    return importer(described, skip_unknown)


def mapped(mapping: Path, skip_unknown: bool, taken: frozenset[str]) -> Importer:
    """The same for the command line: raises click.ClickException, in words."""
    try:
        return understood(mapping, skip_unknown, taken)
    except CannotUnderstand as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{mapping}: the mapping can't be read: {error.strerror or error}") from None


def proposed(file: Path) -> Suggestion:
    """A mapping for a file as it is on the disk; raises CannotUnderstand for one without a table."""
    return suggest(file, datetime.fromtimestamp(file.stat().st_mtime, UTC).date())


def suggested(file: Path) -> str:
    """The same as text for the command line; raises click.ClickException, in words."""
    try:
        return proposed(file).text
    except CannotUnderstand as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{file}: the file can't be read: {error.strerror or error}") from None


HELP: Final = f"Import a table that a center or a county sends: {FILE_HELP} (docs/spreadsheets.md)."
