"""An evening in Columbus: invented centers with reports about their beds that are hours old, a unit, a clinic and a sister."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from directory import store
from directory.availability import Report
from directory.listing import Statement, Vetting
from directory.referral import Directory
from directory.vocabulary import BedState, Channel, SourceKind, VettingState
from tests import builders

STAYS: Final = frozenset(("setting.residential", "setting.residential_short"))
NEED: Final[dict[str, Any]] = {
    "near": "43215", "within_miles": "100", "age": "27", "sex": "male", "substances": ["heroin"], "dependent_on": ["opioid"],
    "payer": "medicaid",
}  # fmt: skip
"""As a form sends it; nobody says when the meeting ends, so that they leave now."""
REPORTED: Final = ("ready", "held", "third", "sister", "unit")
_NAMES: Final = {
    "ready": "Example Ready House",
    "held": "Example Held House",
    "third": "Example Third House",
    "sister": "Example Ready House",
    "unit": "Example Withdrawal Unit",
    "asked": "Example Asked House",
    "silent": "Example Silent House",
    "women": "Example House for Women",
}


def statements(*wanted: str) -> list[Statement]:
    """What a survey says of these centers, or of all of them."""
    return [_said(local_id, number) for number, local_id in enumerate(_NAMES) if not wanted or local_id in wanted]


def _said(local_id: str, number: int) -> Statement:
    values = builders.VALUES | {
        "organization": _NAMES[local_id],
        "phone": "6145550150" if local_id == "sister" else f"61455501{50 + number}",
        "intake_hours": "24/7",
    }
    if local_id == "sister":
        values["program"] = "Sister Program"
    if local_id == "ready":
        values |= {"intake_hours": "Mo-Su 00:00-24:00", "licence_number": "OH-0101", "licence_expires": "2999-12-31"}
    yes = builders.DEFAULT_YES - (STAYS if local_id == "unit" else frozenset())
    yes |= {"plan.invented_gold", "counseling.family"} if local_id == "ready" else set()
    no = (
        frozenset(("sex.male",))
        if local_id == "women"
        else frozenset(("language.spanish",))
        if local_id == "held"
        else frozenset()
    )
    return builders.a_statement(values, local_id, yes=yes - no, no=no)


def clinic(same_day: bool = True) -> Statement:
    """An outpatient clinic that starts buprenorphine."""
    yes = {"status.operating", "setting.outpatient", "moud.buprenorphine_start", "payer.medicaid", "sex.male", "age.adult"}
    values = builders.VALUES | {"organization": "Example Day Clinic", "phone": "6145550190"}
    beds = frozenset(f"setting.{name}" for name in ("inpatient", "residential"))
    return builders.a_statement(values, "clinic", yes=frozenset(yes | ({"moud.same_day"} if same_day else set())), no=beds)


def report(directory: Directory, *wanted: str) -> None:
    """Add what was said of the beds of these centers, or of all; an attempt at the one that nobody answered for."""
    now = datetime.now(UTC)

    def said(local_id: str, state: BedState, hours: float, **rest: Any) -> tuple[str, Report]:
        report = Report(state, now - timedelta(hours=hours), Channel.CALL, "counselor-7", **rest)
        return f"invented_survey:{local_id}", report

    told = [
        said("ready", BedState.FULL, 30),
        said("ready", BedState.OPEN, 2, beds=2),
        said("held", BedState.HELD, 1, beds=2, hold_until=now + timedelta(hours=6)),
        said("third", BedState.LIMITED, 3),
        said("sister", BedState.OPEN, 20),
        said("unit", BedState.OPEN, 2, beds=1),
        said("asked", BedState.NO_ANSWER, 1),
    ]
    told = [one for one in told if not wanted or one[0].partition(":")[2] in wanted]
    with directory.database.writing() as connection:
        store.append_reports(connection, told)


def vet(directory: Directory, local_id: str = "ready") -> None:
    """Let somebody have vetted a center, and have called it; it admits until midnight, so at any hour of a run."""
    now = datetime.now(UTC)
    steps = [
        Vetting(VettingState.IN_REVIEW, now - timedelta(9), "counselor-3"),
        Vetting(VettingState.VETTED, now - timedelta(8), "counselor-3"),
    ]
    call = builders.a_provenance(source="calls", kind=SourceKind.STAFF_CALL, observed_at=now.date())
    about = f"invented_survey:{local_id}"
    said = Statement(
        "calls", local_id, call, {"latest_arrival": "00:00"}, frozenset(("status.licensed",)), restates=False, about=about
    )
    with directory.database.writing() as connection:
        store.append(connection, [said], None)
        store.append_vettings(connection, [(about, step) for step in steps])
