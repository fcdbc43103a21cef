"""What families are told of centers that nobody here has checked: how many there may be, and whom to ask; never which."""

from typing import Final

from directory.spoken import Spoken, after, count, joined, say
from directory.vocabulary import TREATMENT_LINE

ASK: Final = say("Ask a counselor, or the SAMHSA helpline, day and night: %(number)s.", number=TREATMENT_LINE)


def left_out(fitting: int, named: bool) -> str:
    """That some that may fit are not shown, and whether one of them is `named` in the words of the need; "" for none."""
    if not fitting and not named:
        return ""
    told = count(
        "%(num)d more center may fit, but nobody here has checked it yet.",
        "%(num)d more centers may fit, but nobody here has checked them yet.",
        fitting,
    )
    return joined((told if fitting else "", _NAMED if named else "", ASK), after)


def no_bridge(told: Spoken) -> str:
    """The same sentence for families, of those that are checked alone, with whom to ask."""
    return joined((told, ASK), after)


_NAMED: Final = say("There is a center of the name that you asked for, but nobody here has checked it yet.")
