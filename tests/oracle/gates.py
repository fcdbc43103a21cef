"""What is known of a place, against what is asked: the criteria that time has no part in, but for days."""

from directory.listing import Listing
from directory.need import Need
from directory.vocabulary import SUBSTANCES, VettingState
from tests.oracle.verdict import Verdict

BEDS = {
    "setting.residential", "setting.residential_short", "setting.residential_long", "setting.residential_withdrawal",
    "setting.inpatient", "setting.inpatient_treatment", "setting.inpatient_withdrawal",
}  # fmt: skip


def opioid_case(need: Need) -> bool:
    """Whether opioids are what this is about; naltrexone alone, next to other substances, is not a sign of them."""
    signs = set(need.taking + need.wants)
    if need.substances or need.dependent_on:
        signs.discard("naltrexone_xr")
    return bool(signs) or "opioid" in need.dependent_on or any(SUBSTANCES[used] == "opioid" for used in need.substances)


def vetting(listing: Listing, need: Need) -> VettingState:
    """The last step taken by then, or that it is over."""
    taken = sorted((step for step in listing.vettings if step.at <= need.as_of), key=lambda step: (step.at, step.state))
    if not taken:
        return VettingState.NEW
    over = taken[-1].until and taken[-1].until < need.as_of.date()
    return VettingState.LAPSED if over else taken[-1].state


def operating(verdict: Verdict) -> None:
    stopped = (VettingState.SUSPENDED, VettingState.REJECTED)
    if "status.operating" in verdict.no or vetting(verdict.listing, verdict.need) in stopped:
        verdict.out("operating")
    elif "status.operating" not in verdict.yes:
        verdict.ask("operating")


def licence(verdict: Verdict) -> None:
    expires, today = verdict.listing.licence_expires, verdict.need.as_of.date()
    if "status.licensed" in verdict.no or (expires and expires < today):
        verdict.out("licence")
    elif "status.licensed" not in verdict.yes and not expires:
        verdict.ask("licence")


def setting(verdict: Verdict) -> None:
    if BEDS & verdict.yes:
        return
    if verdict.no >= BEDS or "care.recovery_residence" in verdict.yes:
        verdict.out("setting")
    else:
        verdict.ask("setting", first=True)


def treats(verdict: Verdict) -> None:
    need = verdict.need
    if opioid_case(need):
        known_or(verdict, "treats", {"treats.opioid"}, "treats.opioid")
    if "alcohol" in need.dependent_on:
        known_or(verdict, "treats", {"treats.alcohol", "care.substance_use"}, "treats.alcohol")


def known_or(verdict: Verdict, reason: str, enough: set[str], denied: str) -> None:
    """Set aside on a known no, call first where none of what is enough is known."""
    if denied in verdict.no:
        verdict.out(reason)
    elif not enough & verdict.yes:
        verdict.ask(reason, first=True)


def exclusive(verdict: Verdict) -> None:
    need, used = verdict.need, {*verdict.need.substances, *verdict.need.dependent_on}
    opioids = opioid_case(need)
    others = ["only.dui"]
    others += ["only.alcohol"] if opioids or (used and "alcohol" not in used) else []
    others += ["only.opioid"] if used and not opioids else []
    veterans = bool(verdict.yes & {"only.veterans", "operator.veterans_affairs"})
    if verdict.yes & set(others) or (veterans and need.veteran is False):
        verdict.out("exclusive")
    elif veterans and need.veteran is None:
        verdict.ask("exclusive", first=True)
    elif not verdict.no >= set(others):
        verdict.ask("exclusive")


def sex(verdict: Verdict) -> None:
    if verdict.need.sex:
        code = f"sex.{verdict.need.sex}"
        known_or(verdict, "sex", {code}, code)


def age(verdict: Verdict) -> None:
    years = verdict.need.age
    if years is None:
        return
    bands = ((18, "age.child"), (26, "age.young_adult"), (65, "age.adult"), (1000, "age.senior"))
    band = next(code for under, code in bands if years < under)
    if band == "age.senior" and band not in verdict.yes and "age.adult" in verdict.no:
        verdict.out("age")
    known_or(verdict, "age", {band}, band)


def pregnancy(verdict: Verdict) -> None:
    if verdict.need.pregnant:
        known_or(verdict, "pregnancy", {"accepts.pregnant", "program.pregnant"}, "accepts.pregnant")


def exclusions(verdict: Verdict) -> None:
    asked = set(verdict.need.applies)
    if asked & verdict.yes:
        verdict.out("exclusions")
    elif asked - verdict.no:
        verdict.ask("exclusions")


def must(verdict: Verdict) -> None:
    asked = set(verdict.need.must)
    if asked & verdict.no:
        verdict.out("must")
    elif asked - verdict.yes:
        verdict.ask("must", first=True)


def trust(verdict: Verdict) -> None:
    if vetting(verdict.listing, verdict.need) not in (VettingState.VETTED, VettingState.VETTED_WITH_CONDITIONS):
        verdict.score("trust", 0.2)
        if verdict.need.vetted_only:
            verdict.out("trust")
        return
    confirmed = verdict.listing.confirmed_at
    days = (verdict.need.as_of.date() - confirmed).days if confirmed else 100_000
    verdict.score("trust", 1 if days <= 90 else 0.8 if days <= 365 else 0.5)


def preferences(verdict: Verdict, relevance: float) -> None:
    need = verdict.need
    wishes = [*need.nice, *([f"language.{need.language}"] if need.language else [])]
    parts = [float(wish in verdict.yes) for wish in wishes]
    parts += [0.5 + relevance / 2 if relevance else 0.0] if need.words else []
    share = sum(parts) / len(parts) if parts else 1.0
    verdict.score("preferences", share, unknown=bool(parts) and not share)
