"""When too little is left: which wish rules out how many, and the smallest changes that leave something. Nothing is loosened
silently: each change is a need of its own, asked again and counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from directory.need import Need
from directory.spoken import both, joined, say
from directory.vocabulary import LEVELS, PAYERS, label

ENOUGH: Final = 3
LIMITS: Final = (10.0, 25.0, 50.0, 100.0, 250.0, 500.0, None)


@dataclass(frozen=True, slots=True)
class Loosening:
    """A change of the need in words, the need after it, and how many options and listings to call first there then are."""

    words: str
    need: Need
    fits: int


def loosenings(need: Need, fits: Callable[[Need], int]) -> tuple[Loosening, ...]:
    """Every single change that leaves at least one, and where none leaves three the smallest that do; each truly counted."""
    steps = [_counted(options, fits) for options in _changes(need)]
    found = [one for several in steps for one in several]
    if any(one.fits >= ENOUGH for one in found):
        return tuple(found)
    return (*found, *_together(need, fits))


def _counted(options: list[tuple[str, Need]], fits: Callable[[Need], int]) -> list[Loosening]:
    """Of the steps of one kind, from small to large, the first that leaves at least one and the first that leaves three."""
    found: list[Loosening] = []
    for words, changed in options:
        count = fits(changed)
        if count and (not found or count >= ENOUGH):
            found.append(Loosening(words, changed, count))
        if count >= ENOUGH:
            break
    return found


def _changes(need: Need) -> Iterator[list[tuple[str, Need]]]:
    """The changes that can be made, a kind at a time, from small to large."""
    for code in need.must:
        yield [(say("without %(what)s", what=label(code)), replace(need, must=tuple(one for one in need.must if one != code)))]
    if need.within_miles is not None:
        wider = [limit for limit in LIMITS if limit is None or limit > need.within_miles]
        yield [(_distance(need.within_miles, limit), replace(need, within_miles=limit)) for limit in wider]
    if need.payer and not need.self_pay_ok:
        words = say("if the family pays where %(payer)s is not taken", payer=PAYERS[need.payer])
        yield [(words, replace(need, self_pay_ok=True))]
    if need.level:
        words = say("at any residential or inpatient level instead of %(level)s", level=LEVELS[need.level])
        yield [(words, replace(need, level=None))]


def _distance(now: float, limit: float | None) -> str:
    if limit is None:
        return say("anywhere instead of within %(now)s miles", now=f"{now:g}")
    return say("within %(limit)s miles instead of %(now)s", limit=f"{limit:g}", now=f"{now:g}")


def _together(need: Need, fits: Callable[[Need], int]) -> tuple[Loosening, ...]:
    """The fewest changes that leave three, else one: two at a time, then all; of a distance the largest step."""
    kinds = [options[-1] for options in _changes(need)]
    best: Loosening | None = None
    for size in range(2, len(kinds) + 1):
        for several in combinations(range(len(kinds)), size):
            changed = _all_of(need, several)
            one = Loosening(joined((kinds[at][0] for at in several), both), changed, fits(changed))
            if one.fits >= ENOUGH:
                return (one,)
            best = one if one.fits and (best is None or one.fits > best.fits) else best
    return (best,) if best else ()


def _all_of(need: Need, several: tuple[int, ...]) -> Need:
    """The need with these changes, one after the other."""
    changed = need
    for at in several:
        wanted = list(_changes(need))[at][-1][1]
        differing = {name: getattr(wanted, name) for name in ("within_miles", "self_pay_ok", "level")}
        lost = set(need.must) - set(wanted.must)
        kept = tuple(code for code in changed.must if code not in lost)
        same = {name: value for name, value in differing.items() if value != getattr(need, name)}
        changed = replace(changed, must=kept, **same)
    return changed
