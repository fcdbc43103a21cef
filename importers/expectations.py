"""What a file is held against before anything of it is written: known phrases, how many listings, what it would withdraw."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Final

from directory.listing import Statement
from directory.problems import Loudness, Problem
from directory.values import STATES
from importers import missing
from importers.base import Batch, Source, refuse
from importers.differences import Change
from importers.orders import File, Order
from importers.understanding import Understood, Unknown

_MOST_WITHDRAWN: Final = 1 / 3
"""Of what the directory has of what a file stands for, the file takes out no larger share unasked."""
_SHORTEST: Final = 2 / 3
"""Of the listings of its source's newest file, a file that has them again has no smaller share unasked."""
_FEW: Final = 20
"""Of fewer listings than this some come and go without a broken download; not half of them, where that is more than one."""


@dataclass(frozen=True, slots=True)
class There:
    """What the directory has of a source where a file covers it: digests by local id, "" for what was withdrawn.

    `said` has what the source last said of some of them. `whole` says that the file covers everything that its source
    has, `beside` is what it has in the States that the file names without covering them. `newest` is how many listings the
    source's newest file had that was read in the same way; 0 where this one needs not be held against it.
    """

    source: str
    last: Mapping[str, str]
    covered: Set[str]
    whole: bool
    said: Callable[[Sequence[str]], Mapping[str, Statement]]
    newest: int = 0
    beside: Set[str] = frozenset()


def covers(file: File, batch: Batch, order: Order) -> frozenset[str] | None:
    """The States of which a file has everything: what it says itself, else what the order says; None for the whole source."""
    if order.covers is None:
        return batch.covers
    if batch.covers:
        found = ", ".join(sorted(batch.covers))
        raise refuse(file.name, "the file itself says of which States it has everything", found, "Leave --covers out")
    return None if order.covers >= STATES.keys() else order.covers


def left_out(source: Source, file: File, said: Understood, order: Order) -> list[Problem]:
    """A problem for each phrase that was left out; refuses the file where they were not to be."""
    if not said.unknown:
        return []
    fix = f"Say what each means in [phrases] of {source.phrases_in or f'importers/{source.name}.toml'}"
    fix += f", a code in {source.codes_in}" if source.codes_in else ""
    if not order.skip_unknown:
        count = len(said.unknown)
        what = f"{count:,} {'phrase is' if count == 1 else 'phrases are'} not known here; nothing was imported"
        found = "; ".join(f"{one.phrase} ({_rows(one.rows)}{_first(one, file)})" for one in said.unknown)
        raise refuse(file.name, what, found, f"{fix}, or leave those facts out: --skip-unknown")
    return [_left_out_of(one, file, fix) for one in said.unknown]


def _first(one: Unknown, file: File) -> str:
    """Where a phrase stands, or first stands, behind the file's name."""
    where = one.where.removeprefix(f"{file.name}, ")
    return where and f"{': ' if one.rows < 2 else ', first '}{where}"


def _left_out_of(one: Unknown, file: File, fix: str) -> Problem:
    phrase = one.phrase if "“" in one.phrase else f"“{one.phrase}”"
    what = f"{phrase} is not known here; left out of {_rows(one.rows)}"
    return Problem(Loudness.VALUE, one.where or file.name, what, fix=fix)


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def unexpected(source: Source, file: File, count: int, there: There, order: Order) -> list[Problem]:
    """A word about a count that the source does not usually have; refuses a file that would empty what is there.

    A small file into an empty directory has nothing to lose, so it is taken. Half a download over a whole one is not. Of a
    file of some States only what is too much is unexpected: how few it may have, what it withdraws says.
    """
    if count <= source.at_most and (count >= source.at_least or not there.whole):
        return []
    what = f"the file should hold {source.at_least:,} to {source.at_most:,} listings that can be read"
    held = sum(map(bool, there.last.values()))
    if (count > source.at_most or held >= source.at_least) and not order.force_because:
        fix = "Check that the file is whole; if the number is right, give the reason, such as --force “the publisher says so”"
        raise refuse(file.name, f"{what}; nothing was imported", f"{count:,}", fix)
    return [Problem(Loudness.NOTICE, file.name, what, f"{count:,}", "Check that the file is whole")]


def cut_short(file: File, said: Understood, there: There, order: Order) -> list[Problem]:
    """A word where a file has far fewer listings than its source's newest, and mostly the same; refuses it unasked.

    A file of other listings, such as another State's, is none that was cut off.
    """
    count = len(said.statements)
    before = min(there.newest, sum(map(bool, there.last.values())))
    known = sum(bool(there.last.get(one.local_id)) for one in said.statements)
    if _whole(said, before) or known * 2 <= count or order.covers is not None:
        return []
    what = "the file is far shorter than the newest of its source, and has listings of it again, as half a download has"
    found = f"{count:,} of {before:,}"
    if not order.force_because:
        fix = "," if there.whole else ", say the States of which it has everything, such as --covers MA, or"
        fix = f"Check that the file is whole; if it is{fix} give the reason, such as --force “half of them closed”"
        raise refuse(file.name, f"{what}; nothing was imported", found, fix)
    return [Problem(Loudness.NOTICE, file.name, what, found, "Check that the file is whole")]


def _whole(said: Understood, before: int) -> bool:
    """Whether a file is no half download where so many listings were before; of a few, rows that can't be read count too."""
    count = len(said.statements)
    if before >= _FEW:
        return count >= before * _SHORTEST
    lost = before - count - said.refused
    return lost * 2 < before or lost < 2


