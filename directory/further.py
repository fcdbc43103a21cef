"""What each change of the need would leave, in words: the must-haves that could be added, and what could be given up.

What may be an option and what is worth a call count alike, and the words say so.
"""

from typing import Final

from directory.answered import Answered
from directory.matching.facets import Facet
from directory.matching.loosen import Loosening
from directory.spoken import Spoken, capital, count, say

FURTHER_SHOWN: Final = 6


def loosenings(answered: Answered) -> list[Loosening]:
    """The changes of the need that leave more than is left now."""
    left = answered.option_count + answered.call_first_count
    return [one for one in answered.loosenings if one.fits > left]


def loosened(one: Loosening) -> Spoken:
    """Such a change, and what it would leave."""
    return count(
        "%(change)s: %(num)d fits or is worth a call",
        "%(change)s: %(num)d fit or are worth a call",
        one.fits,
        change=capital(one.words),
    )


def worth_adding(answered: Answered) -> list[Facet]:
    """The further must-haves that would leave something, those that most are known to have first."""
    return sorted((facet for facet in answered.facets if facet.leaves), key=lambda facet: -facet.known)


def narrowed(facet: Facet) -> Spoken:
    """What a further must-have would leave."""
    if not facet.known:
        return say("leaves %(leaves)d, none known to have it", leaves=facet.leaves)
    return count(
        "leaves %(leaves)d, %(num)d known to have it",
        "leaves %(leaves)d, %(num)d known to have it",
        facet.known,
        leaves=facet.leaves,
    )
