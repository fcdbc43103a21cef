"""What a person does with the directory: open it, and ask it for the list."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from directory import answering, places, routing, store
from directory.answered import Answered
from directory.answering import Asking
from directory.database import Database
from directory.in_turn import in_turn
from directory.listing import Listing
from directory.matching.arrange import NOTHING, ByHand
from directory.matching.arrival import Pace
from directory.need import Need
from directory.places import Gazetteer
from directory.problems import CannotUnderstand, Loudness, Problem
from directory.search.generations import Generation, Index
from directory.settings import Settings

ROUTED: Final = 60
FASTEST_MPH, SLOWEST_MPH, ROUNDABOUT_MINUTES = 100, 5, 120
_MOST_REMEMBERED: Final = 20_000


class Directory:
    """Everything opened: the database, the places and the index, made ready on first use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        try:
            settings.instance.mkdir(parents=True, exist_ok=True)
            settings.instance.chmod(0o700)
        except OSError as error:
            what = f"the folder can't be used: {error.strerror}"
            fix = "Set INSTANCE to a folder that can be written"
            raise CannotUnderstand(Problem(Loudness.FILE, "INSTANCE", what, str(settings.instance), fix)) from None
        self.database = Database(settings.database_url)
        self._gazetteer: Gazetteer | None = None
        self._index: Index | None = None
        self._remembered: tuple[int, dict[str, Listing]] = (-1, {})

    def ready(self) -> None:
        """Bring the schema up to date and copy the ZIP codes in where they are missing."""
        self.database.upgrade()
        with self.database.reading() as connection:
            known = store.has_places(connection)
        if not known:
            with self.database.writing() as connection:
                if not store.has_places(connection):
                    store.save_places(connection, places.bundled_places())

    @property
    def gazetteer(self) -> Gazetteer:
        """Where ZIP codes and cities are."""
        if self._gazetteer is None:
            self.ready()
            with self.database.reading() as connection:
                self._gazetteer = store.gazetteer(connection)
        return self._gazetteer

    @property
    def index(self) -> Index:
        """The search index and the matcher's columns."""
        if self._index is None:
            self._index = Index(self.settings.instance / "index", self.database, self.gazetteer.locate)
        return self._index

    @property
    def pace(self) -> Pace:
        """How fast people are taken to travel."""
        return Pace(self.settings.speed_mph, self.settings.road_factor, ready=self.settings.ready_minutes)

    def listings(self, ids: Sequence[str]) -> dict[str, Listing]:
        """These listings as the database has them now, by the ids asked for; a merged one is the one that stands for it."""
        with self.database.reading() as connection:
            standing = store.stands_for(connection, ids)
            found = {listing.id: listing for listing in store.listings(connection, self.gazetteer.locate, ids)}
        return {key: found[root] for key, root in sorted(standing.items()) if root in found}

    def listings_of(self, generation: Generation, ids: Sequence[str]) -> Mapping[str, Listing]:
        """The same as of a generation's change: read from the database once, and then remembered until the next change."""
        counter, known = self._remembered
        if counter != generation.counter or len(known) > _MOST_REMEMBERED:
            known = {}
        missing = [key for key in ids if key not in known]
        if missing:
            with self.database.reading() as connection:
                found = {one.id: one for one in store.listings(connection, self.gazetteer.locate, missing)}
                still = store.counter(connection) == generation.counter
            known = known | found
            if still:
                self._remembered = generation.counter, known
        return known


def options(directory: Directory, need: Need, limit: int = 10, by_hand: ByHand = NOTHING) -> Answered:
    """The list for a need: at most `limit` entries of each kind, everything counted, arranged by hand where it was.

    From a generation that lags it is asked again until all that it shows stands in the generation as in the database.
    """
    generation = directory.index.current()
    while True:
        looked_at: set[str] = set()
        answered = answering.answer(_routed(directory, _asking(directory, generation, looked_at), need), need, limit, by_hand)
        right = directory.index.corrected(generation, looked_at)
        if right is generation:
            return replace(answered, behind=generation.behind)
        generation = right


def _asking(directory: Directory, generation: Generation, looked_at: set[str]) -> Asking:
    """What is asked of; the ids of the listings that are read from the database for it are written down."""

    def listings(ids: Sequence[str]) -> Mapping[str, Listing]:
        looked_at.update(ids)
        return directory.listings_of(generation, ids)

    return Asking(generation.columns, generation.words, listings, directory.pace)


def _routed(directory: Directory, asking: Asking, need: Need) -> Asking:
    """With minutes by road to those that are best by straight miles, where a routing service is set up."""
    url = directory.settings.routing_url
    if not url or need.near is None:
        return asking
    found = asking.listings(answering.best_places(asking, need, ROUTED))
    here, points = need.near.point, {key: listing.point for key, listing in found.items() if listing.point}
    with in_turn.let_others():
        told = routing.minutes(url, here, points)
    likely = {key: minutes for key, minutes in told.items() if _likely(places.miles_between(here, points[key]), minutes)}
    return replace(asking, pace=replace(asking.pace, measured=likely))


def _likely(miles: float, minutes: float) -> bool:
    """Whether a way can take so long: no car is faster than 100 miles an hour in a straight line, or slower than a walk."""
    return miles / FASTEST_MPH * 60 <= minutes <= miles / SLOWEST_MPH * 60 + ROUNDABOUT_MINUTES
