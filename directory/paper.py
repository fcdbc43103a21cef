"""The answer in plain text, for a terminal or a printer."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from directory.answered import Answered
from directory.listing import Listing, PhoneKind
from directory.matching.beds import standing_for
from directory.matching.compose import PRESENTED, bridge_terms
from directory.matching.criteria import BY_NAME
from directory.matching.explain import Entry, Finding
from directory.matching.loosen import Loosening
from directory.matching.rank import CALL, TIERS
from directory.matching.wording import moment
from directory.need import Need
from directory.vocabulary import HELPLINES, LEVELS, MEDICATIONS, PAYERS, SAFETY, TRAVEL, Answer, label

WIDTH = 100
DEMONSTRATION: Final = "Demonstration: every center here is invented. Do not call."
_DEMO: Final = "demo:"
_YOUNG: Final = 12
_WISHES: Final = 3
_PHONE_KINDS = {PhoneKind.INTAKE: "intake line", PhoneKind.MAIN: "main number"}


def in_words(answered: Answered) -> str:
    """The whole answer as text."""
    return "\n".join(_lines(answered))


def need_in_words(need: Need) -> str:
    """The need as one sentence, for the head of a list."""
    who = " ".join(filter(None, [need.sex, f"aged {need.age}" if need.age is not None else ""])) or "somebody"
    extra = [
        "pregnant" if need.pregnant else "",
        "a veteran" if need.veteran else "",
        f"uses {', '.join(need.substances)}" if need.substances else "",
        f"dependent on {', '.join(need.dependent_on)}" if need.dependent_on else "",
        f"takes {', '.join(MEDICATIONS[drug] for drug in need.taking)}" if need.taking else "",
        f"wants {', '.join(MEDICATIONS[drug] for drug in need.wants)}" if need.wants else "",
        f"level needed: {LEVELS[need.level]}" if need.level else "",
        PAYERS[need.payer] if need.payer else "",
        f"plan: {need.plan}" if need.plan else "",
        "the family would pay" if need.self_pay_ok else "",
        f"grounds for refusal: {_labels(need.applies)}" if need.applies else "",
        f"must have: {_labels(need.must)}" if need.must else "",
        f"nice to have: {_labels(need.nice)}" if need.nice else "",
        f"language: {need.language}" if need.language else "",
        f"words: “{need.words}”" if need.words else "",
    ]
    limit = f"within {need.within_miles:g} miles of" if need.within_miles else "anywhere, counted from"
    where = f"{limit} {need.near.label}" if need.near else "anywhere"
    preferred = TRAVEL[need.travel] if need.travel != "nearer" else ""
    return "; ".join([who, *filter(None, extra), where, *filter(None, [preferred])])


def capital(words: str) -> str:
    """The words with their first letter a capital and the others as they are."""
    return words[:1].upper() + words[1:]


def times_in_words(need: Need) -> str:
    """When the meeting ends and when they leave, where that was said."""
    today = need.as_of.date()
    ends = f"; the meeting ends {moment(need.meeting_ends, today)}" if need.meeting_ends else ""
    return ends + (f"; they leave {moment(need.leave_at, today)}" if need.leave_at else "")


def is_invented(listing_id: str) -> bool:
    """Whether a listing belongs to the demonstration."""
    return listing_id.startswith(_DEMO)


def invented(answered: Answered) -> bool:
    """Whether anything that is shown comes from the demonstration."""
    shown = (*answered.options, *answered.call_first, *answered.bridges, *answered.named, *answered.set_aside)
    return any(is_invented(entry.listing.id) for entry in shown)


def _labels(codes: tuple[str, ...]) -> str:
    return ", ".join(label(code) for code in codes)


def distance(entry: Entry) -> str:
    """How far away, as people say it: never 0, since even the same ZIP code is a way to go."""
    if entry.miles is None:
        return "distance not known"
    about = "about " if entry.listing.point and entry.listing.point.approximate else ""
    return f"{about}{max(round(entry.miles), 1)} mi"


def tier_in_words(tier: str) -> str:
    """A tier's name, such as “Ready”."""
    return TIERS[tier].partition(":")[0] if tier else ""


