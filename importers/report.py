"""What an import does, or would do, as lines for a terminal: the problems, what changes field by field, and the counts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from directory.conflicts import Conflict, Side
from directory.problems import Loudness, Problem
from importers.differences import Change, ChangeKind
from importers.orders import SHOWN, Summary

COUNTS: Final = ("new", "changed", "unchanged", "gone", "refused")
"""What every import counts, in the order in which people are told."""
_LOUDEST_FIRST: Final = tuple(reversed(Loudness))
_LONGEST: Final = 60


def lines(summary: Summary, dry_run: bool) -> Iterator[str]:
    """Problems first, then, before anything is done, what would change, and last the counts."""
    yield from _problems(summary.problems)
    if dry_run:
        yield from changes(summary)
    yield from conflicts(summary)
    yield in_words(summary, dry_run)


def in_words(summary: Summary, dry_run: bool) -> str:
    """The counts in one sentence."""
    if not summary.imported:
        return f"{summary.source}: nothing was imported"
    counts = ", ".join(f"{getattr(summary, name):,} {name}" for name in COUNTS)
    counts += f", {summary.conflicts:,} in conflict" if summary.conflicts else ""
    would = "would be imported (dry run; nothing was written)" if dry_run else "imported"
    return f"{summary.source}: {summary.rows:,} rows {would}: {counts}"


def _problems(problems: Sequence[Problem]) -> Iterator[str]:
    """The loudest problems in full, the rest counted by kind."""
    ordered = sorted(problems, key=lambda problem: _LOUDEST_FIRST.index(problem.loudness))
    yield from map(str, ordered[:SHOWN])
    for what, count in Counter(problem.what for problem in ordered[SHOWN:]).most_common(SHOWN):
        yield f"and {count:,} more like this: {what}"


def changes(summary: Summary) -> Iterator[str]:
    """Some of the listings that would change, field by field; how many changed in which field; some that go and come."""
    for kind, count in ((ChangeKind.CHANGED, summary.changed), (ChangeKind.GONE, summary.gone), (ChangeKind.NEW, summary.new)):
        some = [change for change in summary.changes if change.kind is kind][:SHOWN]
        for change in some:
            yield from _change(change)
        if some and count > len(some):
            yield f"and {count - len(some):,} more {kind}"
    if summary.fields:
        yield "Changed fields: " + ", ".join(f"{called} {count:,}" for called, count in summary.fields.items())


def conflicts(summary: Summary) -> Iterator[str]:
    """What contradicts what stands, with both sides, for somebody to settle."""
    for one in summary.contradictions[:SHOWN]:
        yield f"in conflict: {one.who}, {one.called}: {_side(one, one.stands)}, but {_side(one, one.said)}"
    if summary.conflicts > SHOWN:
        yield f"and {summary.conflicts - SHOWN:,} more in conflict"


def _side(conflict: Conflict, side: Side) -> str:
    by = side.provenance
    return f"{short(conflict.in_words(side))} ({by.source}, {by.observed_at})"


def _change(change: Change) -> Iterator[str]:
    yield f"{change.kind}: {change.name} ({change.place})"
    yield from (f"    {one.called}: {short(one.old)} → {short(one.new)}" for one in change.fields)


def short(words: str) -> str:
    """A value that does not fill the page."""
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
