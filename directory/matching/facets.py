"""How many options and listings to call first each further choice would leave."""

from dataclasses import dataclass
from typing import Final

from directory.matching.rank import Ranking

CHOICES: Final = (
    "counseling.family", "amenity.transportation", "program.co_occurring", "program.trauma", "program.women", "program.men",
    "program.young_adults", "program.lgbtq", "program.veterans", "program.pregnant", "amenity.childrens_beds",
    "amenity.primary_care", "approach.twelve_step", "after.naloxone", "recovery.housing", "smoking.permitted",
    "moud.methadone_start", "moud.buprenorphine_start", "setting.residential_long", "setting.inpatient_treatment",
    "language.spanish", "payer.free", "payer.sliding_scale",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facet:
    """A further must-have: how many listings it would leave, since an unknown stays, and how many are known to have it."""

    code: str
    leaves: int
    known: int


def facets(ranking: Ranking) -> tuple[Facet, ...]:
    """Each choice that is not made yet."""
    codes = tuple(code for code in CHOICES if code not in ranking.need.must)
    known = ranking.block.counts(codes)
    denied = ranking.block.denied(codes)
    left = len(ranking.block)
    return tuple(Facet(code, left - no, yes) for code, yes, no in zip(codes, known, denied, strict=True))
