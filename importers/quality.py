"""`flask --app app quality`: what the publishers' real files are like, imported together into a directory made for it alone.

It never touches the directory of the settings: everything is written to a temporary folder, which is gone at the end.
"""

import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from directory import store
from directory.duplicates import CERTAIN
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.proposing import proposals
from directory.referral import Directory
from directory.settings import Settings
from importers import spreadsheet
from importers.orders import Order, Summary
from importers.pipeline import import_file
from importers.sources import reading

ROOT: Final = Path(__file__).parent.parent
NAMED: Final = (
    ("samhsa_national_directory", ("national-directory-*.xlsx",)),
    ("samhsa_site_download", ("*site-download*.csv", "FindTreament_*.csv", "Behavioral_Health_Treament_*.csv")),
    ("samhsa_locator", ("*locator-reply*.json",)),
    ("california_dhcs", ("california-dhcs-*.json", "california-dhcs-*.csv")),
    ("opioid_treatment_programs", ("opioid-treatment-*.csv",)),
    ("hsds", ("hsds-*/service_full.json", "hsds-*/csv")),
)
"""Which importer reads which files of the folder, in the order in which they are imported; tables with a mapping come last."""
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")
_COSTS: Final = {Loudness.FILE: "the file", Loudness.ROW: "the row", Loudness.VALUE: "the value", Loudness.NOTICE: "nothing"}


@dataclass(frozen=True, slots=True)
class Quality:
    """What came of each file, what the directory then holds, and how many pairs in it may be one place."""

    summaries: Sequence[Summary]
    listings: int
    conflicts: int
    proposed: int
    near_certain: int
    across: int


def real_files() -> Path:
    """The folder of the publishers' files: REAL_FILES, or beside the checkout."""
    return Path(os.environ.get("REAL_FILES") or ROOT.parent / "shared" / "data")


def found(folder: Path) -> Iterator[tuple[str, Path, Path | None]]:
    """The files that are there, each with its source, in the order in which they are imported; tables with their mappings."""
    for source, patterns in NAMED:
        for pattern in patterns:
            yield from ((source, file, None) for file in sorted(folder.glob(pattern)))
    for mapping in sorted(folder.glob("*.toml")):
        tables = (mapping.with_suffix(suffix) for suffix in (".csv", ".xlsx"))
        yield from ((spreadsheet.importer.source.name, table, mapping) for table in tables if table.is_file())


def measured(folder: Path, now: datetime) -> Quality:
    """Import everything of a folder into a directory of its own; raises CannotUnderstand where the folder has nothing."""
    files = list(found(folder))
    if not files:
        fix = "Name the folder with the publishers' files: --files FOLDER, or REAL_FILES"
        raise CannotUnderstand(Problem(Loudness.FILE, folder.name, "no file that an importer reads is there", fix=fix))
    with TemporaryDirectory() as temporary:
        directory = Directory(Settings.from_environment({"INSTANCE": temporary}))
        try:
            directory.ready()
            summaries = [_imported(directory, one, now) for one in files]
            return _counted(directory, summaries)
        finally:
            directory.database.close()


def _imported(directory: Directory, one: tuple[str, Path, Path | None], now: datetime) -> Summary:
    """What came of a file; where it does not say its day, the first of the year in its name is taken for it."""
    source, file, mapping = one
    order = Order("quality", now)
    try:
        importer = reading(source, mapping)
        source = importer.source.name
        try:
            return import_file(directory.database, importer, file, order)
        except CannotUnderstand:
            year = _YEAR.search(file.name)
            if year is None:
                raise
            told = Order("quality", now, observed_at=date(int(year[0]), 1, 1))
            return import_file(directory.database, importer, file, told)
    except CannotUnderstand as error:
        return Summary(source, f"{file.parent.name}/{file.name}", "", problems=error.problems)


def _counted(directory: Directory, summaries: Sequence[Summary]) -> Quality:
    pairs = proposals(directory)
    with directory.database.reading() as connection:
        listings, conflicts = store.count(connection), store.count_conflicts(connection)
    across = sum(len({key.partition(":")[0] for key in pair.ids}) > 1 for pair in pairs)
    return Quality(summaries, listings, conflicts, len(pairs), sum(pair.score >= CERTAIN for pair in pairs), across)


# --- in words ------------------------------------------------------------------------------------------------------


def in_words(quality: Quality) -> str:
    """The report as Markdown."""
    return "\n".join((*_beginning(quality), *_files(quality.summaries), *_problems(quality.summaries), ""))


def _beginning(quality: Quality) -> Iterator[str]:
    yield "# What the publishers' files are like"
    yield ""
    taken, files = sum(one.imported for one in quality.summaries), len(quality.summaries)
    yield "Made by `flask --app app quality > docs/data-quality.md`: every real file at hand is brought, one after another,"
    yield f"into one directory made for this alone; {taken} of {files} were taken, and why the others were not stands below."
    yield "Nothing is merged, and nobody has looked at anything yet."
    yield ""
    yield "| In the directory afterwards | |"
    yield "| --- | ---: |"
    yield f"| Listings | {quality.listings:,} |"
    yield f"| Pairs proposed as one place | {quality.proposed:,} |"
    yield f"| of these from two sources | {quality.across:,} |"
    yield f"| of these all but certain | {quality.near_certain:,} |"
    yield f"| Conflicts for staff to settle | {quality.conflicts:,} |"


def _files(summaries: Sequence[Summary]) -> Iterator[str]:
    yield from ("", "## The files, in the order of their import", "")
    yield "| File | Source | Rows | Listings | Rows refused | Conflicts | Problems told |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for one in summaries:
        counts = (one.rows, one.new, one.refused, one.conflicts, len(one.problems))
        said = [*(f"{count:,}" for count in counts)] if one.imported else ["not taken", "0", "–", "0", f"{len(one.problems):,}"]
        yield f"| {' | '.join((one.file, one.source, *said))} |"


def _problems(summaries: Sequence[Summary]) -> Iterator[str]:
    yield from (
        "",
        "## Problems by kind",
        "",
        "What each costs: the file, its row, its value, or nothing but a look.",
        "",
    )
    yield "| Source | Problem | Costs | How often |"
    yield "| --- | --- | --- | ---: |"
    kinds = Counter((one.source, problem.what, problem.loudness) for one in summaries for problem in one.problems)
    for (source, what, loudness), count in sorted(kinds.items(), key=lambda kind: (kind[0][0], -kind[1], kind[0][1])):
        yield f"| {source} | {what.replace('|', '/')} | {_COSTS[loudness]} | {count:,} |"


def command() -> click.Command:
    """`flask --app app quality`."""

    @click.command("quality", help="Import all real files into a directory of its own, and report what is odd, as Markdown.")
    @click.option("--files", type=click.Path(path_type=Path, exists=True, file_okay=False), help="The folder with the files.")
    def quality(files: Path | None) -> None:
        try:
            click.echo(in_words(measured(files or real_files(), datetime.now(UTC))), nl=False)
        except CannotUnderstand as error:
            click.echo(error, err=True)
            sys.exit(1)

    return quality
