"""Words to listings: synonyms, slips, names first, hostile text, threads; and Whoosh held to account by plain Python."""

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.listing import Address
from directory.search import whoosh_index
from directory.search.analysis import document, query_tokens, tokens
from directory.search.words import Words
from tests.builders import a_listing

Document = Mapping[str, Sequence[str]]

NAMES = [
    "Example House", "Example House North", "Hope Horse Ranch", "Hope House", "Hope House of Ohio", "New Path Recovery Center",
    "Path to Recovery", "Saint Example's Hospital", "Example Detox", "Suboxone Clinic of Example", "Riverbend Recovery House",
    "Sunrise Valley Treatment", "Valley Sunrise", "Éxample Café Program", "Example Counseling and Wellness",
]  # fmt: skip
PLACES = [("Columbus", "OH", "43201"), ("Sunrise", "FL", "33322"), ("Hope", "AR", "71801"), ("House", "NM", "88121")]
SERVICES = [("setting.residential",), ("withdrawal.opioid", "moud.must_stop"), ("setting.inpatient", "excludes.insulin")]


def in_place(city: str, state: str, postal_code: str) -> Address:
    return Address("", "", city, state, postal_code)


DOCUMENTS = [
    document(a_listing(organization=name, address=in_place(*PLACES[n % 4]), yes=SERVICES[n % 3]))
    for n, name in enumerate(NAMES)
]
WORDS = Words.from_documents(DOCUMENTS)
MANY = Words.from_documents([DOCUMENTS[n * n % len(DOCUMENTS)] for n in range(5_000)])

SAME = [
    ("detox", "detoxification", "withdrawal management", "Withdrawal Management", "withdrawal"),
    ("Suboxone", "buprenorphine", "bup", "Buprenorphine with naloxone"),
    ("Sublocade", "extended-release buprenorphine", "Extended-release injectable buprenorphine"),
    ("Vivitrol", "naltrexone"),
    ("rehab", "rehabs", "residential", "Rehabilitation"),
    ("heroin", "fentanyl", "opioids", "opiate", "OUD", "opioid use disorder"),
    ("MAT", "MOUD", "medication for opioid use disorder", "Medication-Assisted Treatment"),
    ("sober living", "halfway house", "recovery residence", "Recovery Residences"),
    ("vets", "veteran", "Veterans"),
    ("alcohol", "EtOH"),
    ("benzos", "benzodiazepine", "Xanax"),
    ("meth", "methamphetamines"),
    ("LGBT", "LGBTQ"),
    ("St. Mary's", "Saint Marys", "SAINT MARY\u2019S"),
    ("café", "cafe", "CAFE\u0301"),
    ("center", "Centre", "centers"),
]
DIFFERENT = [("rehab", "inpatient"), ("residential", "outpatient"), ("detox", "residential"), ("methadone", "meth")]


@pytest.mark.parametrize("phrases", SAME, ids=lambda phrases: phrases[0])
def test_words_of_the_field_that_mean_the_same_are_read_the_same(phrases: tuple[str, ...]) -> None:
    assert {tuple(tokens(phrase)) for phrase in phrases} == {tuple(tokens(phrases[0]))}


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_words_that_mean_different_things_stay_apart(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


def test_the_longest_phrase_wins() -> None:
    assert tokens("a medication for opioid use disorder program") == ["moud", "program"]
    assert tokens("opioid use disorder program") == ["opioid", "program"]


def test_a_confidential_street_is_never_indexed() -> None:
    listing = a_listing(address=Address("77 Secret Street", "Suite 9", "Columbus", "OH", "43201", confidential=True))
    held = set().union(*document(listing).values())
    assert not held & {"77", "secret", "street", "suite"}
    assert held >= {"columbus", "oh", "ohio", "43201"}


def test_what_a_center_refuses_is_not_among_its_services() -> None:
    services = document(a_listing(yes=("excludes.insulin", "moud.must_stop"), no=("payer.medicare",)))["services"]
    assert not {"insulin", "stopping", "medicare"} & set(services)
    assert {"residential", "detox", "moud", "medicaid"} <= set(services)


# --- what is found -----------------------------------------------------------------------------------------------------


def first(text: str) -> str:
    return NAMES[int(WORDS.relevance(text).argmax())]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_finds_its_center_first(name: str) -> None:
    relevance = WORDS.relevance(name)
    assert relevance.max() >= 1 / 2
    assert np.flatnonzero(relevance == relevance.max()).tolist() == [NAMES.index(name)]


@given(data=st.data())
def test_a_name_with_one_letter_wrong_finds_its_center_among_the_best(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in NAMES if name.isascii()]))
    long_words = [word for word in name.split() if len(word) >= 5]
    word = data.draw(st.sampled_from(long_words))
    at = data.draw(st.integers(1, len(word) - 2))
    letter = data.draw(st.sampled_from("qxzj"))
    slip = data.draw(
        st.sampled_from([word[:at] + letter + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + word[at + 1 :]])
    )
    relevance = WORDS.relevance(name.replace(word, slip, 1))
    assert relevance[NAMES.index(name)] > 0
    assert NAMES.index(name) in np.argsort(-relevance, kind="stable")[:3]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Hope Hose", "Hope House"),
        ("sunrise valey treatment", "Sunrise Valley Treatment"),
        ("Riverbnd Recovry House", "Riverbend Recovery House"),
        ("suboxne clinic", "Suboxone Clinic of Example"),
        ("subxone clinic", "Suboxone Clinic of Example"),
        ("riverb", "Riverbend Recovery House"),
        ("new pa", "New Path Recovery Center"),
        ("exmaple detox", "Example Detox"),
    ],
)
def test_slips_and_beginnings_find_what_was_meant(typed: str, found: str) -> None:
    assert first(typed) == found


