"""`flask --app app conflicts` and `runs`: what imports contradicted, what came of each, and undoing one. JSON for programs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar

import click
from flask import Flask

from directory import builder, store, undoing
from directory.account import COMMAND_LINE, Who
from directory.conflicts import Conflict, Opened, Side
from directory.problems import CannotUnderstand
from directory.referral import Directory
from directory.store import Run

Thing = TypeVar("Thing")
SHOWN: Final = 20
_MOST: Final = 1_000_000
_COUNTS: Final = ("rows", "new", "changed", "unchanged", "gone", "refused", "conflicts")
_AS_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")


def register(app: Flask, directory: Directory) -> None:
    """Add the commands to `flask --app app`."""
    for command in (_conflicts(directory), _runs(directory)):
        app.cli.add_command(command)


def _conflicts(directory: Directory) -> click.Command:
    @click.command("conflicts", help="List what newer files say against what people confirmed; /staff/conflicts settles it.")
    @_AS_JSON
    def command(as_json: bool) -> None:
        directory.ready()
        with directory.database.reading() as connection:
            waiting, count = store.open_conflicts(connection, _MOST if as_json else SHOWN), store.count_conflicts(connection)
        waiting = _named(directory, waiting)
        if as_json:
            click.echo(json.dumps([one.as_json() for one in waiting], ensure_ascii=False, indent=2))
            return
        _listed(waiting, _conflict, "No conflict is open.")
        if count > len(waiting):
            click.echo(f"\nand {count - len(waiting):,} more; --json lists all")

    return command


def _named(directory: Directory, waiting: Sequence[Opened]) -> list[Opened]:
    found = directory.listings(sorted({one.conflict.listing_id for one in waiting}))
    names = {key: listing.name for key, listing in found.items()}
    return [replace(one, conflict=replace(one.conflict, name=names.get(one.conflict.listing_id, ""))) for one in waiting]


def _conflict(one: Opened) -> str:
    conflict = one.conflict
    return "\n".join(
        (
            f"{one.number}  {conflict.who}, {conflict.called}, open since {one.at.date()}",
            f"  stands: {_side(conflict, conflict.stands)}",
            f"  said:   {_side(conflict, conflict.said)}",
        )
    )


def _side(conflict: Conflict, side: Side) -> str:
    by = side.provenance
    return f"{conflict.in_words(side)} ({by.source}, {by.kind}, {by.observed_at})"


def _runs(directory: Directory) -> click.Command:
    @click.command("runs", help="List the imports and what was refused, the newest first; with NUMBER all of that one.")
    @click.argument("words", nargs=-1, metavar="[undo] [NUMBER]")
    @_AS_JSON
    def command(words: tuple[str, ...], as_json: bool) -> None:
        undone, number = words[:1] == ("undo",), _number(words)
        directory.ready()
        if undone:
            _undo(directory, number)
            return
        with directory.database.reading() as connection:
            one = store.run(connection, number) if number else None
            found = [(number, one)] if one else [] if number else store.runs(connection, _MOST if as_json else SHOWN)
        if number and not found:
            raise click.ClickException(f"there is no import {number}; `runs` lists them")
        if as_json:
            click.echo(json.dumps([{"number": key} | run.as_json() for key, run in found], ensure_ascii=False, indent=2))
        elif not number:
            _listed(found, lambda pair: _run(*pair), "Nothing was imported yet.")
        else:
            click.echo(_whole(*found[0]))

    return command


def _number(words: tuple[str, ...]) -> int:
    """The number of an import as it was typed, 0 for none; `undo` must have one."""
    numbers = words[1:] if words[:1] == ("undo",) else words
    if not words:
        return 0
    if len(numbers) != 1 or not numbers[0].isdecimal() or int(numbers[0]) < 1:
        raise click.UsageError("Enter `runs`, `runs NUMBER` or `runs undo NUMBER`")
    return int(numbers[0])


def _undo(directory: Directory, number: int) -> None:
    try:
        done = undoing.undo(directory.database, number, COMMAND_LINE, Who(COMMAND_LINE, datetime.now(UTC)))
    except CannotUnderstand as error:
        raise click.ClickException(str(error)) from None
    what = f"{done.leave:,} left the directory, of {done.go_back:,} is said what was said before"
    click.echo(f"Undone: {done.run.source}, {done.run.file}; {what}.")
    if done.stay:
        click.echo(f"{done.stay:,} stay as they are, since people recorded something of them and nobody else names them.")
    try:
        builder.searchable(directory)
    except CannotUnderstand as error:
        click.echo(str(error), err=True)


def _run(number: int, run: Run) -> str:
    counts = ", ".join(f"{run.summary.get(name, 0):,} {name}" for name in _COUNTS)
    came = f"Refused, nothing was imported: {_first(run)}" if run.refused else counts
    forced = f"\n  Forced: {run.forced_because}" if run.forced_because else ""
    when = f"{run.recorded_at:%Y-%m-%d %H:%M} UTC"
    undone = f"\n  Undone {run.undone['at'][:10]} by {run.undone['by']}" if run.undone else ""
    return f"{number}  {when}  {run.source}: {run.file}, by {run.recorded_by}\n  {came}{forced}{undone}"


def _first(run: Run) -> str:
    """The first reason for which a file was refused."""
    return next((str(problem["what"]) for problem in run.summary["problems"]), "no reason was recorded")


def _whole(number: int, run: Run) -> str:
    """An import with its file's digest, its problems counted by kind, and the first of them in full."""
    as_of = "" if run.refused else f"As of {run.observed_at}; "
    lines = [_run(number, run), f"  {as_of}SHA-256 {run.sha256}"]
    lines += [f"  {count:,} × {what}" for what, count in run.summary.get("kinds", {}).items()]
    for problem in run.summary.get("problems", [])[:SHOWN]:
        told = f"  {problem['where']}: {problem['what']}" + (f" (found: {problem['found']})" if problem["found"] else "")
        lines.append(f"{told}. {problem['fix']}." if run.refused and problem["fix"] else told)
    return "\n".join(lines)


def _listed(things: Sequence[Thing], told: Callable[[Thing], str], nothing: str) -> None:
    click.echo("\n\n".join(map(told, things)) if things else nothing)
