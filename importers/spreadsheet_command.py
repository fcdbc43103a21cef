"""`--mapping` for a source whose tables need one, and `--suggest-mapping`, which prints such a file."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from directory.problems import CannotUnderstand
from importers.contents import expect_no_device
from importers.spreadsheet_suggestion import suggest


def with_mapping(command: click.Command) -> click.Command:
    """An import command that also takes the mapping of a table, and proposes one."""
    of_file = command.callback
    assert of_file is not None
    command.callback = _mapped(of_file)
    command.params += [
        click.Option(["--mapping"], type=click.Path(path_type=Path), metavar="TOML", help="What the columns and phrases mean."),
        click.Option(["--suggest-mapping"], is_flag=True, help="Only print a mapping proposed from the table."),
    ]
    return command


def _mapped(of_file: Callable[..., Any]) -> Callable[..., Any]:
    def callback(file: Path, mapping: Path | None, suggest_mapping: bool, **told: Any) -> Any:
        if suggest_mapping:
            click.echo(_suggested(file))
            return None
        if not mapping:
            raise click.UsageError("Give --mapping TOML; --suggest-mapping prints one to begin with")
        return of_file(file=file, mapping=mapping, **told)

    return callback


def _suggested(file: Path) -> str:
    """A mapping for a file as it is on the disk; raises click.ClickException, in words."""
    try:
        expect_no_device(file)
        return suggest(file, datetime.fromtimestamp(file.stat().st_mtime, UTC).date()).text
    except CannotUnderstand as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{file}: the file can't be read: {error.strerror or error}") from None