def test_an_exact_word_weighs_more_than_one_like_it() -> None:
    relevance = WORDS.relevance("hope horse ranch")
    assert relevance[NAMES.index("Hope Horse Ranch")] > relevance[NAMES.index("Hope House")] > 0


def test_numbers_are_never_taken_for_each_other() -> None:
    assert WORDS.relevance("43202").max() == 0
    assert (WORDS.relevance("43201") > 0).sum() == 4


def test_words_that_nobody_has_find_nothing() -> None:
    assert not WORDS.relevance("qqqqqqqq zzzzzzzz").any()


def test_a_word_in_one_field_is_weighed_by_bm25() -> None:
    documents = [
        {"name": [], "place": ["here"] * often + ["elsewhere"] * n, "services": []} for n, often in enumerate((1, 2, 0, 3, 0))
    ]

    def weight(n: int, often: int) -> float:
        lengths = [1, 3, 2, 6, 4]
        rarity = math.log(1 + (5 - 3 + 0.5) / (3 + 0.5))
        damped = 1.2 * (0.25 + 0.75 * lengths[n] / (sum(lengths) / 5))
        return rarity * often * 2.2 / (often + damped)

    expected = np.array([weight(n, often) for n, often in enumerate((1, 2, 0, 3, 0))])
    found = Words.from_documents(documents).relevance("here")
    assert np.allclose(found, expected / expected.max() / 4, atol=1e-6)


def test_an_empty_directory_answers_nothing() -> None:
    assert len(Words.from_documents([]).relevance("hope house")) == 0


# --- hostile text ------------------------------------------------------------------------------------------------------

