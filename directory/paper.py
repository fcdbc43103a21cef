"""The answer in plain text, for a terminal or a printer."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from directory.answered import Answered
from directory.further import FURTHER_SHOWN, loosened, loosenings, narrowed, worth_adding
from directory.listing import Listing, PhoneKind
from directory.matching.beds import standing_for
from directory.matching.compose import PRESENTED, bridge_terms
from directory.matching.criteria import BY_NAME
from directory.matching.explain import Entry, Finding
from directory.matching.rank import CALL, TIERS
from directory.matching.wording import day
from directory.need import Need
from directory.need_words import need_in_words
from directory.spoken import Spoken, after, capital, count, either, joined, say
from directory.vocabulary import HELPLINES, MEDICATIONS, SAFETY, Answer, label

WIDTH = 100
DEMONSTRATION: Final = "Demonstration: every center here is invented. Do not call."
_DEMO: Final = "demo:"
_YOUNG: Final = 12
_WISHES: Final = 3
PHONE_KINDS: Final = {PhoneKind.INTAKE: say("intake line"), PhoneKind.MAIN: say("main number")}


def in_words(answered: Answered) -> str:
    """The whole answer as text."""
    return "\n".join(_lines(answered))


def is_invented(listing_id: str) -> bool:
    """Whether a listing belongs to the demonstration."""
    return listing_id.startswith(_DEMO)


def invented(answered: Answered) -> bool:
    """Whether anything that is shown comes from the demonstration."""
    shown = (*answered.options, *answered.call_first, *answered.bridges, *answered.named, *answered.set_aside)
    return any(is_invented(entry.listing.id) for entry in shown)


def distance(entry: Entry) -> Spoken:
    """How far away, as people say it: never 0, since even the same ZIP code is a way to go."""
    if entry.miles is None:
        return say("distance not known")
    miles = max(round(entry.miles), 1)
    if entry.listing.point and entry.listing.point.approximate:
        return count("about %(num)d mi", "about %(num)d mi", miles)
    return count("%(num)d mi", "%(num)d mi", miles)


def tier_in_words(tier: str) -> str:
    """A tier's name, such as “Ready”."""
    return TIERS[tier] if tier else ""


def would_be_first(entry: Entry, answered: Answered) -> str:
    """What would put it first: “would be first if Medicaid were confirmed”; "" for nothing.

    That a bed were held is left out where nothing is ready: it would put nearly every center first.
    """
    plain = "" if answered.options else BY_NAME["admit"].wish(answered.need)
    wishes = [wish for wish in entry.first_if if wish != plain]
    if not wishes:
        return ""
    return say("would be first if %(wishes)s", wishes=joined(wishes[:_WISHES], _or_if))


def _or_if(some: str, other: str) -> str:
    return say("%(some)s, or if %(other)s", some=some, other=other) if some else other


def bridge_in_words(listing: Listing, need: Need) -> str:
    """What a bridge starts or continues, and whether on the first day."""
    given = [code for code in bridge_terms(need) if listing.says(code)]
    known = [words for drug, words in MEDICATIONS.items() if {f"moud.{drug}_start", f"moud.{drug}_continue"} & {*given}]
    drugs = joined(known, either)
    if given and given[0].endswith("_continue"):
        told = say("continues %(drugs)s", drugs=drugs)
    else:
        told = say("starts %(drugs)s", drugs=drugs)
    if listing.says("moud.same_day"):
        return say("%(given)s the same day", given=told)
    return say("%(given)s; ask whether the same day", given=told)


def headline(answered: Answered) -> str:
    """What the answer comes to, and what to do next, in a few sentences."""
    if answered.meeting.presented:
        return joined((_presented(answered), calls_needed(answered)), after)
    if answered.call_first_count:
        why = say("No center is ready yet.") if _beds_said(answered) else say("No center has confirmed a bed yet.")
        calls = count(
            "%(num)d center is worth a call.",
            "%(num)d centers are worth a call: call first, in this order.",
            answered.call_first_count,
        )
        return joined((why, calls), after)
    none = say("No center in the directory fits this need. What stands in the way is counted below.")
    if answered.need.vetted_only:
        none = say("No center that we have checked fits this need. What stands in the way is counted below.")
    if answered.need.age is None or answered.need.age >= _YOUNG:
        return none
    child = say("Few programs take a child this young: the SAMHSA helpline and the child's doctor know them.")
    return joined((none, child), after)


