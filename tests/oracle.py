"""The domain's rules read one listing at a time, in plain Python: what the arrays are held against. Written apart from them."""

from geopy.distance import geodesic

from directory.listing import Listing
from directory.need import Need
from directory.vocabulary import SUBSTANCES, Answer

BEDS = [
    "setting.residential", "setting.residential_short", "setting.residential_long", "setting.residential_withdrawal",
    "setting.inpatient", "setting.inpatient_treatment", "setting.inpatient_withdrawal",
]  # fmt: skip
AGONISTS = [f"moud.{d}_{r}" for d in ("methadone", "buprenorphine", "buprenorphine_xr") for r in ("start", "continue")]
NALTREXONE = ["moud.naltrexone_start", "moud.naltrexone_xr_start", "moud.naltrexone_xr_continue"]


class Verdict:
    """Where one listing ends for one need: set aside with a reason, or call first, with the points of each criterion."""

    def __init__(self) -> None:
        self.aside = ""
        self.call_first = False
        self.points: dict[str, int] = {}
        self.unknown: dict[str, int] = {}

    def out(self, reason: str) -> None:
        self.aside = self.aside or reason

    def score(self, name: str, of: int, share: float, unknown: bool = False) -> None:
        self.points[name] = round(of * share)
        if unknown:
            self.unknown[name] = of


def judge(listing: Listing, need: Need, relevance: float = 0.0) -> Verdict:
    verdict = Verdict()
    yes = {code for code, fact in listing.facts.items() if fact.answer is Answer.YES}
    no = {code for code, fact in listing.facts.items() if fact.answer is Answer.NO}
    opioids = (
        "opioid" in need.dependent_on
        or any(SUBSTANCES[s] == "opioid" for s in need.substances)
        or any(drug != "naltrexone_xr" or not (need.substances or need.dependent_on) for drug in need.taking + need.wants)
    )
    _travel(verdict, listing, need)
    if "status.operating" in no:
        verdict.out("operating")
    if "status.licensed" in no:
        verdict.out("licence")
    _setting(verdict, yes, no)
    _treats(verdict, yes, no, need, opioids)
    _exclusive(verdict, yes, need, opioids)
    _who(verdict, yes, no, need)
    _medication(verdict, yes, no, need, opioids)
    _withdrawal(verdict, yes, no, need)
    _level(verdict, yes, no, need)
    _payment(verdict, yes, no, need)
    if any(code in yes for code in need.applies):
        verdict.out("exclusions")
    if any(code in no for code in need.must):
        verdict.out("must")
    elif any(code not in yes for code in need.must):
        verdict.call_first = True
    verdict.call_first = True
    verdict.score("admit", 28, 0.25, unknown=True)
    verdict.score("trust", 8, 0.2)
    wishes = [code in yes for code in need.nice]
    wishes += [f"language.{need.language}" in yes] if need.language else []
    parts = [float(w) for w in wishes] + ([0.5 + relevance / 2 if relevance else 0.0] if need.words else [])
    share = sum(parts) / len(parts) if parts else 1.0
    verdict.score("preferences", 4, share, unknown=bool(parts) and share == 0)
    return verdict


def _travel(verdict: Verdict, listing: Listing, need: Need) -> None:
    if need.near is None:
        verdict.score("travel", 8, 1)
    elif listing.point is None:
        verdict.score("travel", 8, 0, unknown=True)
    else:
        here = (need.near.point.latitude, need.near.point.longitude)
        miles = geodesic(here, (listing.point.latitude, listing.point.longitude)).miles
        if need.within_miles is not None and miles > need.within_miles:
            verdict.out("travel")
        limit = need.within_miles or 500
        verdict.score("travel", 8, 1 if miles <= 10 else max(0.0, (limit - miles) / (limit - 10)) if limit > 10 else 0.0)


def _setting(verdict: Verdict, yes: set[str], no: set[str]) -> None:
    if any(bed in yes for bed in BEDS):
        return
    if all(bed in no for bed in BEDS) or "care.recovery_residence" in yes:
        verdict.out("setting")
    else:
        verdict.call_first = True


def _treats(verdict: Verdict, yes: set[str], no: set[str], need: Need, opioids: bool) -> None:
    asked = (["treats.opioid"] if opioids else []) + (["treats.alcohol"] if "alcohol" in need.dependent_on else [])
    for code in asked:
        if code in no:
            verdict.out("treats")
        elif code not in yes and not (code == "treats.alcohol" and "care.substance_use" in yes):
            verdict.call_first = True


def _exclusive(verdict: Verdict, yes: set[str], need: Need, opioids: bool) -> None:
    used = {*need.substances, *need.dependent_on}
    drinks_only = "only.alcohol" in yes and (opioids or (used and "alcohol" not in used))
    opioids_only = "only.opioid" in yes and used and not opioids
    if "only.dui" in yes or drinks_only or opioids_only:
        verdict.out("exclusive")
    if "only.veterans" in yes or "operator.veterans_affairs" in yes:
        if need.veteran is False:
            verdict.out("exclusive")
        elif need.veteran is None:
            verdict.call_first = True