HOSTILE = [
    "", " ", "\x00\x01\x1b[31m", "*" * 300, "(((((", "a AND OR NOT", "name:hope^99 [a TO z] {", "~~~ ~2 \"hope",
    "../../etc/passwd",
    "h\u0301" * 100, "\ud800", "\U0001f600 hope", "x" * 1_000_000, "hope " * 200_000, "é" * 1_000_000,
    "a b c d e f g h i j k l m n o p q r s t",
    "\u202ehope", "0" * 400, "' OR 1=1 --", "%00%0a", "<script>alert(1)</script>", "ﬀ ﬁ ㎏ Ⅷ", "İı",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_answered_at_once(text: str) -> None:
    started = time.perf_counter()
    relevance = WORDS.relevance(text)
    assert time.perf_counter() - started < 0.2
    assert relevance.min() >= 0 and relevance.max() <= 1 and not np.isnan(relevance).any()


@given(st.text(max_size=400))
def test_any_text_is_answered_between_nothing_and_one(text: str) -> None:
    relevance = WORDS.relevance(text)
    assert len(query_tokens(text)) <= 16
    assert relevance.max() <= 1 and relevance.min() >= 0


@given(st.sampled_from(NAMES), st.lists(st.integers(0, len(NAMES) - 1)))
def test_some_positions_are_answered_as_all_are(text: str, some: list[int]) -> None:
    positions = np.array(some, dtype=np.intp)
    assert np.array_equal(WORDS.relevance(text, positions), WORDS.relevance(text)[positions])


@given(
    st.sampled_from([*NAMES, "hose", "ohio detox", "hope columbus"]),
    st.integers(0, 4_999),
    st.integers(1, 400),
    st.integers(1, 60),
)
def test_few_listings_of_many_are_answered_as_all_are(text: str, first: int, step: int, count: int) -> None:
    positions = first + step * np.arange(count)
    positions = positions[positions < len(MANY)]
    assert np.array_equal(MANY.relevance(text, positions), MANY.relevance(text)[positions])


def test_a_listing_earns_the_same_whichever_others_are_looked_at() -> None:
    alone = np.concatenate([WORDS.relevance("hope house", np.array([n])) for n in range(len(NAMES))])
    assert np.array_equal(alone, WORDS.relevance("hope house"))


@pytest.mark.parametrize("text", ["hope house", "new path recovery", "riverbend", "example detox"])
def test_a_name_that_holds_every_word_is_above_all_that_do_not(text: str) -> None:
    relevance = WORDS.relevance(text)
    whole = np.array([set(query_tokens(text)) <= set(one["name"]) for one in DOCUMENTS])
    assert relevance[whole].min() > max(1 / 4, relevance[~whole].max())


def test_what_no_name_holds_earns_a_quarter_at_most() -> None:
    assert 0 < WORDS.relevance("detox 43201").max() <= 1 / 4


def test_words_that_are_remembered_never_take_more_room_than_there_is() -> None:
    words = Words.from_documents([*DOCUMENTS] * 40)
    words._remembered._room = room = 20_000
    for name in NAMES:
        words.relevance(name)
        words.relevance(name[:5])
    remembered = words._remembered
    assert 0 <= remembered._room == room - sum(one.bytes for one in remembered._held.values())
    assert np.array_equal(words.relevance("hope house"), Words.from_documents([*DOCUMENTS] * 40).relevance("hope house"))


# --- Whoosh and disk ---------------------------------------------------------------------------------------------------

a_token = st.sampled_from(["hope", "house", "detox", "oh", "43201", "opioid", "sunrise", "z" * 40])
a_document = st.fixed_dictionaries({field: st.lists(a_token, max_size=6) for field in ("name", "place", "services")})


def by_way_of_whoosh(documents: Sequence[Document], folder: Path) -> Words:
    whoosh_index.write(folder, ((str(number), one) for number, one in enumerate(documents)))
    keys, by_field = whoosh_index.read(folder)
    assert keys == tuple(str(number) for number in range(len(documents)))
    return Words.from_postings(by_field)


@settings(max_examples=40)
@given(st.lists(a_document, max_size=30))
def test_whoosh_gives_back_what_was_put_in(documents: list[Document]) -> None:
    with TemporaryDirectory() as folder:
        assert by_way_of_whoosh(documents, Path(folder, "whoosh")) == Words.from_documents(documents)


def test_whoosh_gives_back_terms_of_many_blocks(tmp_path: Path) -> None:
    documents = [{"name": ["hope"] * (1 + n % 3), "place": [f"p{n % 700}"], "services": ["detox"]} for n in range(2000)]
    assert by_way_of_whoosh(documents, tmp_path / "whoosh") == Words.from_documents(documents)


def test_whoosh_gives_back_what_waited_in_files_for_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh_index, "_MEGABYTES", 1)
    documents = [
        {"name": [f"n{n * 7919 % 5003}"] * (1 + n % 3), "place": [f"p{n % 700}", f"q{n % 11}"], "services": ["detox"]}
        for n in range(9_000)
    ]
    assert by_way_of_whoosh(documents, tmp_path / "whoosh") == Words.from_documents(documents)


def test_saved_words_are_the_same_words(tmp_path: Path) -> None:
    WORDS.save(tmp_path / "words")
    loaded = Words.load(tmp_path / "words")
    assert loaded == WORDS
    assert np.array_equal(loaded.relevance("hope house"), WORDS.relevance("hope house"))


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # Whoosh's own files
@pytest.mark.parametrize("keep", [0, 1, 10, 100, 1000])
def test_a_cut_whoosh_index_is_damaged_and_nothing_else(tmp_path: Path, keep: int) -> None:
    for number, pattern in enumerate(("*.seg", "*.toc")):
        folder = tmp_path / str(number)
        by_way_of_whoosh(DOCUMENTS, folder)
        file = next(folder.glob(pattern))
        file.write_bytes(file.read_bytes()[: min(keep, file.stat().st_size - 1)])
        with pytest.raises(whoosh_index.Damaged):
            whoosh_index.read(folder)


def test_a_whoosh_index_that_is_not_there_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(whoosh_index.Damaged):
        whoosh_index.read(tmp_path / "nothing")


def test_a_document_that_cannot_be_written_leaves_no_lock(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unicode"):
        whoosh_index.write(tmp_path / "whoosh", [("1", {"name": ["hope"], "place": [], "services": []}), (2, {})])  # type: ignore[list-item]
    (tmp_path / "again").mkdir()
    assert by_way_of_whoosh(DOCUMENTS, tmp_path / "again" / "whoosh") == WORDS


def test_eight_threads_get_the_answers_of_one(tmp_path: Path) -> None:
    WORDS.save(tmp_path / "words")
    shared = Words.load(tmp_path / "words")
    questions = [
        f"{name[:cut]} {extra}" for name in NAMES for cut in (4, 6, 9, 30) for extra in ("", "ohio", "detox", "hospitl")
    ][:200]
    alone = [WORDS.relevance(text) for text in questions]

    def differing(shift: int) -> int:
        order = [*range(shift * 25, len(questions)), *range(shift * 25)]
        return sum(not np.array_equal(shared.relevance(questions[n]), alone[n]) for n in order)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(partial(differing), range(8))) == [0] * 8
