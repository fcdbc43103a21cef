"""Who types a center's name finds it first: as it is written, with a slip, cut short, with its spaces wrong."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from directory.search.analysis import document, words
from directory.search.spacing import respaced
from directory.search.words import Words
from importers import demo, samhsa_national_directory
from importers.base import Importer
from seed_data.make_demo import BOOK
from tests.builders import a_listing
from tests.test_real_directory import NAME as REAL_FILE

SAMPLE = 200


class Names:
    """A directory's names as people write them, and the words that find them."""

    def __init__(self, importer: Importer, file: Path) -> None:
        batch = importer.read(file, importer.source)
        told = [importer.parse(row, batch, importer.source).values for row in batch.rows]
        listings = [a_listing(organization=one["organization"], program=one.get("program", "")) for one in told]
        self.written = [listing.name for listing in listings]
        documents = [document(listing) for listing in listings]
        self.words = Words.from_documents(documents)
        self._held = [frozenset(one["name"]) for one in documents]

    def mean(self, text: str) -> list[int]:
        """The listings whose name holds all the words of a text, of which the last may be cut short: read plainly."""
        *whole, last = words(text) or [""]
        return [n for n, held in enumerate(self._held) if held.issuperset(whole) and any(w.startswith(last) for w in held)]

    def sample(self, seed: int) -> list[int]:
        """Some listings that have their name for themselves, the same in every run."""
        order = list(range(len(self.written)))
        random.Random(seed).shuffle(order)
        unique: Iterator[int] = (n for n in order if self.mean(self.written[n]) == [n])
        return [n for n, _ in zip(unique, range(SAMPLE), strict=False)]


@pytest.fixture(scope="module")
def invented() -> Names:
    return Names(demo.importer, BOOK)


@pytest.fixture(scope="module")
def real(real_files: Path) -> Names:
    return Names(samhsa_national_directory.importer, real_files / REAL_FILE)


# --- how people get a name wrong -------------------------------------------------------------------------------------------

Slip = Callable[[str, random.Random], str]


def in_a_long_word(change: Callable[[str, int, str], str]) -> Slip:
    def slipped(name: str, chance: random.Random) -> str:
        long = [word for word in name.split() if len(word) >= 5 and word.isalpha()]
        if not long:
            return name
        word = chance.choice(long)
        return name.replace(word, change(word, chance.randrange(1, len(word) - 1), chance.choice("aeioumnrst")), 1)

    return slipped


def without_one_space(name: str, chance: random.Random) -> str:
    parts = name.split()
    at = chance.randrange(1, len(parts)) if len(parts) > 1 else 0
    return " ".join(parts[:at]) + " ".join(parts[at:]) if at else name


def other_and(name: str, chance: random.Random) -> str:
    return name.replace(" and ", " & ") if " and " in name else name.replace("&", "and")