def would_be_first(entry: Entry, answered: Answered) -> str:
    """What would put it first: “would be first if Medicaid were confirmed”; "" for nothing.

    That a bed were held is left out where nothing is ready: it would put nearly every center first.
    """
    plain = "" if answered.options else BY_NAME["admit"].wish(answered.need)
    wishes = [wish for wish in entry.first_if if wish != plain]
    return f"would be first if {', or if '.join(wishes[:_WISHES])}" if wishes else ""


def bridge_in_words(listing: Listing, need: Need) -> str:
    """What a bridge starts or continues, and whether on the first day."""
    given = [code for code in bridge_terms(need) if listing.says(code)]
    role = "continues" if given and given[0].endswith("_continue") else "starts"
    drugs = [words for drug, words in MEDICATIONS.items() if {f"moud.{drug}_start", f"moud.{drug}_continue"} & {*given}]
    when = " the same day" if listing.says("moud.same_day") else "; ask whether the same day"
    return f"{role} {' or '.join(dict.fromkeys(drugs))}{when}"


def headline(answered: Answered) -> str:
    """What the answer comes to, and what to do next, in a few sentences."""
    ready, backups = len(answered.meeting.presented), len(answered.meeting.backups)
    if ready:
        beside = f" and {_counted(backups, 'backup')}" if backups else ""
        order = ", in this order" if ready > 1 or beside else ""
        return f"{_counted(ready, 'option')}{beside} for the family{order}. {calls_needed(answered)}".strip()
    if answered.call_first_count:
        calls = answered.call_first_count
        who = "1 center is worth a call." if calls == 1 else f"{calls} centers are worth a call: call first, in this order."
        return f"{'No center is ready yet.' if _beds_said(answered) else 'No center has confirmed a bed yet.'} {who}"
    child = answered.need.age is not None and answered.need.age < _YOUNG
    help_for = " Few programs take a child this young: the SAMHSA helpline and the child's doctor know them." if child else ""
    return f"No center in the directory fits this need. What stands in the way is counted below.{help_for}"


def loosenings(answered: Answered) -> list[Loosening]:
    """The changes of the need that leave more than fits now."""
    fits = answered.option_count + answered.call_first_count
    return [one for one in answered.loosenings if one.fits > fits]


def calls_needed(answered: Answered) -> str:
    """How many options the list still lacks, and where they may come from; "" where it is full."""
    lacking = PRESENTED - len(answered.meeting.presented)
    if lacking <= 0:
        return ""
    if not answered.call_first_count:
        return f"{_counted(lacking, 'more option')} would make the list whole, but nobody is left to call."
    return f"{_counted(lacking, 'more option')} needed: make the calls below until the list has {PRESENTED}."


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _lines(answered: Answered) -> Iterator[str]:
    if invented(answered):
        yield from (DEMONSTRATION, "")
    yield from _wrapped(f"For: {need_in_words(answered.need)}{times_in_words(answered.need)}", "")
    yield from _wrapped(f"List for {answered.need.as_of:%Y-%m-%d %H:%M %Z}. {age(answered)} Call before you leave.", "")
    yield ""
    yield from _wrapped(headline(answered), "")
    yield from _sections(answered)
    yield ""
    yield from _set_aside(answered)
    yield from _section("What would leave more", _items(f"{one.words}: {one.fits} fit" for one in loosenings(answered)))
    yield ""
    yield from (f"{label}: {number}" for label, number in HELPLINES)
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
        return "Nothing is shown."
    oldest, newest = (f"{day:%B} {day.day}, {day.year}" for day in between)
    when = f"on {newest}" if oldest == newest else f"between {oldest} and {newest}"
    return f"What is known was said {when}" + (
        "; of beds each report has its own time." if _beds_said(answered) else "; nobody has confirmed a bed."
    )


def _beds_said(answered: Answered) -> bool:
    """Whether anybody reported on the beds of what is shown, within a day."""
    return any(standing_for(entry.listing, answered.need) for entry in (*answered.options, *answered.call_first))


def _called(listing: Listing) -> str:
    phone = listing.phone
    return f"{phone} ({_PHONE_KINDS[phone.kind]})" if phone else "no telephone number known"


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
    for name, count in sorted(answered.aside_counts.items(), key=lambda item: -item[1]):
        yield f"   {count:>7,}  {BY_NAME[name].title}"
    if answered.set_aside:
        yield "   The nearest of them:"
        for entry in answered.set_aside[:5]:
            yield from _wrapped(
                f"{entry.listing.name}, {entry.listing.address.place}, {distance(entry)}: {entry.reason}", "   - "
            )
