"""`--state`, `--near` and `--url` for what can be asked over the network: fetch a file, then import it like any other."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
from flask import current_app

from directory import values
from directory.problems import CannotUnderstand
from directory.referral import Directory
from importers.base import Fetch, Importer, Wanted
from importers.pipeline import Summary

FETCHED: Final = "fetched"
WITHIN_MILES: Final = 50.0


class _Reading(click.ParamType[Any]):
    """Text that a reader of `directory.values` understands."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self._read(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)


_STATE: Final = _Reading("state", values.state_province)
_MILES: Final = _Reading("miles", values.miles)


def with_fetching(command: click.Command, importer: Importer, fetch: Fetch) -> click.Command:
    """An import command that also takes what is to be fetched in place of a file."""
    of_file = command.callback
    assert of_file is not None
    for parameter in command.params:
        parameter.required = parameter.required and parameter.name != "file"

    def callback(file: Path | None, saved: Path | None, **told: Any) -> Any:
        asked = {name: told.pop(name) for name in ("state", "near", "within", "base_url", "plain_http")}
        if sum(map(bool, (file, saved, asked["state"], asked["near"]))) != 1:
            raise click.UsageError("Give one of these: a FILE, --file, --state or --near")
        if asked["within"] and not asked["near"]:
            raise click.UsageError("--within goes with --near")
        path = file or saved or _fetched(importer, fetch, partial(_wanted, asked), bool(told.get("as_json")))
        return of_file(file=path, **told)

    command.callback = callback
    command.params += _options(importer)
    return command


def with_address(command: click.Command, importer: Importer, fetch: Fetch) -> click.Command:
    """An import command that also takes the address of a feed in place of a file."""
    of_file = command.callback
    assert of_file is not None
    for parameter in command.params:
        parameter.required = parameter.required and parameter.name != "file"

    def callback(file: Path | None, url: str, **told: Any) -> Any:
        if bool(file) == bool(url):
            raise click.UsageError("Give one of these: a FILE or --url")
        path = file or _fetched(importer, fetch, lambda _: Wanted(base_url=url), bool(told.get("as_json")))
        return of_file(file=path, **told)

    command.callback = callback
    command.params.append(click.Option(["--url"], default="", metavar="URL", help="Fetch the feed at this address first."))
    return command


def _options(importer: Importer) -> list[click.Parameter]:
    return [
        click.Option(["--file", "saved"], type=click.Path(path_type=Path), help="A saved reply, in place of FILE."),
        click.Option(["--state"], type=_STATE, help=f"Fetch what {importer.source.title} has of a State, such as PA."),
        click.Option(["--near"], metavar="PLACE", help="Fetch what is near a ZIP code, or a city and State."),
        click.Option(["--within"], type=_MILES, help=f"How many miles around --near; {WITHIN_MILES:g} where it is not said."),
        click.Option(["--base-url"], default="", metavar="URL", help="Ask this server in place of the source's own."),
        click.Option(["--plain-http"], is_flag=True, help="Ask another machine than this one without encryption too."),
    ]


def _fetched(importer: Importer, fetch: Fetch, want: Callable[[Directory], Wanted], as_json: bool) -> Path:
    """The file that was fetched; says what went wrong and exits with 1 where none could be."""
    directory: Directory = current_app.extensions["directory"]
    directory.ready()
    folder = directory.settings.instance / FETCHED
    try:
        folder.mkdir(exist_ok=True)
        file = fetch(want(directory), folder, datetime.now(UTC), _tell)
    except CannotUnderstand as error:
        click.echo(str(error), err=True)
        click.echo(f"{importer.source.name}: nothing was imported", err=True)
        if as_json:
            summary = Summary(importer.source.name, "", "", problems=error.problems)
            click.echo(json.dumps(summary.as_json(), ensure_ascii=False, indent=2))
        raise SystemExit(1) from None
    except OSError as error:
        raise click.ClickException(f"{folder}: what is fetched can't be kept: {error.strerror or error}") from None
    click.echo(f"fetched into {file}", err=True)
    return file


def _wanted(asked: dict[str, Any], directory: Directory) -> Wanted:
    wanted = Wanted(state=asked["state"] or "", base_url=asked["base_url"], plain_http=asked["plain_http"])
    if wanted.state:
        return wanted
    try:
        near = directory.gazetteer.find(asked["near"])
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--near") from None
    return replace(wanted, near=near.point, asked=asked["near"], within=asked["within"] or WITHIN_MILES)


def _tell(done: int, of: int) -> None:
    click.echo(f"page {done} of {of}", err=True)
