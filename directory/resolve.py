"""Statements to a listing: by authority, then by date, field by field. Pure; the order of input changes nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from directory.availability import Report, kept
from directory.hours import Hours
from directory.listing import (
    Address,
    Fact,
    Listing,
    Located,
    Phone,
    PhoneKind,
    Point,
    Provenance,
    Statement,
    Vetting,
    point_of,
)
from directory.normalize import PRACTICAL
from directory.vocabulary import PERSONAL, Answer, SourceKind

Locate = Callable[[Address, Point | None], Located]
"""An address, and the coordinates that a source gave for it, to where it is taken to be."""

AUTHORITY: Final = {kind: rank for rank, kind in enumerate(reversed(SourceKind))}
"""What a source's word weighs, by its kind, before the day of it is looked at."""
LICENSING_WINS: Final = ("licence.", "status.")
PHONES: Final = {
    "direct_line": PhoneKind.INTAKE,
    "intake_1": PhoneKind.INTAKE,
    "intake_2": PhoneKind.INTAKE,
    "intake_1a": PhoneKind.INTAKE,
    "intake_2a": PhoneKind.INTAKE,
    "phone": PhoneKind.MAIN,
}
"""The fields in which telephone numbers are said, and whom each reaches."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with its place in the order in which statements were recorded."""

    order: int
    statement: Statement


@dataclass(frozen=True, slots=True)
class Since:
    """What was recorded of a listing beside its statements: reports about beds, and the steps of its vetting."""

    reports: Sequence[Report] = ()
    vettings: Sequence[Vetting] = ()

    @classmethod
    def together(cls, parts: Iterable["Since"]) -> "Since":
        """What was recorded of several listings, as of one."""
        told = tuple(parts)
        reports = tuple(one for part in told for one in part.reports)
        return cls(reports, tuple(one for part in told for one in part.vettings))


NOTHING_SINCE: Final = Since()


def resolve(listing_id: str, said: Sequence[Said], locate: Locate, since: Since = NOTHING_SINCE) -> Listing:
    """The listing as its statements give it; raises ValueError where no statement says its name or place."""
    stand, withdrawn = _standing(said)
    values, said_by, facts = _merged(stand)
    facts |= _licensing_facts(stand)
    confirmed_at = max((s.statement.provenance.observed_at for s in stand if _confirms(s.statement)), default=None)
    if withdrawn and (confirmed_at is None or confirmed_at < withdrawn.observed_at):
        facts["status.operating"] = Fact(Answer.NO, withdrawn)
    if not {"organization", "city", "state_province", "postal_code"} <= values.keys():
        raise ValueError(f"{listing_id}: no statement gives its name and place")
    address = _address(values)
    located = _located(address, values, said_by, locate)
    expires = values.get("licence_expires")
    return Listing(
        id=listing_id,
        organization=values["organization"],
        program=values.get("program", ""),
        address=address,
        phones=_phones(values),
        website=values.get("website", ""),
        point=located.point,
        facts=facts,
        said_by=said_by,
        withdrawn=withdrawn,
        confirmed_at=confirmed_at,
        timezone=located.timezone,
        intake_hours=Hours.read(values["intake_hours"]) if "intake_hours" in values else None,
        latest_arrival=values.get("latest_arrival", ""),
        licence_number=values.get("licence_number", ""),
        licence_expires=date.fromisoformat(expires) if expires else None,
        capacity=values.get("capacity"),
        practical={name: values[name] for name in PRACTICAL if name in values},
        reports=tuple(sorted(kept(since.reports), key=lambda report: report.order)),
        vettings=tuple(sorted(since.vettings, key=lambda step: step.order)),
    )


def as_one(listing_id: str, said: Sequence[Said]) -> Statement:
    """What stands of all that was said of a listing, as if it had been one statement, of the day and by whom it was last."""
    stand, withdrawn = _standing(said)
    values, _, facts = _merged(stand)
    facts |= _licensing_facts(stand)
    last = max(said, key=lambda one: one.order).statement
    affirmed, denied = (
        frozenset(code for code, fact in facts.items() if fact.answer is answer) for answer in (Answer.YES, Answer.NO)
    )
    return Statement(
        last.source, last.local_id, last.provenance, values, affirmed, denied, withdrawn=bool(withdrawn), about=listing_id
    )


