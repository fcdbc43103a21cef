"""`flask --app app import`, `export` and `sources`. Only JSON, lists and what is exported go to standard output."""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from directory import builder, store, values
from directory.account import COMMAND_LINE
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.referral import Directory
from importers import demo, new_source, quality, report
from importers.attempts import Attempt, bring
from importers.base import Importer
from importers.demo_day import tell_day
from importers.export import export_listings, exported
from importers.fetching import with_address, with_fetching
from importers.listing_line import SOURCE
from importers.orders import SHOWN, Order, Summary
from importers.pipeline import import_file
from importers.sources import SOURCES, TITLES
from importers.spreadsheet_command import with_mapping
from importers.table_export import export_table

DEMO_FILE: Final = Path(__file__).parent.parent / "seed_data" / "demo-directory.xlsx"


def register(app: Flask) -> None:
    """Add the commands to `flask --app app`."""
    into = AppGroup("import", help="Import a publisher's file, or a file of listings; “sources” lists the publishers.")
    for importer in SOURCES:
        into.add_command(_import_command(importer))
    into.add_command(_import_listings_command())
    out_of = AppGroup("export", help="Write what the directory knows into a file.")
    out_of.add_command(_export_listings_command())
    out_of.add_command(_export_table_command())
    app.cli.add_command(into)
    app.cli.add_command(out_of)
    app.cli.add_command(_sources_command())
    app.cli.add_command(new_source.command())
    app.cli.add_command(quality.command())


def import_demo(directory: Directory) -> None:
    """Put the invented demo directory and its day into a directory that holds nothing real; nothing twice."""
    with directory.database.reading() as connection:
        real = store.unspoken_by(connection, demo.importer.source.name)
    if not real:
        order = Order("first start", datetime.now(UTC))
        import_file(directory.database, demo.importer, DEMO_FILE, order)
        tell_day(directory.database, order)


class _Covered(click.ParamType[frozenset[str]]):
    name = "States"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        if isinstance(value, frozenset) or value.strip().casefold() == "all":
            return value if isinstance(value, frozenset) else frozenset(values.STATES)
        try:
            return frozenset(values.state_province(one) for one in value.split(","))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class _Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else values.day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_FILE: Final = click.argument("file", type=click.Path(path_type=Path))
_DRY_RUN: Final = click.option("--dry-run", is_flag=True, help="Only say what would change.")
_FORCE: Final = click.option("--force", default="", metavar="REASON", help="Import although it is not as expected; say why.")
_OBSERVED: Final = click.option("--observed", type=_Day(), help="The day that the file speaks of, where it does not say.")
_AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")


_LISTINGS: Final = "a file of listings, JSON Lines as in docs/listings.md; by hand or from “export listings”"


def _import_command(importer: Importer) -> click.Command:
    source = importer.source

    @click.command(source.name, help=f"Import {source.title}: {importer.file_help}.")
    @_FILE
    @_DRY_RUN
    @_AS_JSON
    @_FORCE
    @click.option("--covers", type=_Covered(), help="The States of which the file has everything: PA,OH; or “all”.")
    @click.option("--skip-unknown", is_flag=True, help="Leave out the facts whose phrases or codes nobody knows.")
    @_OBSERVED
    def command(
        file: Path, as_json: bool, force: str, observed: date | None, mapping: Path | None = None, **chosen: Any
    ) -> None:
        chosen |= {"force_because": force.strip(), "observed_at": observed, "most": _most(as_json)}
        order = Order(COMMAND_LINE, datetime.now(UTC), **chosen)
        _import(Attempt(source.name, file, order, mapping, recorded=not order.dry_run), as_json)

    if importer.mapped:
        return with_mapping(command)
    if importer.fetch_url:
        return with_address(command, importer, importer.fetch_url)
    return with_fetching(command, importer, importer.fetch) if importer.fetch else command


def _most(as_json: bool) -> int:
    """How many listings of each kind to name: a program gets all."""
    return sys.maxsize if as_json else SHOWN


def _import_listings_command() -> click.Command:
    @click.command(SOURCE, help=f"Import {_LISTINGS}.")
    @_FILE
    @_DRY_RUN
    @_AS_JSON
    @_FORCE
    def command(file: Path, dry_run: bool, as_json: bool, force: str) -> None:
        order = Order(COMMAND_LINE, datetime.now(UTC), dry_run, force.strip(), most=_most(as_json))
        _import(Attempt(SOURCE, file, order, recorded=not dry_run), as_json)

    return command