def older(file: File, days: Mapping[str, date], coming: Mapping[str, date], order: Order) -> list[Problem]:
    """A word where a file would undo what its source said on a later day; refuses it unless there is a reason.

    `days` has the day of what the source last said, `coming` the day of what the file says otherwise, by local id.
    """
    undone = [one for one, day in coming.items() if one in days and day < days[one]]
    if not undone:
        return []
    first = max(undone, key=lambda one: (days[one], one))
    what = "the file is older than what this source said last"
    found = f"{coming[first]}, against {days[first]}; {listings(len(undone))} would be changed back"
    if not order.force_because:
        fix = "Import the newest edition; if this one is right, give the reason, such as --force “the newer one was a draft”"
        raise refuse(file.name, f"{what}; nothing was imported", found, fix)
    return [Problem(Loudness.NOTICE, file.name, what, found, "Import the newest edition after it")]


def lacking(said: Understood, there: There) -> list[str]:
    """What a file does not name of the listings that it covers, not even unreadably."""
    return missing.missing(there.covered, there.last, {one.local_id for one in said.statements} | said.unreadable.keys())


def gone(file: File, said: Understood, there: There, order: Order) -> tuple[list[str], list[Problem]]:
    """What the newest file no longer has of what it covers. As long as rows that could not be read may be it, nothing is.

    Refuses a file that would take out more than a third of what is there.
    """
    unread = [row for local_id, row in said.unreadable.items() if not there.last.get(local_id)]
    lost = lacking(said, there)
    stay = missing.may_be_unread(there.said(lost).values(), unread) if lost and unread else frozenset[str]()
    lost = [one for one in lost if one not in stay]
    if len(lost) <= said.nameless:
        stay, lost = stay.union(lost), []
    what = "listings are missing that may be among the rows that could not be understood; they stay as they were"
    fix = "Mend those rows and import again"
    told = [Problem(Loudness.NOTICE, file.name, what, listings(len(stay)), fix)] if stay else []
    return lost, [*told, *_staying(file, said, there), *_too_many(file, lost, there, order)]


def _staying(file: File, said: Understood, there: There) -> list[Problem]:
    """A word about what a file does not name, where nobody said that it names everything."""
    stay = missing.missing(there.beside, there.last, {one.local_id for one in said.statements} | said.unreadable.keys())
    if not stay:
        return []
    what = "listings of the same States are not in this file; they stay as they were, since nobody said that it has everything"
    fix = "If it does, name its States, such as --covers MA: then they become “not in the latest file”"
    return [Problem(Loudness.NOTICE, file.name, what, listings(len(stay)), fix)]


def _too_many(file: File, lost: Sequence[str], there: There, order: Order) -> list[Problem]:
    """A word where a file takes out more than a third of what it stands for; refuses it unasked. Of a few, half is too many."""
    held, count = sum(bool(there.last.get(one)) for one in there.covered), len(lost)
    few = there.whole and held < _FEW and (count < 2 or count * 2 < held)
    if few or count <= held * _MOST_WITHDRAWN:
        return []
    of = "this source" if there.whole else "its States"
    what = f"the file lacks more than a third of the listings that the directory has of {of}"
    found = f"{count:,} of {held:,}"
    if not order.force_because:
        whose = "is whole and no other sender's" if there.whole else "is whole and what it covers"
        fix = f"Check that the file {whose}; if it is right, give the reason: --force “two counties left”"
        raise refuse(file.name, f"{what}; nothing was imported", found, fix)
    return [Problem(Loudness.NOTICE, file.name, what, found, "Check that the file is whole")]


def other_centers(file: File, others: Sequence[Change], there: There, said: Understood, order: Order) -> list[Problem]:
    """A word where listings have another name and street under their id: a source may have given it to another center.

    Refuses a file in which that befalls an id that several rows have, or had: which of them is the center of before, nobody
    can tell, and what people confirmed of the one would stand beside the other.
    """
    if not others:
        return []
    several = {_with_others(one) for one in there.last} | {_with_others(one.local_id) for one in said.statements}
    mixed = [one for one in others if one.listing_id.partition(":")[2] in several]
    if mixed and not order.force_because:
        what = "several rows have one id, and which of them is the center of before can't be told; nothing was imported"
        fix = "Ask the sender for an id of its own for each; if it is right, give the reason: --force “both have moved”"
        raise refuse(file.name, what, f"{mixed[0].listing_id}, now {mixed[0].name}", fix)
    what = "listings have another name and another street than before under the same id; what people confirmed of them stays"
    fix = "Look whether they are the same centers; if not, ask the sender for ids that are not used again"
    return [Problem(Loudness.NOTICE, file.name, what, f"{listings(len(others))}, first {others[0].name}", fix)]


def _with_others(local_id: str) -> str:
    """The id that a listing shares with others, where it was told apart from them."""
    return local_id.rpartition("-")[0]


def withdrawn(file: str, source: str, share: tuple[int, int], order: Order) -> list[Problem]:
    """A word where a file of listings withdraws more than a third of what a source has here; refuses it unasked.

    `share` is how many it withdraws, and of how many. What people enter by hand of a few listings is no broken file.
    """
    gone, held = share
    if held < _FEW or gone <= held * _MOST_WITHDRAWN:
        return []
    what = f"the file withdraws more than a third of the listings that the directory has of “{source}”"
    found = f"{gone:,} of {held:,}"
    if not order.force_because:
        fix = "Check who wrote the file; if it is right, give the reason, such as --force “the register was closed”"
        raise refuse(file, f"{what}; nothing was imported", found, fix)
    return [Problem(Loudness.NOTICE, file, what, found, "Check who wrote the file")]


def listings(count: int) -> str:
    """So many listings, in words."""
    return f"{count:,} listing{'' if count == 1 else 's'}"
