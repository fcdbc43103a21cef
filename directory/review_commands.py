"""`flask --app app conflicts` and `runs`: what imports contradicted, and what came of each. JSON for programs."""

import json
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import click
from flask import Flask

from directory import store
from directory.conflicts import Conflict, Opened, Side
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
        if as_json:
            click.echo(json.dumps([one.as_json() for one in waiting], ensure_ascii=False, indent=2))
            return
        _listed(waiting, _conflict, "No conflict is open.")
        if count > len(waiting):
            click.echo(f"\nand {count - len(waiting):,} more; --json lists all")

    return command


def _conflict(one: Opened) -> str:
    conflict = one.conflict
    return "\n".join(
        (
            f"{one.number}  {conflict.listing_id}, {conflict.called}, open since {one.at.date()}",
            f"  stands: {_side(conflict, conflict.stands)}",
            f"  said:   {_side(conflict, conflict.said)}",
        )
    )


def _side(conflict: Conflict, side: Side) -> str:
    by = side.provenance
    return f"{conflict.in_words(side)} ({by.source}, {by.kind}, {by.observed_at})"


def _runs(directory: Directory) -> click.Command:
    @click.command("runs", help="List the imports, the newest first; with NUMBER all that is recorded of that one.")
    @click.argument("number", type=click.IntRange(1), required=False)
    @_AS_JSON
    def command(number: int | None, as_json: bool) -> None:
        directory.ready()
        with directory.database.reading() as connection:
            one = store.run(connection, number) if number is not None else None
            found = store.runs(connection, _MOST if as_json else SHOWN) if number is None else [(number, one)] if one else []
        if number is not None and not found:
            raise click.ClickException(f"there is no import {number}; `runs` lists them")
        if as_json:
            click.echo(json.dumps([{"number": key} | run.as_json() for key, run in found], ensure_ascii=False, indent=2))
        elif number is None:
            _listed(found, lambda pair: _run(*pair), "Nothing was imported yet.")
        else:
            click.echo(_whole(*found[0]))

    return command


def _run(number: int, run: Run) -> str:
    counts = ", ".join(f"{run.summary.get(name, 0):,} {name}" for name in _COUNTS)
    forced = f"\n  Forced: {run.forced_because}" if run.forced_because else ""
    when = f"{run.recorded_at:%Y-%m-%d %H:%M} UTC"
    return f"{number}  {when}  {run.source}: {run.file}, by {run.recorded_by}\n  {counts}{forced}"


def _whole(number: int, run: Run) -> str:
    """An import with its file's digest, its problems counted by kind, and the first of them in full."""
    lines = [_run(number, run), f"  As of {run.observed_at}; SHA-256 {run.sha256}"]
    lines += [f"  {count:,} × {what}" for what, count in run.summary.get("kinds", {}).items()]
    for problem in run.summary.get("problems", [])[:SHOWN]:
        lines.append(f"  {problem['where']}: {problem['what']}" + (f" (found: {problem['found']})" if problem["found"] else ""))
    return "\n".join(lines)


def _listed(things: Sequence[Thing], told: Callable[[Thing], str], nothing: str) -> None:
    click.echo("\n\n".join(map(told, things)) if things else nothing)