def _presented(answered: Answered) -> Spoken:
    """How many options and backups there are for the family."""
    ready, backups = len(answered.meeting.presented), len(answered.meeting.backups)
    options = count("%(num)d option", "%(num)d options", ready)
    if backups:
        more = count("%(num)d backup", "%(num)d backups", backups)
        return say("%(options)s and %(backups)s for the family, in this order.", options=options, backups=more)
    if ready > 1:
        return say("%(options)s for the family, in this order.", options=options)
    return say("%(options)s for the family.", options=options)


def calls_needed(answered: Answered) -> str:
    """How many options the list still lacks, and where they may come from; "" where it is full."""
    lacking = PRESENTED - len(answered.meeting.presented)
    if lacking <= 0:
        return ""
    if not answered.call_first_count:
        return count(
            "%(num)d more option would make the list whole, but nobody is left to call.",
            "%(num)d more options would make the list whole, but nobody is left to call.",
            lacking,
        )
    return count(
        "%(num)d more option needed: make the calls below until the list has %(full)d.",
        "%(num)d more options needed: make the calls below until the list has %(full)d.",
        lacking,
        full=PRESENTED,
    )


def _lines(answered: Answered) -> Iterator[str]:
    if invented(answered):
        yield from (DEMONSTRATION, "")
    yield from _wrapped(f"For: {need_in_words(answered.need)}", "")
    yield from _wrapped(f"List for {answered.need.as_of:%Y-%m-%d %H:%M %Z}. {age(answered)} Call before you leave.", "")
    yield ""
    yield from _wrapped(headline(answered), "")
    yield from _sections(answered)
    yield ""
    yield from _set_aside(answered)
    further = (f"{label(one.code)} ({one.code}): {narrowed(one)}" for one in worth_adding(answered)[:FURTHER_SHOWN])
    yield from _section("What a further must-have would leave of those that fit or are worth a call", _items(further))
    yield from _section("What would leave more", _items(loosened(one) for one in loosenings(answered)))
    yield from _section("Not on our list", _items(filter(None, [answered.unchecked])))
    yield ""
    yield from (f"{purpose}: {number}" for purpose, number in HELPLINES)
    yield from textwrap.wrap(SAFETY, WIDTH)


def _sections(answered: Answered) -> Iterator[str]:
    """The listings that the words name, the list with what it can't promise, the bridges, and everything else to call."""
    listed = answered.presented()
    others = [entry for entry in answered.options if entry not in listed]
    yield from _section("Found by name", [line for entry in answered.named for line in _named(entry)])
    entries = (*listed, *others, *answered.call_first)
    numbered = {entry.listing.id: _entry(number, entry, answered) for number, entry in enumerate(entries, start=1)}
    yield from _numbered("The list for the meeting", listed, numbered)
    yield from _section("What this list can't promise", _items(answered.meeting.sentences))
    told = [line for entry in answered.bridges for line in _bridge(entry, answered.need)]
    yield from _section("If the answer is no today", told or ([f"   {answered.no_bridge}"] if answered.no_bridge else []))
    yield from _numbered(f"Other options ({answered.option_count - len(listed)})", others, numbered)
    yield from _numbered(f"Call first ({answered.call_first_count})", answered.call_first, numbered)


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return ["", title, *lines] if lines else []


def _items(told: Iterable[str]) -> list[str]:
    return [line for words in told for line in _wrapped(words, "   - ")]


def _numbered(title: str, entries: Sequence[Entry], numbered: Mapping[str, Iterator[str]]) -> Iterator[str]:
    if entries:
        yield from ("", title)
    for entry in entries:
        yield ""
        yield from numbered[entry.listing.id]