def _import(attempt: Attempt, as_json: bool) -> None:
    """Import, say on standard error what came of it, make the index ready, and exit: 1 where nothing was taken."""
    directory: Directory = current_app.extensions["directory"]
    directory.ready()
    started = perf_counter()
    order, file = attempt.order, attempt.path
    try:
        summary = bring(directory.database, attempt, _progress())
    except OSError as error:
        mapping = attempt.mapping is not None and error.filename == str(attempt.mapping)
        what = f"the {'mapping' if mapping else 'file'} can't be read: {error.strerror or error}"
        fix = "Give the path of the mapping" if mapping else "Give the path of the file as it was downloaded"
        told = Problem(Loudness.FILE, str(attempt.mapping if mapping else file), what, fix=fix)
        summary = Summary(attempt.source, file.name, "", problems=(told,))
    for line in report.lines(summary, order.dry_run):
        _say(line)
    if summary.imported and not order.dry_run:
        _index(directory, started)
    if as_json:
        click.echo(json.dumps(summary.as_json(), ensure_ascii=False, indent=2))
    raise SystemExit(0 if summary.imported else 1)


def _index(directory: Directory, started: float) -> None:
    """Wait until what was imported can be searched, and say so, or why it can't yet: the import stands either way."""
    tell = _progress()
    if tell:
        tell("indexing", 0, 1)
    try:
        listings = builder.searchable(directory)
    except CannotUnderstand as error:
        _say(str(error))
        return
    if tell:
        tell("indexing", 1, 1)
    _say(f"{listings:,} listings can be searched, {perf_counter() - started:.1f} seconds after the start.")


def _export_listings_command() -> click.Command:
    @click.command("listings", help="Write every listing with all that is known of it to FILE (“-” for standard output).")
    @click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
    def command(file: Path) -> None:
        directory: Directory = current_app.extensions["directory"]
        directory.ready()
        try:
            if str(file) == "-":
                sys.stdout.buffer.writelines(line.encode() for line in exported(directory.database))
                return
            count = export_listings(directory.database, file)
        except CannotUnderstand as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"{file}: the file can't be written: {error.strerror or error}") from None
        _say(f"{count:,} listings written to {file}.")

    return command


def _export_table_command() -> click.Command:
    @click.command("table", help="Write a CSV table for spreadsheet programs to FILE: one row a listing, no formulas.")
    @click.argument("file", type=click.Path(path_type=Path))
    def command(file: Path) -> None:
        directory: Directory = current_app.extensions["directory"]
        directory.ready()
        try:
            count = export_table(directory.database, file, directory.gazetteer.locate, datetime.now(UTC))
        except CannotUnderstand as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"{file}: the file can't be written: {error.strerror or error}") from None
        _say(f"{count:,} listings written to {file}.")

    return command


def _say(words: str) -> None:
    click.echo(words, err=True)


def _progress() -> Callable[[str, int, int], None] | None:
    """One line a stage on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        return None

    def tell(stage: str, done: int, of: int) -> None:
        share = done / of if of else 1.0
        bar = "█" * round(20 * share)
        click.echo(f"\r{stage:<14} {bar:·<20} {share:4.0%}", err=True, nl=done >= of)

    return tell


def _sources_command() -> click.Command:
    @click.command("sources", help="List what can be imported: whose it is, its licence, which file, and when it last was.")
    def command() -> None:
        directory: Directory = current_app.extensions["directory"]
        directory.ready()
        with directory.database.reading() as connection:
            runs = store.newest_runs(connection)
        click.echo("\n\n".join(_source_in_words(importer, runs) for importer in SOURCES))
        click.echo(f"\n{SOURCE}\n  File: {_LISTINGS}\n{_last_imported(runs.get(SOURCE))}")

    return command


def _source_in_words(importer: Importer, runs: Mapping[str, store.Run]) -> str:
    """A source; of tables each that was imported, by the name that its mapping has."""
    source = importer.source
    others = sorted(runs.keys() - TITLES.keys()) if importer.mapped else []
    imported = [f"  {name}\n{_last_imported(runs[name])}" for name in others] or [_last_imported(runs.get(source.name))]
    return "\n".join(
        (
            source.name,
            f"  {source.title}",
            f"  Publisher: {source.publisher}",
            f"  Licence: {source.licence}",
            f"  File: {importer.file_help}",
            *imported,
        )
    )


def _last_imported(last: store.Run | None) -> str:
    imported = f"{last.recorded_at.date()}, {last.file} (as of {last.observed_at})" if last else "never"
    return f"  Last imported: {imported}"
