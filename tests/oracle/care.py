"""What is done about what the person uses and takes, where, and who pays for it."""

from directory.vocabulary import codes, plan_term
from tests.oracle.gates import opioid_case
from tests.oracle.verdict import Verdict

UNKNOWN = 0.35
AGONISTS = {f"moud.{d}_{how}" for d in ("methadone", "buprenorphine", "buprenorphine_xr") for how in ("start", "continue")}
NALTREXONE = {"moud.naltrexone_start", "moud.naltrexone_xr_start", "moud.naltrexone_xr_continue"}
UNITS = {"setting.residential_withdrawal", "setting.inpatient_withdrawal"}
HOSPITAL = {"setting.inpatient", "setting.inpatient_treatment", "level.4"}


def medication(verdict: Verdict) -> None:
    need, yes, no = verdict.need, verdict.yes, verdict.no
    if not opioid_case(need):
        verdict.score("medication", 1)
        return
    wanted = {f"moud.{drug}_start" for drug in need.wants}
    enough = {f"moud.{drug}_continue" for drug in need.taking} or wanted or AGONISTS
    denied = wanted or {"moud.methadone_start", "moud.buprenorphine_start"}
    share, unknown = UNKNOWN, True
    if enough & yes:
        share, unknown = 1.0, False
    elif "moud.elsewhere" in yes:
        share, unknown = 0.4, False
    elif NALTREXONE & yes:
        share, unknown = 0.3, False
    elif denied <= no:
        share, unknown = 0.0, False
    if "moud.must_stop" in yes or any({f"moud.{drug}_continue", "moud.elsewhere"} <= no for drug in need.taking):
        verdict.out("medication")
    elif not {f"moud.{drug}_continue" for drug in need.taking} <= yes:
        share, unknown = (0.4 if "moud.elsewhere" in yes else UNKNOWN if share else 0.0), True
        verdict.ask("medication", first=True)
    if unknown:
        verdict.ask("medication")
    verdict.score("medication", share, unknown)


def withdrawal(verdict: Verdict) -> None:
    """On site from everything, or at a partner's unit, or not known; what is non-medical is never a yes by itself."""
    asked = {f"withdrawal.{substance}" for substance in verdict.need.dependent_on}
    verdict.on_site = asked <= verdict.yes and (not asked or bool(UNITS & verdict.yes))
    if asked & verdict.no:
        verdict.out("withdrawal")
    if verdict.on_site:
        verdict.score("withdrawal", 1)
        return
    verdict.ask("withdrawal", first=True)
    verdict.score("withdrawal", 0.6 if "withdrawal.partner_unit" in verdict.yes else UNKNOWN, unknown=True)


def level(verdict: Verdict) -> None:
    needed, yes = verdict.need.level, verdict.yes
    if needed in (None, "residential"):
        stays = yes & {"setting.residential_short", "setting.residential_long", "setting.inpatient_treatment"}
        beds = yes & {"setting.residential", "setting.inpatient"}
        verdict.level_met = bool(stays or (beds and not UNITS & yes))
    elif needed == "inpatient":
        verdict.level_met = bool(yes & HOSPITAL)
        lower = yes & {"setting.residential", "setting.residential_short", "setting.residential_long"}
        if lower and verdict.no >= HOSPITAL:
            verdict.out("level")
    else:
        ladder = [f"level.{code}" for code in codes("level")]
        at = ladder.index(f"level.{needed}")
        verdict.level_met = bool(yes & set(ladder[at:]))
        if yes & set(ladder[:at]) and verdict.no >= set(ladder[at:]):
            verdict.out("level")
    if not verdict.level_met:
        verdict.ask("level")
    verdict.score("level", 1 if verdict.level_met else UNKNOWN, unknown=not verdict.level_met)


def payment(verdict: Verdict) -> None:
    plan = plan_term(verdict.need.plan)
    if plan and plan in verdict.yes:
        verdict.score("payment", 1)
    elif plan and plan in verdict.no and "payer.free" in verdict.yes:
        verdict.score("payment", 0.7)
    elif plan and plan in verdict.no:
        not_accepted(verdict)
    else:
        payment_class(verdict)


def payment_class(verdict: Verdict) -> None:
    payer, yes = verdict.need.payer, verdict.yes
    if payer is None:
        plan_alone(verdict)
        return
    funded = {"payer.free", "payer.government_funds", "payer.block_grant"}
    accepted = funded if payer == "uninsured" else {f"payer.{payer}"}
    reduced = {"payer.sliding_scale", "payer.assistance"} if payer in ("uninsured", "self_pay") else set()
    if accepted & yes:
        verdict.score("payment", 0.5 if payer == "private" else 0.7)
    elif "payer.free" in yes:
        verdict.score("payment", 0.7)
    elif reduced & yes:
        verdict.score("payment", 0.6)
    elif accepted <= verdict.no:
        not_accepted(verdict)
    else:
        verdict.ask("payment")
        verdict.score("payment", UNKNOWN, unknown=True)


def plan_alone(verdict: Verdict) -> None:
    """Nobody said which class of insurance it is: without a plan's name there is nothing to ask."""
    if not plan_term(verdict.need.plan):
        verdict.score("payment", 1)
    elif "payer.free" in verdict.yes:
        verdict.score("payment", 0.7)
    else:
        verdict.ask("payment")
        verdict.score("payment", UNKNOWN, unknown=True)


def not_accepted(verdict: Verdict) -> None:
    """Set aside, unless the family would pay and the center does not refuse that."""
    if not verdict.need.self_pay_ok or "payer.self_pay" in verdict.no:
        verdict.out("payment")
    verdict.ask("payment")
    verdict.score("payment", UNKNOWN, unknown=True)
