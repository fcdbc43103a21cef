"""PostgreSQL with PostGIS: a GiST index for places, a GIN index for terms, `ts_rank` for words. Prepared statements."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Final

import numpy as np
import psycopg
from psycopg.types.numeric import Int2, Int8

from benchmarks.cluster import Missing, cluster
from benchmarks.directories import Measured, has
from benchmarks.needs import FRESH_POINTS, HALF_AT_MILES, NEAR_POINTS, SHOWN, SOFT_POINTS, WORDS_POINTS, Asked, Found
from benchmarks.sqlite_engine import box
from directory.matching.bits import BIT, CODES, NUMBER, WORDS
from directory.matching.grid import METERS_PER_MILE, earth_centred
from directory.search.postings import FIELDS

_WEIGHTS: Final = ", ".join(
    str(weight) for weight in (0.0, *(FIELDS[name] / max(FIELDS.values()) for name in reversed(FIELDS)))
)
"""What `ts_rank` is told that a word weighs, at most 1: nothing for the letter D, then C, B, A."""
_LETTERS: Final = dict(zip(FIELDS, "ABC", strict=True))
_ACROSS: Final = 2 * 6_371_008.8
_SETTINGS: Final = (
    "jit=off", "shared_buffers=2GB", "work_mem=256MB", "maintenance_work_mem=512MB", "effective_cache_size=4GB",
    "random_page_cost=1.1", "max_parallel_workers_per_gather=0", "fsync=off", "synchronous_commit=off", "autovacuum=off",
    "full_page_writes=off", "max_wal_size=8GB",
)  # fmt: skip
_WORDS: Final = [f"w{number}" for number in range(WORDS)]
_SCHEMA: Final = f"""
    CREATE EXTENSION postgis;
    CREATE TABLE listing (
        position integer PRIMARY KEY, id_rank integer, {" bigint, ".join(_WORDS)} bigint,
        x float8, y float8, z float8, fresh float8, codes smallint[], place geometry(Point, 4326), text tsvector
    );