def _named(entry: Entry) -> Iterator[str]:
    listing = entry.listing
    became = f"set aside: {entry.reason}" if entry.reason else tier_in_words(entry.tier)
    yield from _wrapped(f"{listing.name}, {listing.address.place}, {distance(entry)}; {_called(listing)}; {became}", "   - ")


def _bridge(entry: Entry, need: Need) -> Iterator[str]:
    listing = entry.listing
    yield from _wrapped(f"{listing.name}, {listing.address.place}, {distance(entry)}; {_called(listing)}", "   - ")
    yield from _wrapped(f"{bridge_in_words(listing, need)}; {entry.intake}", "     ")
    if entry.questions:
        yield from _wrapped("Ask: " + " · ".join(entry.questions), "     ")


def age(answered: Answered) -> str:
    """From when to when what is shown was said, and whether nobody has confirmed a bed."""
    between = answered.said_between()
    if between is None:
        return say("Nothing is shown.")
    oldest, newest = between
    told = say("What is known was said between %(oldest)s and %(newest)s", oldest=day(oldest), newest=day(newest))
    if oldest == newest:
        told = say("What is known was said on %(day)s", day=day(newest))
    if _beds_said(answered):
        return say("%(said)s; of beds each report has its own time.", said=told)
    return say("%(said)s; nobody has confirmed a bed.", said=told)


def _beds_said(answered: Answered) -> bool:
    """Whether anybody reported on the beds of what is shown, within a day."""
    return any(standing_for(entry.listing, answered.need) for entry in (*answered.options, *answered.call_first))


def _called(listing: Listing) -> str:
    phone = listing.phone
    return f"{phone} ({PHONE_KINDS[phone.kind]})" if phone else "no telephone number known"


def _entry(number: int, entry: Entry, answered: Answered) -> Iterator[str]:
    listing = entry.listing
    yield f"{number}. {listing.name}"
    yield f"   {_called(listing)} · {listing.address.place} · {distance(entry)}"
    yield from _wrapped(f"{entry.tier} {tier_in_words(entry.tier)}: {entry.bed}; {entry.intake}", "   ")
    if entry.then:
        yield from _wrapped(f"Then: {entry.then.name}, {entry.then.address.place}, {_called(entry.then)}", "   ")
    between = f", between {entry.low} and {entry.high}" if entry.low != entry.high else ""
    yield f"   {entry.points} of 100 points{between}"
    if would_be_first(entry, answered):
        yield from _wrapped(capital(would_be_first(entry, answered)), "   ")
    said = {(finding.source, finding.observed_at) for finding in entry.findings if finding.source}
    for finding in entry.findings:
        if finding.answer is not Answer.YES or (finding.points and entry.tier != CALL):
            yield from _wrapped(_finding(finding, cited=len(said) > 1), "     ")
    if len(said) == 1:
        yield from (f"     Said by {source}, {day}" for source, day in said)
    if entry.questions:
        yield from _wrapped("Ask: " + " · ".join(entry.questions), "   ")


def _finding(finding: Finding, cited: bool) -> str:
    points = f" ({finding.points} of {finding.of})" if finding.of else ""
    source = f" [{finding.source}, {finding.observed_at}]" if finding.source and cited else ""
    because = "as said above" if finding.criterion == "admit" else finding.because
    return f"{finding.title}{points}: {because}{source}"


def _wrapped(words: str, indent: str) -> list[str]:
    return textwrap.wrap(words, WIDTH, initial_indent=indent, subsequent_indent=" " * (len(indent) + 2), break_on_hyphens=False)


def _set_aside(answered: Answered) -> Iterator[str]:
    total = sum(answered.aside_counts.values())
    yield f"Set aside: {total:,} of {answered.listings:,} listings"
    for name, some in sorted(answered.aside_counts.items(), key=lambda item: -item[1]):
        yield f"   {some:>7,}  {BY_NAME[name].title}"
    if answered.set_aside:
        yield "   The nearest of them:"
        for entry in answered.set_aside[:5]:
            yield from _wrapped(
                f"{entry.listing.name}, {entry.listing.address.place}, {distance(entry)}: {entry.reason}", "   - "
            )
