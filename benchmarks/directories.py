"""The directories that are measured: a real workbook's, and synthetic ones of any size that are spread like it."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from directory.listing import Listing, Provenance
from directory.matching.assembling import columns_of
from directory.matching.bits import BIT, CODES, WORDS
from directory.matching.columns import Columns
from directory.matching.gathering import silent
from directory.matching.grid import earth_centred, spatial_order
from directory.places import Gazetteer, bundled_places
from directory.resolve import Said, resolve
from directory.search.analysis import document, tokens
from directory.search.postings import FIELDS, Postings, inverted, postings
from directory.search.words import Words
from directory.vocabulary import label
from importers.samhsa_national_directory import importer
from importers.understanding import understand

REAL_SIZE: Final = 12_744
SEED: Final = 20_260_313
_JITTER_DEGREES: Final = 0.05
_NAME_WORDS: Final = 3_000
_SYLLABLES: Final = (
    "ba",
    "ced",
    "dor",
    "fan",
    "gar",
    "hol",
    "jen",
    "kos",
    "lin",
    "mar",
    "nev",
    "pel",
    "ros",
    "tam",
    "vor",
    "wes",
)
_KINDS: Final = (
    "center",
    "house",
    "recovery",
    "counseling",
    "clinic",
    "health",
    "behavioral",
    "hope",
    "new",
    "community",
    "family",
)
_SPOKEN_OF: Final = (
    "setting.residential", "setting.inpatient", "setting.residential_withdrawal", "withdrawal.opioid", "withdrawal.alcohol",
    "moud.buprenorphine_start", "moud.methadone_start", "moud.naltrexone_start", "payer.medicaid", "payer.private",
    "care.co_occurring", "treats.opioid",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A directory with what every engine is given of it, by position: facts, points, tokens and a freshness from 0 to 1."""

    source: str
    columns: Columns
    points: NDArray[np.float64]
    postings: dict[str, Postings]
    words: Words
    texts: dict[str, list[str]]
    fresh: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a synthetic directory is spread like: rows of a place, its tokens, and facts, to be drawn from."""

    source: str
    points: NDArray[np.float64]
    yes: NDArray[np.uint64]
    no: NDArray[np.uint64]
    places: Sequence[Sequence[str]]


def real(workbook: Path) -> tuple[Measured, Pattern]:
    """The directory of a national directory workbook, and the pattern that it makes for synthetic ones."""
    by_id = {listing.id: listing for listing in listings_of(workbook)}
    columns = columns_of(tuple(by_id.values()))
    listings = [by_id[key] for key in columns.ids]
    points = np.array([(p.latitude, p.longitude) if (p := one.point) else (np.nan, np.nan) for one in listings])
    documents = [document(listing) for listing in listings]
    by_field = {name: inverted([one[name] for one in documents]) for name in FIELDS}
    pattern = Pattern(workbook.name, points, columns.yes, columns.no, [one["place"] for one in documents])
    return _measured(workbook.name, columns, points, by_field), pattern


def listings_of(workbook: Path) -> Iterator[Listing]:
    """A workbook's listings, without a database."""
    source = importer.source
    batch = importer.read(workbook, source)
    gazetteer = Gazetteer(bundled_places())
    said_by = Provenance(source.name, source.kind, workbook.name, batch.observed_at or date(2023, 1, 1), "benchmark")
    for statement in understand(importer, batch, said_by, _unwatched).statements:
        yield resolve(statement.listing_id, [Said(1, statement)], gazetteer.locate)


def _unwatched(_stage: str, _done: int, _of: int) -> None:
    """Progress that nobody looks at."""


def zip_codes() -> Pattern:
    """The pattern where no workbook is at hand: the middles of the bundled ZIP codes, facts drawn by invented shares."""
    rng = np.random.default_rng(SEED)
    places = [place for place in bundled_places() if place.standard and place.latitude is not None]
    points = np.array([(place.latitude, place.longitude) for place in places], dtype=np.float64)
    yes, no = np.zeros((2, WORDS, len(places)), dtype=np.uint64)
    for code, share in zip(CODES, rng.beta(0.7, 1.1, len(CODES)), strict=True):
        word, bit = BIT[code]
        drawn = rng.random(len(places))
        yes[word] |= (drawn < share).astype(np.uint64) << np.uint64(bit)
        no[word] |= (drawn > (1 + share) / 2).astype(np.uint64) << np.uint64(bit)
    return Pattern(
        "ZIP codes", points, yes, no, [tokens(f"{one.city} {one.state_province} {one.postal_code}") for one in places]
    )


