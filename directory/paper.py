"""The answer in plain text, for a terminal or a printer."""

import textwrap
from collections.abc import Iterator

from directory.answered import Answered
from directory.listing import PhoneKind
from directory.matching.criteria import BY_NAME
from directory.matching.explain import Entry, Finding
from directory.need import Need
from directory.vocabulary import HELPLINES, LEVELS, MEDICATIONS, PAYERS, SAFETY, Answer, label

WIDTH = 100
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
    return "; ".join([who, *filter(None, extra), where])


def _labels(codes: tuple[str, ...]) -> str:
    return ", ".join(label(code) for code in codes)


def distance(entry: Entry) -> str:
    """How far away, as people say it: never 0, since even the same ZIP code is a way to go."""
    if entry.miles is None:
        return "distance not known"
    about = "about " if entry.listing.point and entry.listing.point.approximate else ""
    return f"{about}{max(round(entry.miles), 1)} mi"


def headline(answered: Answered) -> str:
    """What the answer comes to, in one or two sentences."""
    if answered.option_count:
        return f"{answered.option_count} ready now. {answered.call_first_count} more to call first."
    if answered.call_first_count:
        who = "1 center is" if answered.call_first_count == 1 else f"{answered.call_first_count} centers are"
        return f"No center has confirmed a bed yet. {who} worth a call: call first, in this order."
    return "No center in the directory fits this need. What stands in the way is counted below."


def _lines(answered: Answered) -> Iterator[str]:
    yield f"For: {need_in_words(answered.need)}"
    yield f"List for {answered.need.as_of:%Y-%m-%d %H:%M %Z}. {_age(answered)} Call before you leave."
    yield ""
    yield headline(answered)
    for number, entry in enumerate((*answered.options, *answered.call_first), start=1):
        yield ""
        yield from _entry(number, entry)
    yield ""
    yield from _set_aside(answered)
    yield ""
    yield from (f"{label}: {number}" for label, number in HELPLINES)
    yield from textwrap.wrap(SAFETY, WIDTH)


def _age(answered: Answered) -> str:
    between = answered.said_between()
    if between is None:
        return "Nothing is shown."
    oldest, newest = between
    when = f"on {newest}" if oldest == newest else f"between {oldest} and {newest}"
    return f"What is known was said {when}; nobody has confirmed a bed."


def _entry(number: int, entry: Entry) -> Iterator[str]:
    listing, phone = entry.listing, entry.listing.phone
    yield f"{number}. {listing.name}"
    called = f"{phone} ({_PHONE_KINDS[phone.kind]})" if phone else "no telephone number known"
    yield f"   {called} · {listing.address.place} · {distance(entry)}"
    yield f"   {entry.points} of 100 points, between {entry.low} and {entry.high} (tier {entry.tier})"
    said = {(finding.source, finding.observed_at) for finding in entry.findings if finding.source}
    for finding in entry.findings:
        if finding.points or finding.answer is not Answer.YES:
            yield from _wrapped(_finding(finding, cited=len(said) > 1), "     ")
    if len(said) == 1:
        yield from (f"     Said by {source}, {day}" for source, day in said)
    if entry.questions:
        yield from _wrapped("Ask: " + " · ".join(entry.questions), "   ")


def _finding(finding: Finding, cited: bool) -> str:
    points = f" ({finding.points} of {finding.of})" if finding.of else ""
    source = f" [{finding.source}, {finding.observed_at}]" if finding.source and cited else ""
    return f"{finding.title}{points}: {finding.because}{source}"


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
