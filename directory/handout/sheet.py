"""The whole hand-out said in one language, part by part; each rendering only writes it down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from directory.directions import Directions, directions
from directory.handout.catalog import CATALOGS, HELP_CODES, Catalog
from directory.handout.snapshot import Snapshot
from directory.handout.telling import Data, Teller
from directory.vocabulary import HELPLINES

_DIALS: Final = {"911": "911", "988": "988", "samhsa": "+18006624357"}
_FIELDS: Final = ("arrive", "cost", "insurance", "length", "withdrawal", "medication", "transport", "bring")


@dataclass(frozen=True, slots=True)
class Told:
    """One option or backup: `number` in calling order, `kind` its heading, `fields` the labelled lines of its box.

    `unchecked` says that it is not among the centers that are checked here; "" where it is.
    """

    data: Data
    number: int
    kind: str
    way: str
    phone: str
    dial: str
    line: str
    asked: str
    status: str
    there: str
    fields: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    unchecked: str
    questions: tuple[str, ...]
    rules: tuple[str, ...]
    directions: Directions | None

    @property
    def name(self) -> str:
        """What the center is called."""
        return str(self.data["name"])

    @property
    def town(self) -> str:
        """Its town and State."""
        return str(self.data["town"])

    @property
    def street(self) -> str:
        """Its whole address; "" where it is not known or withheld."""
        return str(self.data["street"])


@dataclass(frozen=True, slots=True)
class Bridge:
    """A place for medication the same day, in words."""

    name: str
    town: str
    way: str
    phone: str
    dial: str
    starts: str
    unchecked: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the hand-out says, in one language."""

    words: Catalog
    snapshot: Snapshot
    options: tuple[Told, ...]
    backups: tuple[Told, ...]
    bridges: tuple[Bridge, ...]
    not_promised: tuple[str, ...]
    helplines: tuple[tuple[str, str, str], ...]

    @property
    def listed(self) -> tuple[Told, ...]:
        """Options and backups in calling order."""
        return (*self.options, *self.backups)

    @property
    def questions(self) -> tuple[tuple[str, str], ...]:
        """What is still to ask, each question with the numbers of those to ask."""
        asked = dict.fromkeys(question for one in self.listed for question in one.questions)
        return tuple((each, ", ".join(str(one.number) for one in self.listed if each in one.questions)) for each in asked)

    @property
    def title(self) -> str:
        """What the list is called, which tells nothing of what it is for."""
        return self.words.say("page.title", number=self.snapshot["number"])

    @property
    def facts(self) -> str:
        """From when the facts are, and that nobody leaves before a call."""
        return f"{self.planned} {self.words.say('page.facts', time=self.as_of)}".strip()

    @property
    def planned(self) -> str:
        """That the list was planned for a time to come, and is to be asked about again; "" where it was for now."""
        when = self.snapshot.get("planned_for", "")
        return self.words.say("page.planned", time=self.words.full_moment(datetime.fromisoformat(when))) if when else ""

    @property
    def as_of(self) -> str:
        """The moment of the facts in full."""
        return self.words.full_moment(self.when)

    @property
    def when(self) -> datetime:
        """The moment of the facts."""
        return datetime.fromisoformat(self.snapshot["as_of"])

    @property
    def made(self) -> str:
        """The number of the list, and when it was made."""
        made_at = datetime.fromisoformat(self.snapshot["made_at"])
        return self.words.say("page.made", number=self.snapshot["number"], time=self.words.full_moment(made_at))


def sheet(snapshot: Snapshot, language: str = "en") -> Sheet:
    """The hand-out in a language."""
    words = CATALOGS[language]
    teller = Teller(words, datetime.fromisoformat(snapshot["as_of"]))
    options = [_told(teller, one, number, "option") for number, one in enumerate(snapshot["options"], start=1)]
    backups = [_told(teller, one, number, "backup") for number, one in enumerate(snapshot["backups"], start=len(options) + 1)]
    return Sheet(
        words=words,
        snapshot=snapshot,
        options=tuple(options),
        backups=tuple(backups),
        bridges=tuple(_bridge(teller, one) for one in snapshot["bridges"]),
        not_promised=tuple(words.say(f"promise.{one}") for one in snapshot["not_promised"]),
        helplines=tuple(
            (words.say(f"helpline.{code}"), number, _DIALS[code])
            for code, (_, number) in zip(HELP_CODES, HELPLINES, strict=True)
        ),
    )


def _told(teller: Teller, center: Data, number: int, kind: str) -> Told:
    say = teller.words.say
    values = {
        name: getattr(teller, name)(center) for name in ("arrive", "cost", "insurance", "withdrawal", "medication", "bring")
    }
    values |= {name: center[name] or say("ask.plain") for name in ("length", "transport")}
    point = center["point"]
    return Told(
        data=center,
        number=number,
        kind=say(f"page.{kind}", number=number),
        way=teller.way(center),
        phone=teller.phone(center),
        dial=center["phone"]["dial"] if center["phone"] else "",
        line=teller.line(center),
        asked=teller.asked(center),
        status=teller.status(center),
        there=_sentence(teller.there(center)),
        fields=tuple((say(f"field.{name}"), values[name]) for name in _FIELDS),
        notes=tuple(_notes(teller, center)),
        unchecked=unchecked(teller, center),
        questions=tuple(say(f"questions.{code}") for code in center["questions"]),
        rules=tuple(say(f"rules.{code}", words=_sentence(words)) for code, words in center.get("rules", ())),
        directions=directions(tuple(point) if point else None, center["street"]),
    )


def _sentence(words: str) -> str:
    """Words with a capital and one full stop; in Spanish a time of day brings its own."""
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "." if words else ""


def _notes(teller: Teller, center: Data) -> list[str]:
    """What stands below the box: the second step, when to call again, whose clock it is, and that it is not checked here."""
    again, clock, say = center["call_again_by"], center["clock"], teller.words.say
    told = [
        teller.then(center),
        unchecked(teller, center["then"] or {}, "field.then_unchecked"),
        say("field.call_again", time=teller.moment(again)) if again else "",
        say("time.clock", clock=clock) if clock else "",
        unchecked(teller, center),
    ]
    return [one for one in told if one]


def unchecked(teller: Teller, center: Data, words: str = "field.unchecked") -> str:
    """That a center is not among those that are checked here; "" also for what was frozen before it was written down."""
    return "" if center.get("checked", True) else teller.words.say(words)


def _bridge(teller: Teller, center: Data) -> Bridge:
    return Bridge(
        name=center["name"],
        town=center["town"],
        way=teller.way(center),
        phone=teller.phone(center),
        dial=center["phone"]["dial"] if center["phone"] else "",
        starts=". ".join(filter(None, (teller.starts(center), unchecked(teller, center)))),
        unchecked=unchecked(teller, center),
    )