def standing(said: Sequence[Said]) -> list[Said]:
    """What still stands of what was said, from the weakest to the strongest."""
    return _standing(said)[0]


def _located(address: Address, values: dict[str, Any], said_by: dict[str, Provenance], locate: Locate) -> Located:
    """Where it is: at the coordinates that a person confirmed, else where they and the ZIP code put it; withheld, nowhere."""
    if address.confidential:
        return Located(None, locate(address, None).timezone)
    given = point_of(values)
    located = locate(address, given)
    return Located(given, located.timezone) if given and said_by["latitude"].kind in PERSONAL else located


def _merged(standing: Sequence[Said]) -> tuple[dict[str, Any], dict[str, Provenance], dict[str, Fact]]:
    """The values, who said each, and the facts, of statements from the weakest to the strongest."""
    values: dict[str, Any] = {}
    said_by: dict[str, Provenance] = {}
    facts: dict[str, Fact] = {}
    for one in standing:
        statement = one.statement
        values |= statement.values
        said_by |= dict.fromkeys(statement.values, statement.provenance)
        facts |= dict.fromkeys(statement.yes, Fact(Answer.YES, statement.provenance))
        facts |= dict.fromkeys(statement.no, Fact(Answer.NO, statement.provenance))
    return values, said_by, facts


def _standing(said: Sequence[Said]) -> tuple[list[Said], Provenance | None]:
    """What still stands: a source's newest restatement and what it added since; and who no longer lists the place.

    From the weakest to the strongest.
    """
    by_source: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for one in sorted(said, key=lambda s: s.order):
        by_source[one.statement.source, one.statement.local_id].append(one)
    stand: list[Said] = []
    withdrawals: list[Provenance | None] = []
    for ones in by_source.values():
        kept: list[Said] = []
        withdrawal: Provenance | None = None
        for one in ones:
            if one.statement.withdrawn:
                withdrawal = one.statement.provenance
            elif one.statement.restates:
                kept, withdrawal = [one], None
            elif one.statement.repeats:
                kept = [_as_of(one.statement.provenance, each) for each in kept]
            else:
                kept.append(one)
        stand += kept
        if ones[0].statement.restates:
            withdrawals.append(withdrawal)
    gone = None if None in withdrawals or not withdrawals else max(filter(None, withdrawals), key=lambda p: p.observed_at)
    stand.sort(key=_strength)
    return stand, gone


def _as_of(later: Provenance, one: Said) -> Said:
    """What was said, in the later words of a source that said the same again."""
    statement = one.statement
    if later.observed_at <= statement.provenance.observed_at:
        return one
    return replace(one, statement=replace(statement, provenance=later))


def _confirms(statement: Statement) -> bool:
    """Whether a person said anything in it; what was taken back leaves a statement that says nothing."""
    return statement.provenance.kind in PERSONAL and bool(statement.values or statement.yes or statement.no)


def _strength(one: Said) -> tuple[int, Any, int]:
    provenance = one.statement.provenance
    return AUTHORITY[provenance.kind], provenance.observed_at, one.order


def _licensing_facts(standing: list[Said]) -> dict[str, Fact]:
    """Licence facts as the register has them, whoever else spoke of them."""
    facts: dict[str, Fact] = {}
    for one in standing:
        statement = one.statement
        if statement.provenance.kind is SourceKind.LICENSING:
            for codes, answer in ((statement.yes, Answer.YES), (statement.no, Answer.NO)):
                fact = Fact(answer, statement.provenance)
                facts |= {code: fact for code in codes if code.startswith(LICENSING_WINS)}
    return facts


def _address(values: dict[str, Any]) -> Address:
    confidential = bool(values.get("confidential", False))
    return Address(
        address_1="" if confidential else values.get("address_1", ""),
        address_2="" if confidential else values.get("address_2", ""),
        city=values["city"],
        state_province=values["state_province"],
        postal_code=values["postal_code"],
        confidential=confidential,
    )


def _phones(values: dict[str, Any]) -> tuple[Phone, ...]:
    phones: dict[str, Phone] = {}
    for name, kind in PHONES.items():
        written = values.get(name)
        if written and written not in phones:
            number, _, extension = written.partition("x")
            phones[written] = Phone(number, extension, kind)
    return tuple(phones.values())
