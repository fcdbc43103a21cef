"""An evening's list to make hand-outs of: three options, two backups, two bridges. Everybody here is invented."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from directory import answering, handout
from directory.answered import Answered
from directory.answering import Asking
from directory.handout import HandoutFacts, Snapshot
from directory.hours import Hours
from directory.listing import Listing, Phone, PhoneKind, Point, Vetting
from directory.matching.arrival import STRAIGHT, Pace
from directory.matching.assembling import columns_of
from directory.need import Need
from directory.search.analysis import document
from directory.search.words import Words
from directory.vocabulary import SourceKind, VettingState
from tests.builders import AS_OF, POINTS, a_listing, a_need, a_provenance, a_ready_listing, a_report, held_for

LINK: Final = "https://directory.example.org/s/Qm7xV2pLr9sTzB4nKd8WfA"
MADE: Final = AS_OF + timedelta(minutes=4)
INPATIENT: Final = frozenset(f"setting.{one}" for one in ("residential", "residential_short", "residential_withdrawal"))
CHECKED: Final[dict[str, Any]] = {"vettings": (Vetting(VettingState.VETTED, AS_OF - timedelta(days=9), "a test"),)}
TOLD: Final = {
    "invented_survey:1": HandoutFacts(
        ask_for="Dana",
        direct_line=Phone("6145550171", "4", PhoneKind.INTAKE),
        cost="$150 deposit, paid back if he leaves within 3 days",
        length="28 days, then outpatient",
        bring=("photo ID", "insurance card", "clothes for 7 days"),
        not_bring=("phone charger", "cigarettes"),
        transport="their van, from 20 miles around",
        call_again_by=AS_OF + timedelta(minutes=90),
        rules=(("phone_rules", "handed in for the first 3 days"), ("smoking_rules", "outdoors only")),
    ),
    "invented_survey:2": HandoutFacts(ask_for="the night nurse", transport="the family"),
}


def a_center(number: int, **fields: Any) -> Listing:
    """A ready center with its own name and number."""
    phone = Phone(f"61455501{number:02}", "", PhoneKind.INTAKE)
    usual = {"id": f"invented_survey:{number}", "organization": f"Example House {number}", "phones": (phone,), **CHECKED}
    return a_ready_listing(**(usual | fields))


def listings() -> list[Listing]:
    """Five centers that differ in everything that the hand-out says, and two clinics for the bridge."""
    call = a_provenance(kind=SourceKind.STAFF_CALL, source="calls")
    held = a_report("held", 0.5, hold_until=AS_OF.replace(hour=22))
    clinic: dict[str, Any] = {
        "no": INPATIENT,
        "unknown": ("withdrawal.opioid",),
        "intake_hours": Hours.read("24/7"),
        "timezone": "America/New_York",
        **CHECKED,
    }
    return [
        a_center(1, reports=(held,), provenance=call, point=Point(39.9952, -83.0047)),
        a_center(2, reports=(a_report("open", 2, beds=2),), yes=("withdrawal.alcohol", "moud.methadone_start")),
        a_center(
            3, reports=(a_report("open", 3, beds=1),), program="Women and Men", point=POINTS["45202"], city="Cincinnati",
            postal_code="45202", intake_hours=Hours.read("Mo-Su 08:00-23:00"), address_2="Suite 5",
        ),
        a_center(4, reports=(a_report("limited", 3, beds=2),), yes=("payer.free", "moud.elsewhere")),
        a_center(5, reports=(a_report("open", 6),), confidential=True, point=POINTS["43215"], unknown=("payer.medicaid",)),
        a_listing(id="invented_survey:8", organization="Example Day Clinic",
                  yes=("setting.outpatient", "moud.same_day"), **clinic),
        a_listing(id="invented_survey:9", organization="Example Methadone Clinic", phones=(),
                  yes=("setting.outpatient", "moud.methadone_start"), **clinic),
    ]  # fmt: skip


def answered(*held: Listing, need: Need | None = None, pace: Pace = STRAIGHT) -> Answered:
    """The answer of these listings, or of the evening's; what is held is held for the person."""
    known = held or tuple(listings())
    return asked(known, held_for(need or a_need(plan="Canary Gold Plan", words="canaryword"), *known), pace)


def asked(known: tuple[Listing, ...], need: Need, pace: Pace = STRAIGHT) -> Answered:
    """The answer of these listings."""
    held_by = {one.id: one for one in known}
    built = columns_of(known)
    words = Words.from_documents([document(held_by[key]) for key in built.ids])
    asking = Asking(built, words, lambda ids: {key: held_by[key] for key in ids}, pace)
    return answering.answer(asking, need, limit=10)


def snapshot(need: Need | None = None) -> Snapshot:
    """The evening's hand-out."""
    return handout.freeze(answered(need=need), TOLD, 3, MADE)


def empty() -> Snapshot:
    """A hand-out of a list on which nothing stands."""
    return handout.freeze(answered(replace(a_listing(), facts={})), {}, 1, MADE)


HOSTILE: Final = '<script>alert(1)</script> "O\'Neil" & Söhne; a,b\\n\r\nBEGIN:VEVENT\r\n\t😀‮ {{ 7*7 }} {name} %s ]]> '
"""Signs that mean something to somebody: to HTML, calendars, cards, templates, and those who read from right to left."""
LONG: Final = (HOSTILE * 5)[:300]


def hostile(words: str = LONG) -> Snapshot:
    """The hand-out of centers that are called such things and said such things."""
    rules, until = tuple((code, words) for code in handout.RULES), AS_OF + timedelta(hours=2)
    told = HandoutFacts(words, None, words, words, (words,) * 9, (words,) * 9, words, until, rules=rules)
    named: dict[str, Any] = {"organization": words, "program": words, "address_1": words, "address_2": words, "city": words}
    known = [a_center(number, **(named | {"vettings": (), "organization": f"{number} {words}"})) for number in range(1, 6)]
    return handout.freeze(answered(*known), {one.id: told for one in known}, 3, MADE)


def raw(words: str = LONG) -> Snapshot:
    """The same as it might stand in an old store: nothing was cut or cleaned."""
    frozen = snapshot()
    for one in (*frozen["options"], *frozen["backups"], *frozen["bridges"]):
        for field in ("name", "town", "street", "ask_for", "cost", "length", "transport"):
            if field in one:
                one[field] = words
        one["bring"] = [words]
    return frozen
