"""What families are told of centers that they are not shown: how many there may be, and whom to ask; never which, nor why.

The words are true of each of them: nobody checked it, the check is over, or a complaint took it off.
"""

from typing import Final

from directory.spoken import Spoken, after, count, joined, say
from directory.vocabulary import TREATMENT_LINE

ASK: Final = say("Ask a counselor, or the SAMHSA helpline, day and night: %(number)s.", number=TREATMENT_LINE)


def left_out(fitting: int, named: bool) -> str:
    """That some that may fit are not shown, and whether one of them is `named` in the words of the need; "" for none."""
    if not fitting and not named:
        return ""
    told = count(
        "%(num)d more center may fit, but it is not on our list of checked centers.",
        "%(num)d more centers may fit, but they are not on our list of checked centers.",
        fitting,
    )
    return joined((told if fitting else "", _NAMED if named else "", ASK), after)


def no_bridge(told: Spoken) -> str:
    """The same sentence for families, of those that are checked alone, with whom to ask."""
    return joined((told, ASK), after)


_NAMED: Final = say("There is a center of the name that you asked for, but it is not on our list of checked centers.")