"""
_INDEXES: Final = (
    "CREATE INDEX ON listing USING gist (place)",
    "CREATE INDEX ON listing USING gin (codes) WITH (fastupdate = off)",
    "VACUUM ANALYZE listing",
)
_SQUARED: Final = "(x - %(x)s) * (x - %(x)s) + (y - %(y)s) * (y - %(y)s) + (z - %(z)s) * (z - %(z)s)"
_MILES: Final = f"({_ACROSS} * asin(least(sqrt({_SQUARED}) / {_ACROSS}, 1.0)) / {METERS_PER_MILE})"
_BITS: Final = " AND ".join(f"({word} & %({word})s) = %({word})s" for word in _WORDS)
_NEAR: Final = f"""place && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
    AND {_BITS} AND {_SQUARED} <= %(chord)s"""
_ANYWHERE: Final = "codes @> %(hard)s"
_SOFT: Final = " + ".join(f"bit_count(({word} & %(soft_{word})s)::bit(64))" for word in _WORDS)
_PLAIN: Final = (
    f"{FRESH_POINTS} * fresh + coalesce({NEAR_POINTS} / (1 + {_MILES} / {HALF_AT_MILES}), 0) + {SOFT_POINTS} * ({_SOFT})"
)
_SPOKEN: Final = f"{_PLAIN} + {WORDS_POINTS} * ts_rank('{{{_WEIGHTS}}}'::real[], text, %(words)s::tsquery)"


class PostGis:
    """One statement for a need: the survivors with their scores, and of them the counts and the best.

    Words only score, so no index can find them: `ts_rank` reads the survivors' vectors. One core, no parallel plan.
    """

    name = "postgis"

    def __init__(self, measured: Measured, facets: Sequence[str], ends: ExitStack) -> None:
        self._connection = ends.enter_context(psycopg.connect(ends.enter_context(cluster(_SETTINGS)), autocommit=True))
        if not self._one("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'"):
            raise Missing("PostGIS is not installed")
        self._statements = _statements(facets)
        self._fill(measured)
        server, postgis = self._one("SHOW server_version"), self._one("SELECT postgis_lib_version()")
        self.version = f"PostgreSQL {server.split()[0]} + PostGIS {postgis}, GiST + GIN, all in shared memory"
        self._cursor = self._connection.cursor(binary=True)

    def _one(self, query: str) -> Any:
        row = self._connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    def _fill(self, measured: Measured) -> None:
        self._connection.execute(_SCHEMA.encode())
        with self._connection.cursor().copy(b"COPY listing FROM STDIN") as copy:
            for row in _rows(measured):
                copy.write_row(row)
        for sentence in _INDEXES:
            self._connection.execute(sentence.encode())

    def ask(self, need: Asked) -> Found:
        """Filter, score, count, and the best."""
        statement = self._statements[need.limit is None, any(need.spelled)]
        row = self._cursor.execute(statement, _bound(need), prepare=True).fetchone()
        total, top, *facets = row or (0, None)
        return Found(total, tuple(facets), tuple(top or ()))


def _statements(facets: Sequence[str]) -> dict[tuple[bool, bool], bytes]:
    """The statements for needs without and with a limit, without and with words."""
    counts = ", ".join(f"count(*) FILTER (WHERE {_has(code)})" for code in facets)
    words = ", ".join(dict.fromkeys(f"w{BIT[code][0]}" for code in facets))
    best = f"ARRAY(SELECT position FROM kept ORDER BY score DESC, id_rank LIMIT {SHOWN})"

    def statement(where: str, score: str) -> bytes:
        kept = f"SELECT position, id_rank, {words}, {score} AS score FROM listing WHERE {where}"
        return f"WITH kept AS MATERIALIZED ({kept}) SELECT count(*), {best}, {counts} FROM kept".encode()

    wheres, scores = {True: _ANYWHERE, False: _NEAR}, {True: _SPOKEN, False: _PLAIN}
    return {(anywhere, spoken): statement(wheres[anywhere], scores[spoken]) for anywhere in wheres for spoken in scores}


def _has(code: str) -> str:
    word, bit = BIT[code]
    return f"w{word} & {_signed(1 << bit)} <> 0"


def _signed(mask: int) -> int:
    return mask - (1 << 64) if mask >> 63 else mask


def _masks(codes: Sequence[str]) -> list[int]:
    """The terms as bits of each word."""
    masks: dict[int, int] = defaultdict(int)
    for word, bit in map(BIT.__getitem__, codes):
        masks[word] |= 1 << bit
    return [_signed(masks[word]) for word in range(WORDS)]


def _bound(need: Asked) -> dict[str, Any]:
    here = earth_centred(need.point.latitude, need.point.longitude).tolist()
    told: dict[str, Any] = dict(zip("xyz", here, strict=True))
    told |= dict(zip((f"soft_{word}" for word in _WORDS), map(Int8, _masks(need.soft)), strict=True))
    if any(need.spelled):
        told["words"] = " | ".join(need.terms)
    if need.limit is None:
        return told | {"hard": [Int2(NUMBER[code]) for code in need.hard]}
    told |= dict(zip(_WORDS, map(Int8, _masks(need.hard)), strict=True))
    return told | box(need.point, need.limit) | {"chord": (_ACROSS * math.sin(need.limit * METERS_PER_MILE / _ACROSS)) ** 2}


def _rows(measured: Measured) -> Iterator[tuple[Any, ...]]:
    columns = measured.columns
    held = np.stack([has(columns.yes, code) for code in CODES], axis=1)
    for at, point in enumerate(measured.points.tolist()):
        placed = at < columns.located
        middle = columns.centred[:, at].tolist() if placed else [None] * 3
        place = f"SRID=4326;POINT({point[1]} {point[0]})" if placed else None
        codes = np.flatnonzero(held[at]).tolist()
        words = columns.yes[:, at].view(np.int64).tolist()
        yield at, int(columns.id_rank[at]), *words, *middle, float(measured.fresh[at]), codes, place, _vector(measured, at)


def _vector(measured: Measured, position: int) -> str:
    """A text search vector as written: each token with where it stands and the letter of its field."""
    spoken = ((token, _LETTERS[name]) for name in FIELDS for token in measured.texts[name][position].split())
    return " ".join(f"{token}:{place}{letter}" for place, (token, letter) in enumerate(spoken, 1))