def _who(verdict: Verdict, yes: set[str], no: set[str], need: Need) -> None:
    if need.sex:
        if f"sex.{need.sex}" in no:
            verdict.out("sex")
        elif f"sex.{need.sex}" not in yes:
            verdict.call_first = True
    if need.age is not None:
        years = [(18, "age.child"), (26, "age.young_adult"), (65, "age.adult"), (999, "age.senior")]
        band = next(code for below, code in years if need.age < below)
        if band in no or (band == "age.senior" and band not in yes and "age.adult" in no):
            verdict.out("age")
        elif band not in yes:
            verdict.call_first = True
    if need.pregnant:
        if "accepts.pregnant" in no:
            verdict.out("pregnancy")
        elif "accepts.pregnant" not in yes and "program.pregnant" not in yes:
            verdict.call_first = True


def _medication(verdict: Verdict, yes: set[str], no: set[str], need: Need, opioids: bool) -> None:
    if not opioids:
        verdict.score("medication", 14, 1)
        return
    if "moud.must_stop" in yes:
        verdict.out("medication")
        return
    enough = [f"moud.{drug}_continue" for drug in need.taking] or [f"moud.{drug}_start" for drug in need.wants] or AGONISTS
    denied = [f"moud.{drug}_start" for drug in need.wants] or ["moud.methadone_start", "moud.buprenorphine_start"]
    if any(code in yes for code in enough):
        share, unknown = 1.0, False
    elif "moud.elsewhere" in yes:
        share, unknown = 0.4, False
    elif any(code in yes for code in NALTREXONE):
        share, unknown = 0.3, False
    elif all(code in no for code in denied):
        share, unknown = 0.0, False
    else:
        share, unknown = 0.35, True
    unsure = False
    for drug in need.taking:
        pair = (f"moud.{drug}_continue", "moud.elsewhere")
        if all(code in no for code in pair):
            verdict.out("medication")
        elif pair[0] not in yes:
            unsure = True
    if need.taking and unsure:
        verdict.call_first = True
        share, unknown = 0.4 if "moud.elsewhere" in yes else 0.35 if share else 0.0, True
    verdict.score("medication", 14, share, unknown)


def _withdrawal(verdict: Verdict, yes: set[str], no: set[str], need: Need) -> None:
    codes = [f"withdrawal.{substance}" for substance in need.dependent_on]
    if not codes:
        verdict.score("withdrawal", 12, 1)
    elif any(code in no for code in codes):
        verdict.out("withdrawal")
    elif all(code in yes for code in codes) and yes & {"setting.residential_withdrawal", "setting.inpatient_withdrawal"}:
        verdict.score("withdrawal", 12, 1)
    else:
        verdict.call_first = True
        verdict.score("withdrawal", 12, 0.6 if "withdrawal.partner_unit" in yes else 0.35, unknown=True)


def _level(verdict: Verdict, yes: set[str], no: set[str], need: Need) -> None:
    if need.level in (None, "residential"):
        stays = yes & {"setting.residential_short", "setting.residential_long", "setting.inpatient_treatment"}
        unit = yes & {"setting.residential_withdrawal", "setting.inpatient_withdrawal"}
        known = bool(stays) or (bool(yes & {"setting.residential", "setting.inpatient"}) and not unit)
        verdict.score("level", 12, 1 if known else 0.35, unknown=not known)
    elif need.level == "inpatient":
        if yes & {"setting.inpatient", "setting.inpatient_treatment", "level.4"}:
            verdict.score("level", 12, 1)
            return
        lower = yes & {"setting.residential", "setting.residential_short", "setting.residential_long"}
        if lower and {"setting.inpatient", "setting.inpatient_treatment", "level.4"} <= no:
            verdict.out("level")
        verdict.score("level", 12, 0.35, unknown=True)


def _payment(verdict: Verdict, yes: set[str], no: set[str], need: Need) -> None:
    if need.payer is None:
        verdict.score("payment", 14, 1)
        return
    funded = ["payer.free", "payer.government_funds", "payer.block_grant"]
    accepted = funded if need.payer == "uninsured" else [f"payer.{need.payer}"]
    reduced = ["payer.sliding_scale", "payer.assistance"] if need.payer in ("uninsured", "self_pay") else []
    if any(code in yes for code in accepted):
        verdict.score("payment", 14, 0.5 if need.payer == "private" else 0.7)
    elif "payer.free" in yes:
        verdict.score("payment", 14, 0.7)
    elif any(code in yes for code in reduced):
        verdict.score("payment", 14, 0.6)
    elif all(code in no for code in accepted) and not (need.self_pay_ok and "payer.self_pay" not in no):
        verdict.out("payment")
    else:
        verdict.score("payment", 14, 0.35, unknown=True)