def synthetic(pattern: Pattern, size: int) -> Measured:
    """So many invented listings: each takes a row's facts, and a place beside that row's. The same on every run."""
    rng = np.random.default_rng(SEED + size)
    rows = rng.integers(len(pattern.points), size=size)
    points = pattern.points[rows] + rng.normal(0, _JITTER_DEGREES, (size, 2))
    points[:, 1] = (points[:, 1] + 180) % 360 - 180
    order, cells = spatial_order(points)
    rows, points = rows[order], points[order]
    columns = Columns(
        ids=tuple(f"synthetic:{at:07}" for at in order.tolist()),
        yes=pattern.yes[:, rows],
        no=pattern.no[:, rows],
        centred=earth_centred(points[:, 0], points[:, 1]),
        approximate=np.zeros(size, dtype=np.bool_),
        id_rank=order.astype(np.int32),
        cells=cells,
        personal=np.zeros_like(pattern.yes[:, rows]),
        **silent(size),
    )
    by_field = {
        "name": _paired(*_names(rng, size), size),
        "place": _paired(*_ragged([pattern.places[row] for row in rows.tolist()]), size),
        "services": _paired(*_services(columns), size),
    }
    return _measured(f"synthetic, spread as {pattern.source}", columns, points, by_field)


def _measured(source: str, columns: Columns, points: NDArray[np.float64], by_field: dict[str, Postings]) -> Measured:
    fresh = np.random.default_rng(SEED).random(len(columns))
    texts = {name: _texts(field) for name, field in by_field.items()}
    return Measured(source, columns, points, by_field, Words.from_postings(by_field), texts, fresh)


Pairs = tuple[list[str], NDArray[np.int64], NDArray[np.int64]]
"""Terms, and for each time that one stands somewhere its number and the position."""


def _names(rng: np.random.Generator, size: int) -> Pairs:
    """Two words as rare and as common as names are, and one of the words that half of all centers have in theirs."""
    written = dict.fromkeys("".join(rng.choice(_SYLLABLES, 3)) for _ in range(_NAME_WORDS))
    terms = list(dict.fromkeys((*written, *_KINDS)))
    rare = np.minimum(rng.zipf(1.3, (size, 2)), len(written)) - 1
    kinds = np.array([terms.index(kind) for kind in _KINDS])[rng.integers(len(_KINDS), size=size)]
    numbers = np.column_stack([rare, kinds]).ravel()
    return terms, numbers.astype(np.int64), np.repeat(np.arange(size), 3)


def _ragged(lists: Sequence[Sequence[str]]) -> Pairs:
    terms = list(set().union(*lists))
    number = {term: at for at, term in enumerate(terms)}
    numbers = np.fromiter((number[term] for one in lists for term in one), np.int64)
    return terms, numbers, np.repeat(np.arange(len(lists)), [len(one) for one in lists])


def _services(columns: Columns) -> Pairs:
    """The labels of a dozen terms, where a listing has them: the whole vocabulary a million times is nobody's directory."""
    by_token: dict[str, list[str]] = {}
    for code in _SPOKEN_OF:
        for token in tokens(label(code)):
            by_token.setdefault(token, []).append(code)
    held = [np.flatnonzero(np.logical_or.reduce([has(columns.yes, code) for code in codes])) for codes in by_token.values()]
    return list(by_token), np.repeat(np.arange(len(held)), [len(one) for one in held]), np.concatenate(held)


def has(facts: NDArray[np.uint64], code: str) -> NDArray[np.bool_]:
    """Where a term's bit is set, read the plain way."""
    word, bit = BIT[code]
    return np.asarray(facts[word] >> np.uint64(bit) & np.uint64(1), dtype=np.bool_)


def _paired(terms: list[str], numbers: NDArray[np.int64], positions: NDArray[np.int64], size: int) -> Postings:
    keys, often = np.unique(numbers * size + positions, return_counts=True)
    starts = np.searchsorted(keys, np.arange(len(terms) + 1) * size)
    runs = ((term, slice(*ends)) for term, ends in zip(terms, itertools.pairwise(starts), strict=True))
    return postings(((term, keys[run] % size, often[run]) for term, run in sorted(runs) if keys[run].size), size)


def _texts(field: Postings) -> list[str]:
    """The tokens of each listing in a field as a text, for the engines that read texts."""
    names = np.array(field.terms, dtype=object)
    terms = np.repeat(np.repeat(np.arange(len(names)), np.diff(field.offsets)), field.frequencies)
    positions = np.repeat(field.documents, field.frequencies)
    order = np.argsort(positions, kind="stable")
    spoken = names[terms[order]]
    ends = np.searchsorted(positions[order], np.arange(field.count + 1)).tolist()
    return [" ".join(spoken[start:stop]) for start, stop in itertools.pairwise(ends)]


def chosen(size: int, workbook: Path | None) -> Measured:
    """The directory of a size: the workbook's own at the real size, else a synthetic one spread like it."""
    whole, pattern = real(workbook) if workbook else (None, zip_codes())
    return whole if whole and size == REAL_SIZE else synthetic(pattern, size)
