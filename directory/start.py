"""`python3 app.py`: make everything ready, show the options for a demo need, and serve the site."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import click
from flask import Flask

from directory import asking, paper, referral, serving
from directory.erasing import erasing
from directory.following import following
from directory.problems import CannotUnderstand
from directory.referral import Directory

USAGE: Final = """Usage: python3 app.py [command]

  (none)        set up on first use, show the options for a demo need, serve http://127.0.0.1:8000
  test          install what tests need and run everything: tests, types, style
  bench         measure speed beside SQLite FTS5 and tantivy; --size picks 12744, 200000 or 1000000

Everything else: flask --app app --help (import, sources, options, index, terms, purge, user)
"""
HELP: Final = ("help", "-h", "--help")


def main(arguments: list[str], app: Flask, directory: Directory, import_demo: Callable[[], None]) -> int:
    """Do what the command line asks; returns the exit status."""
    command, rest = (arguments or ["run"])[0], arguments[1:]
    if command == "test":
        from directory import checks

        return checks.main(rest)
    if command == "bench":
        from benchmarks import bench

        return bench.main(rest)
    if command != "run" or rest:
        click.echo(USAGE, err=command not in HELP)
        return 0 if command in HELP else 2
    return serve(app, directory, import_demo)


def serve(app: Flask, directory: Directory, import_demo: Callable[[], None]) -> int:
    """Make ready, print the demo need's list, and serve until interrupted."""
    try:
        directory.ready()
        import_demo()
        need = asking.read_need(asking.DEMO_NEED, directory.gazetteer, datetime.now(UTC).astimezone())
    except CannotUnderstand as error:
        click.echo(error, err=True)
        return 1
    directory.index.may_lag = True  # in each process; the first has it follow
    click.echo(paper.in_words(referral.options(directory, need, limit=3)))
    return _listen(app, directory)


def _listen(app: Flask, directory: Directory) -> int:
    settings = directory.settings
    port = settings.port
    try:
        door = serving.opened_door(port)
    except OSError as error:
        click.echo(f"\nPort {port} can't be used ({error.strerror}). Choose another: PORT={port + 1} python3 app.py", err=True)
        return 1
    click.echo(f"\nOpen http://127.0.0.1:{port} in a browser. Ctrl+C ends it.", err=True)

    visitors = serving.Visitors(settings.processes)

    def serve_site(process: int = 0) -> None:
        serving.serve(app, door, settings, visitors, process)

    forked = serving.others(settings.processes - 1, directory.database, serve_site)
    with forked, following(directory), erasing(directory, lambda: datetime.now(UTC)):
        serve_site()
    return 0