SLIPS: dict[str, tuple[Slip, float]] = {
    "as it is written": (lambda name, _: name, 1.0),
    "without capitals and commas": (lambda name, _: name.lower().replace(",", ""), 1.0),
    "with its words in another order": (lambda name, _: " ".join(reversed(name.split())), 0.98),
    "with & for and": (other_and, 1.0),
    "with a wrong letter": (in_a_long_word(lambda word, at, letter: word[:at] + letter + word[at + 1 :]), 0.95),
    "with a letter too many": (in_a_long_word(lambda word, at, letter: word[:at] + letter + word[at:]), 0.95),
    "with a letter missing": (in_a_long_word(lambda word, at, _: word[:at] + word[at + 1 :]), 0.95),
    "with two letters changed about": (
        in_a_long_word(lambda word, at, _: word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]),
        0.95,
    ),
    "cut short": (lambda name, _: name[: max(len(name) * 3 // 4, 6)], 0.9),
    "cut in half": (lambda name, _: name[: max(len(name) // 2, 6)], 0.85),
    "with a space missing": (without_one_space, 0.9),
    "without any space": (lambda name, _: name.replace(" ", ""), 0.85),
}


def rate(names: Names, how: str) -> tuple[float, list[str]]:
    """How often a name typed like this finds its listing first, and those that did not; what could mean others is left out."""
    slip, _ = SLIPS[how]
    chance = random.Random(11)
    missed, count = [], 0
    for n in names.sample(3):
        typed = slip(names.written[n], chance)
        if how.startswith("cut") and names.mean(typed) != [n]:
            continue
        count += 1
        if names.words.named(typed, 3)[:1] != [n]:
            missed.append(f"{typed!r} for {names.written[n]!r}")
    return 1 - len(missed) / max(count, 1), missed


@pytest.mark.parametrize("how", SLIPS)
def test_a_real_name_finds_its_center_first(real: Names, how: str) -> None:
    found, missed = rate(real, how)
    assert found >= SLIPS[how][1], f"{found:.1%}; not found: {missed}"


@pytest.mark.parametrize("how", SLIPS)
def test_an_invented_name_finds_its_center_first(invented: Names, how: str) -> None:
    found, missed = rate(invented, how)
    assert found >= SLIPS[how][1], f"{found:.1%}; not found: {missed}"


# --- by hand ---------------------------------------------------------------------------------------------------------------

SOME = [
    "CleanSlate Centers", "Our House Example", "Hope House", *(f"Hope House of Example {n}" for n in range(30)),
    "Sample Sons Place",    "Detoxification Example", *(f"Recovery Place {n}" for n in range(40)), "Recover",
    "Courage to Change Example", "Wellness Way", "Road to a Better Example", *["Chain Example"] * 30,
]  # fmt: skip
HELD = Words.from_documents([document(a_listing(organization=name)) for name in SOME])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("clean slate centers", "CleanSlate Centers"),
        ("Clean Slate", "CleanSlate Centers"),
        ("ourhouse example", "Our House Example"),
        ("OurHouseExample", "Our House Example"),
        ("samplesonsplace", "Sample Sons Place"),
        ("RoadToABetterExample", "Road to a Better Example"),
        ("roadtobetterexample", "Road to a Better Example"),
        ("Courage to Change E", "Courage to Change Example"),
        ("hope house", "Hope House"),
        ("hope hous", "Hope House"),
        ("hopehouse", "Hope House"),
        ("well ness way", "Wellness Way"),
        ("Detox Example", "Detoxification Example"),
    ],
)
def test_a_name_with_its_spaces_wrong_or_shared_by_many_finds_the_one_that_is_nothing_else(typed: str, found: str) -> None:
    assert [SOME[at] for at in HELD.named(typed, 1)] == [found]


@pytest.mark.parametrize(
    "typed", ["recovery", "recovery place", "chain example", "qqqqqq", "hopeqqhouse", "", "x", "a of the", "zz y"]
)
def test_words_of_many_and_of_nobody_name_nobody(typed: str) -> None:
    assert HELD.named(typed, 3) == []


@pytest.mark.parametrize(
    "typed", ["x" * 1_000_000, "ourhouse" * 100_000, "our house " * 100_000, "s" * 300, "é\x00 " * 1000, "\ud800"]
)
def test_hostile_text_names_somebody_or_nobody_and_ends(typed: str) -> None:
    assert len(HELD.named(typed, 3)) <= 3


def test_spaces_are_moved_only_where_the_directory_has_such_words() -> None:
    known = frozenset(("our", "house", "clean", "cleanslate", "son", "place")).__contains__
    assert respaced("clean slate", known) == "cleanslate"
    assert respaced("ourhouse clean", known) == "our house clean"
    assert respaced("sonsplace", known) == "sons place"
    assert respaced("houseofours nowhere", known) == "house of our nowhere"
    assert respaced("ourhausplace", known) == "ourhausplace"
