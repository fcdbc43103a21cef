"""The page on which staff decide about pairs of listings that may be one place, and take a decision back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from directory import merging, proposing
from directory.duplicates import CERTAIN, Proposal
from directory.listing import Listing
from directory.merging import MergingDesk, Settled
from directory.problems import CannotUnderstand
from directory.public_address import short_id
from directory.sameness import Decision
from directory.vetting_desk import known_as
from directory.vocabulary import BY_GROUP
from directory.web import told as told_of
from directory.web.back import done, refused
from directory.web.opened import now, opened, page
from directory.web.roles import needs

staff_duplicates: Final = Blueprint("staff_duplicates", __name__, url_prefix="/staff/duplicates")
_SHOWN: Final = 20
_JUST: Final = timedelta(minutes=10)
"""So long one's own last decision stands above the pairs, with its undo."""
_GROUPS: Final = {"sex": "Admits", "age": "Ages", "setting": "Settings", "moud": "Medication"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison: what it is about, both sides, and whether they differ."""

    title: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same; what one does not know is no difference."""
        return bool(self.left and self.right) and set(self.left) != set(self.right)


@staff_duplicates.get("")
@needs("staff", "admin")
def show() -> str:
    """The pairs, the likeliest first, and what was decided."""
    return _page("")


@staff_duplicates.post("")
@needs("staff", "admin")
def decide() -> Redirect | tuple[str, int]:
    """One place, of which the left or the right listing stays; or two places."""
    left, right, choice = (request.form.get(name, "") for name in ("left", "right", "choice"))
    desk = _desk()
    try:
        if choice == "left":
            desk.merge(right, into=left)
        elif choice == "right":
            desk.merge(left, into=right)
        else:
            desk.differ(left, right)
    except CannotUnderstand as error:
        words = _words(error)
        return refused({"choice": {"": words}}, lambda: _page(words)), 422
    return done(url_for("staff_duplicates.show"))


@staff_duplicates.post("/undo")
@needs("staff", "admin")
def undo() -> Redirect | tuple[str, int]:
    """Take a decision back."""
    one, other = request.form.get("listing", ""), request.form.get("other", "")
    try:
        if request.form.get("decision") == Decision.MERGED:
            _desk().take_apart(one)
        else:
            _desk().reconsider(one, other)
    except CannotUnderstand as error:
        return _page(_words(error)), 422
    return redirect(url_for("staff_duplicates.show", _anchor="decided"), 303)


def anchor(first: str, second: str) -> str:
    """Where on the page a pair stands, by its two ids, the lower first."""
    return f"pair-{short_id(first)}-{short_id(second)}"


def _desk() -> MergingDesk:
    return MergingDesk(opened(), g.account, now())


def _words(error: CannotUnderstand) -> str:
    problem = error.problems[0]
    return f"{problem.found} {problem.what}. {problem.fix}."


def _page(wrong: str) -> str:
    found, settled = proposing.proposals(opened()), merging.settled(opened())
    whole = request.args.get("all", "") == "yes"
    return page(
        "staff_duplicates.html",
        anchor=anchor,
        count=len(found),
        certain=sum(one.score >= CERTAIN for one in found),
        pairs=[(one, list(rows(one))) for one in (found if whole else found[:_SHOWN])],
        more=0 if whole else max(0, len(found) - _SHOWN),
        looking=proposing.behind(opened()),
        settled=settled,
        just=_just(settled),
        wrong=wrong,
    )


def _just(settled: list[Settled]) -> Settled | None:
    """What this person decided last, as long as it is fresh."""
    mine = (one for one in settled if one.decided.by == known_as(g.account) and now() - one.decided.at < _JUST)
    return next(mine, None)


def rows(pair: Proposal) -> Iterator[Row]:
    """What is known of both, line by line; a line of which neither knows anything is left out."""
    left, right = (dict(_fields(listing)) for listing in (pair.first, pair.second))
    for title in left:
        if left[title] or right[title]:
            yield Row(title, left[title], right[title])


def _fields(listing: Listing) -> Iterator[tuple[str, tuple[str, ...]]]:
    address = listing.address
    street = "withheld" if address.confidential else ", ".join(filter(None, (address.address_1, address.address_2)))
    yield "Name", (listing.organization,)
    yield "Program", (listing.program,) if listing.program else ()
    yield "Street", (street,) if street else ()
    yield "Place", (f"{address.place} {address.postal_code}",)
    yield "Telephones", tuple(map(str, listing.phones))
    yield "Website", (listing.website,) if listing.website else ()
    yield "License", (listing.licence_number,) if listing.licence_number else ()
    yield "Licensed beds", (str(listing.capacity),) if listing.capacity else ()
    for group, title in _GROUPS.items():
        yield title, tuple(term.label for term in BY_GROUP[group] if listing.says(term.code))
    yield "Vetting", (told_of.vetting(listing, now()),)
    reported = max((report.observed_at for report in listing.reports), default=None)
    yield "Beds last reported", (f"{reported:%B} {reported.day}, {reported.year}",) if reported else ()
