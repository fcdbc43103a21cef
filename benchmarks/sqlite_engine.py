"""SQLite: FTS5 for words, an R*Tree for places, facts as bits in integers. One connection, bound values, cached statements."""

import math
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from benchmarks.directories import Measured
from benchmarks.needs import (
    FRESH_POINTS,
    HALF_AT_BM25,
    HALF_AT_MILES,
    NEAR_POINTS,
    SHOWN,
    SOFT_POINTS,
    WORDS_POINTS,
    Asked,
    Found,
)
from directory.listing import Point
from directory.matching.bits import BIT, WORDS
from directory.matching.grid import METERS_PER_MILE, earth_centred
from directory.search.postings import FIELDS

_ACROSS: Final = 2 * 6_371_008.8
_WORDS: Final = ", ".join(f"w{number}" for number in range(WORDS))
_SQUARED: Final = "(x - :x) * (x - :x) + (y - :y) * (y - :y) + (z - :z) * (z - :z)"
_MILES: Final = f"({_ACROSS} * asin(min(sqrt({_SQUARED}) / {_ACROSS}, 1.0)) / {METERS_PER_MILE})"
_SCHEMA: Final = f"""
    CREATE TABLE listing (
        position INTEGER PRIMARY KEY, id_rank INTEGER, {_WORDS.replace(",", " INTEGER,")} INTEGER,
        x REAL, y REAL, z REAL, fresh REAL
    );
    CREATE VIRTUAL TABLE place USING rtree (position, south, north, west, east);
    CREATE VIRTUAL TABLE text USING fts5 (name, place, services, content = '', tokenize = 'ascii');
"""
_SPOKEN: Final = f"""
    WITH spoken AS MATERIALIZED (
        SELECT rowid AS at, -bm25(text, {", ".join(map(str, FIELDS.values()))}) AS bm25
        FROM text WHERE text MATCH :words AND rowid BETWEEN :first AND :last
    )
"""
_TABLE: Final = "listing INDEXED BY listing_facts"
_NEAR: Final = "place CROSS JOIN listing ON listing.position = place.position"


class Sqlite:
    """One query counts the survivors and their facets, and a second scores them, where the first found any.

    The first also says between which positions they lie, so that words are looked up only there: positions run cell by
    cell, as in our own engine. Where there is no travel limit the first reads an index that covers it.
    """

    name = "sqlite"
    version = f"SQLite {sqlite3.sqlite_version}, FTS5 + R*Tree, in memory"

    def __init__(self, measured: Measured, facets: Sequence[str]) -> None:
        self._connection = sqlite3.connect(":memory:", cached_statements=4096, isolation_level=None)
        self._counts = ", ".join(f"sum({_has(code)})" for code in facets)
        self._none = (0,) * len(facets)
        self._fill(measured)

    def _fill(self, measured: Measured) -> None:
        columns = measured.columns
        facts = columns.yes.view("int64").tolist()
        placed = zip(*([None if math.isnan(m) else m for m in axis.tolist()] for axis in columns.centred), strict=True)
        rows = zip(range(len(measured)), columns.id_rank.tolist(), *facts, placed, measured.fresh.tolist(), strict=True)
        self._connection.executescript(_SCHEMA)
        self._connection.execute("BEGIN")
        marks = ", ".join("?" * (WORDS + 6))
        self._connection.executemany(f"INSERT INTO listing VALUES ({marks})", ((*row[:-2], *row[-2], row[-1]) for row in rows))
        degrees = enumerate(measured.points[: columns.located].tolist())
        self._connection.executemany("INSERT INTO place VALUES (?, ?2, ?2, ?3, ?3)", ((at, *point) for at, point in degrees))
        texts = zip(range(len(measured)), *(measured.texts[name] for name in FIELDS), strict=True)
        self._connection.executemany("INSERT INTO text (rowid, name, place, services) VALUES (?, ?, ?, ?)", texts)
        self._connection.execute("COMMIT")
        self._connection.execute(f"CREATE INDEX listing_facts ON listing ({_WORDS})")
        self._connection.execute("INSERT INTO text (text) VALUES ('optimize')")

    def ask(self, need: Asked) -> Found:
        """Filter and count, then score."""
        bound = _bound(need)
        where = " AND ".join(_conditions(need)) or "1"
        counted = _TABLE if need.limit is None else _NEAR
        told = f"SELECT count(*), min(listing.position), max(listing.position), {self._counts} FROM {counted} WHERE {where}"
        total, first, last, *facets = self._connection.execute(told, bound).fetchone()
        if not total:
            return Found(0, self._none, ())
        table = "listing" if need.limit is None else _NEAR
        order = f"ORDER BY {_score(need)} DESC, id_rank LIMIT {SHOWN}"
        if bound["words"]:
            table += " LEFT JOIN spoken ON spoken.at = listing.position"
            bound |= {"first": first, "last": last}
        shown = f"{_SPOKEN if bound['words'] else ''} SELECT listing.position FROM {table} WHERE {where} {order}"
        top = self._connection.execute(shown, bound).fetchall()
        return Found(total, tuple(facets), tuple(position for (position,) in top))


def _has(code: str) -> str:
    word, bit = BIT[code]
    return f"w{word} >> {bit} & 1"


def _masks(codes: Sequence[str]) -> dict[str, int]:
    masks: dict[str, int] = {}
    for code in codes:
        word, bit = BIT[code]
        masks[f"w{word}"] = masks.get(f"w{word}", 0) | 1 << bit
    return {column: mask - (1 << 64) if mask >> 63 else mask for column, mask in masks.items()}


def _conditions(need: Asked) -> list[str]:
    conditions = [f"({column} & :{column}) = :{column}" for column in _masks(need.hard)]
    if need.limit is None:
        return conditions
    return ["south <= :north AND north >= :south AND west <= :east AND east >= :west", *conditions, f"{_SQUARED} <= :chord"]


def _score(need: Asked) -> str:
    """What a listing scores."""
    parts = [f"{FRESH_POINTS} * fresh", f"coalesce({NEAR_POINTS} / (1 + {_MILES} / {HALF_AT_MILES}), 0)"]
    parts += [f"{SOFT_POINTS} * ({_has(code)})" for code in need.soft]
    if any(need.spelled):
        parts.append(f"coalesce({WORDS_POINTS} * bm25 / (bm25 + {HALF_AT_BM25}), 0)")
    return " + ".join(parts)


def _bound(need: Asked) -> dict[str, Any]:
    here = earth_centred(need.point.latitude, need.point.longitude).tolist()
    bound: dict[str, Any] = dict(zip("xyz", here, strict=True)) | _masks(need.hard)
    if need.limit is not None:
        bound |= box(need.point, need.limit)
        bound["chord"] = (_ACROSS * math.sin(need.limit * METERS_PER_MILE / _ACROSS)) ** 2
    return bound | {"words": " OR ".join(f'"{term}"' for term in need.terms)}


def box(point: Point, miles: float) -> dict[str, float]:
    """The degrees that hold a circle; all longitudes where it comes near the date line, which a box can't cross."""
    reach = miles * METERS_PER_MILE / 110_500
    across = reach / max(math.cos(math.radians(min(abs(point.latitude) + reach, 89.9))), 0.01)
    west, east = point.longitude - across, point.longitude + across
    west, east = (west, east) if west >= -180 and east <= 180 else (-180.0, 180.0)
    return {"south": point.latitude - reach, "north": point.latitude + reach, "west": west, "east": east}
