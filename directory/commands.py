"""The commands of the list: `options`, `index`, `terms`, `duplicates`, `geocode`, `purge`. Answers go to standard output."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import Flask

from directory import asking, geocoding, meetings, paper, referral
from directory.account import COMMAND_LINE, Who
from directory.duplicates import CERTAIN
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.proposing import proposals
from directory.referral import Directory
from directory.vocabulary import DEPENDENCES, GROUPS, LEVELS, MEDICATIONS, PAYERS, SEXES, SUBSTANCES, TRAVEL

UNDERSTOOD_NOTHING = 2


def register(app: Flask, directory: Directory) -> None:
    """Add the commands to `flask --app app`."""
    commands = (options_command, index_command, duplicates_command, geocode_command, purge_command)
    for command in (*(make(directory) for make in commands), terms_command()):
        app.cli.add_command(command)


def _several(name: str, field: str, words: str) -> Any:
    return click.option(name, field, multiple=True, help=words + " May be given several times.")


_NEED_OPTIONS = (
    click.option("--near", help="ZIP code, “City, ST”, or latitude,longitude."),
    click.option("--within", "within_miles", help="The travel limit in miles; “anywhere” for none.  [default: 100]"),
    click.option("--travel", help="Which distance is better: " + ", ".join(TRAVEL) + ".  [default: nearer]"),
    click.option("--leave-at", help="When the person leaves, where that is not the meeting's end."),
    click.option("--meeting-ends", help="When the meeting ends, such as 2026-03-13T20:00-04:00."),
    click.option("--as-of", help="The moment that the answer is for.  [default: now]"),
    click.option("--age", help="Age in years."),
    click.option("--sex", help="Sex for bed placement: " + ", ".join(SEXES) + "."),
    click.option("--pregnant/--not-pregnant", default=None, help="Whether the person is pregnant."),
    click.option("--veteran/--not-veteran", default=None, help="Whether the person is a veteran."),
    _several("--substance", "substances", "What the person uses: " + ", ".join(SUBSTANCES) + "."),
    _several("--dependent", "dependent_on", "What the person depends on: " + ", ".join(DEPENDENCES) + "."),
    _several("--taking", "taking", "Medication taken now: " + ", ".join(MEDICATIONS) + "."),
    _several("--wants", "wants", "Medication wanted: " + ", ".join(MEDICATIONS) + "."),
    click.option("--level", help="Level of care needed: " + ", ".join(LEVELS) + "."),
    click.option("--payer", help="The insurance: " + ", ".join(PAYERS) + "."),
    click.option("--plan", help="The plan's name."),
    click.option("--self-pay/--no-self-pay", "self_pay_ok", default=None, help="Whether the family would pay."),
    _several("--applies", "applies", "A ground for refusal that applies, such as insulin."),
    _several("--must", "must", "A must-have, such as amenity.transportation; `terms` lists them."),
    _several("--nice", "nice", "A nice-to-have; `terms` lists them."),
    click.option("--language", help="Language, such as spanish."),
    click.option("--words", help="Words to look for, such as a center's name."),
    click.option(
        "--vetted-only/--all-centers", "vetted_only", default=None, help="Only centers that somebody here has checked."
    ),
    _several("--weight", "weights", "Other points for a criterion in this answer, such as payment=20; 100 in all."),
)


def options_command(directory: Directory) -> click.Command:
    """`flask --app app options`: whom to call for a need."""

    @click.command("options", help="The immediate options for a need: who may admit this person, and whom to call first.")
    @click.option(
        "--need", "need_file", type=click.Path(path_type=Path), help="The need as a JSON file; options beside it win."
    )
    @click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 500), help="How many of each kind to show.")
    @click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON, and nothing else.")
    def command(need_file: Path | None, limit: int, as_json: bool, **given: Any) -> None:
        try:
            written = _written(need_file, given)
            need = asking.read_need(written, directory.gazetteer, datetime.now(UTC).astimezone())
        except CannotUnderstand as error:
            for problem in error.problems:
                click.echo(f"Error: {problem}", err=True)
            raise SystemExit(UNDERSTOOD_NOTHING) from None
        answered = referral.options(directory, need, limit)
        if as_json:
            click.echo(json.dumps(answered.as_json(), ensure_ascii=False, indent=2))
        else:
            click.echo(paper.in_words(answered))

    for option in reversed(_NEED_OPTIONS):
        command = option(command)
    return command


def _written(need_file: Path | None, given: dict[str, Any]) -> dict[str, Any]:
    """The need of the file with what the command line says beside it; 100 miles where neither sets a limit."""
    written = _from_file(need_file) if need_file else {}
    told = {name: value for name, value in given.items() if value not in (None, ())}
    if str(told.get("within_miles", "")).casefold() == "anywhere":
        told["within_miles"] = None
    merged = {**written, **told}
    if merged.get("near") and "within_miles" not in merged:
        merged["within_miles"] = 100
    return merged


def _from_file(path: Path) -> dict[str, Any]:
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotUnderstand(_bad_file(path, f"can't be read: {error.strerror}")) from None
    except (ValueError, RecursionError):
        raise CannotUnderstand(_bad_file(path, "is not JSON")) from None
    if not isinstance(written, dict):
        raise CannotUnderstand(_bad_file(path, "is not an object of fields"))
    return written


def _bad_file(path: Path, what: str) -> Problem:
    return Problem(Loudness.FILE, path.name, what, fix="Give a JSON file such as docs/need.example.json")


def index_command(directory: Directory) -> click.Command:
    """`flask --app app index`: bring the index up to date, check it, or build it anew."""

    @click.command("index", help="Bring the search index up to date with the database.")
    @click.option("--rebuild", is_flag=True, help="Build it anew from the database.")
    @click.option("--check", is_flag=True, help="Compare it with the database; exit 1 where they differ.")
    def command(rebuild: bool, check: bool) -> None:
        if check:
            problems = directory.index.check()
            for problem in problems:
                click.echo(str(problem), err=True)
            click.echo("The index and the database agree." if not problems else "The index needs `index --rebuild`.", err=True)
            raise SystemExit(1 if problems else 0)
        generation = directory.index.rebuild() if rebuild else directory.index.catch_up()
        click.echo(f"The index holds {len(generation.columns):,} listings, change {generation.counter}.", err=True)

    return command


def terms_command() -> click.Command:
    """`flask --app app terms`: the closed lists."""

    @click.command("terms", help="List the terms that a must-have or a nice-to-have can name.")
    def command() -> None:
        for group in GROUPS:
            click.echo(group.label)
            for term in group.terms:
                click.echo(f"  {term.code:<44} {term.label}")

    return command


def duplicates_command(directory: Directory) -> click.Command:
    """`flask --app app duplicates`: the pairs that may be one place."""

    @click.command("duplicates", help="List the pairs of listings that may be one place, with what speaks for it and against.")
    @click.option("--most", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many to show.")
    @click.option("--json", "as_json", is_flag=True, help="Print them as JSON, and nothing else.")
    def command(most: int, as_json: bool) -> None:
        directory.ready()
        found = proposals(directory)
        if as_json:
            click.echo(json.dumps([one.as_json() for one in found[:most]], ensure_ascii=False, indent=2))
            return
        for one in found[:most]:
            click.echo(f"{one.score:>3}  {one.first.id}  {one.first.name}\n     {one.second.id}  {one.second.name}")
            click.echo("     " + "; ".join(f"{'' if each.points >= 0 else 'but '}{each.sentence}" for each in one.evidence))
        sure = sum(one.score >= CERTAIN for one in found)
        words = "pair may be one place" if len(found) == 1 else "pairs may be one place"
        click.echo(f"{len(found):,} {words}, {sure:,} almost surely. Staff decide at /staff/duplicates.", err=True)

    return command


def geocode_command(directory: Directory) -> click.Command:
    """`flask --app app geocode`: ask GEOCODER_URL where listings are that have no coordinates of their own."""

    @click.command("geocode", help="Ask GEOCODER_URL, once a second, where listings are whose sources give no coordinates.")
    @click.option("--most", default=geocoding.MOST, show_default=True, type=click.IntRange(1), help="How many to ask for.")
    def command(most: int) -> None:
        if not directory.settings.geocoder_url:
            raise click.ClickException("no service is set up; set GEOCODER_URL to a Nominatim-compatible one")
        directory.ready()
        found = geocoding.geocode(directory, most, Who(COMMAND_LINE, datetime.now(UTC)))
        unused = f"{found.unknown:,} unknown to the service, {found.far:,} too far from their ZIP code"
        click.echo(f"{found.placed:,} placed, {unused}")
        if found.left:
            click.echo(f"{found.left:,} are left; `geocode` goes on with them")
        if found.stopped:
            raise click.ClickException(f"stopped: {found.stopped}. What was found is kept; try again later")

    return command


def purge_command(directory: Directory) -> click.Command:
    """`flask --app app purge`: erase what is kept no longer, with what is left of needs that the site erased before."""

    @click.command("purge", help="Erase the cases whose 30 days are over, and the needs whose day is over.")
    def command() -> None:
        directory.ready()
        purged, left = meetings.purge_due(directory, datetime.now(UTC))
        left = left if purged else directory.database.leave_no_trace()
        click.echo(f"{purged} {'case' if purged == 1 else 'cases'} erased.", err=True)
        for sentence in left:
            click.echo(f"Left to the administrator: {sentence}.", err=True)

    return command
