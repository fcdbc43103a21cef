"""tantivy through its Python package: terms, words and a box by its index; circle, score and facets over its hits."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import tantivy
from numpy.typing import NDArray

from benchmarks.directories import Measured, has
from benchmarks.needs import FRESH_POINTS, HALF_AT_BM25, SOFT_POINTS, WORDS_POINTS, Asked, Found
from benchmarks.ours import best, nearness
from benchmarks.sqlite_engine import box
from directory.matching.bits import CODES
from directory.matching.block import Block
from directory.search.postings import FIELDS

_HEAP: Final = 1 << 30
_PLAIN: Final = "basic"
_COUNTED: Final = "freq"
_MUST: Final = tantivy.Occur.Must
_SHOULD: Final = tantivy.Occur.Should


class Tantivy:
    """Its Python interface has neither circles nor a score of one's own: what it can't do is done on arrays, as in ours."""

    name = "tantivy"
    version = f"tantivy {version('tantivy')}, in memory"

    def __init__(self, measured: Measured, facets: Sequence[str]) -> None:
        self._columns, self._fresh, self._facets = measured.columns, measured.fresh, tuple(facets)
        self._schema = _schema()
        index = tantivy.Index(self._schema)
        index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        _fill(index, measured)
        self._searcher = index.searcher()
        self._positions = self._by_segment()
        self._terms = {code: _silent(tantivy.Query.term_query(self._schema, "codes", code, _PLAIN)) for code in CODES}

    def _by_segment(self) -> list[NDArray[np.intp]]:
        """For each segment the position of each of its documents."""
        hits = self._searcher.search(tantivy.Query.all_query(), limit=len(self._columns)).hits
        addresses = [address for _, address in hits]
        segments = np.array([address.segment_ord for address in addresses])
        documents = np.array([address.doc for address in addresses])
        positions = np.array(self._searcher.fast_field_values("position", addresses))
        by_segment = []
        for segment in range(self._searcher.num_segments):
            here = segments == segment
            by_segment.append(positions[here][np.argsort(documents[here])])
        return by_segment

    def ask(self, need: Asked) -> Found:
        """Filter and find words by the index, the rest on arrays."""
        hits = self._searcher.search(self._query(need), limit=len(self._columns), count=False).hits
        positions, held = self._read(hits)
        miles = self._columns.miles(need.point, positions)
        if need.limit is not None:
            inside = miles <= need.limit
            positions, held, miles = positions[inside], held[inside], miles[inside]
        block = Block(self._columns, positions, miles)
        score = FRESH_POINTS * self._fresh[positions] + nearness(miles) + WORDS_POINTS * held / (held + HALF_AT_BM25)
        for code in need.soft:
            score += SOFT_POINTS * block.yes(code)
        top = best(score, positions, self._columns.id_rank)
        return Found(len(block), tuple(block.counts(self._facets)), tuple(top.tolist()))

    def _read(self, hits: list[tuple[float, Any]]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        held = np.array([points for points, _ in hits], dtype=np.float64)
        documents = np.array([address.doc for _, address in hits], dtype=np.intp)
        if len(self._positions) == 1:
            return self._positions[0][documents], held
        segments = np.array([address.segment_ord for _, address in hits], dtype=np.intp)
        positions = np.empty(len(hits), dtype=np.intp)
        for segment, known in enumerate(self._positions):
            here = segments == segment
            positions[here] = known[documents[here]]
        return positions, held

    def _query(self, need: Asked) -> Any:
        parts = [(_MUST, self._terms[code]) for code in need.hard]
        if need.limit is not None:
            parts += [(_MUST, _silent(side)) for side in self._sides(need)]
        parts += [(_SHOULD, self._word(field, term)) for term in need.terms for field in FIELDS]
        return tantivy.Query.boolean_query(parts)

    def _word(self, field: str, term: str) -> Any:
        return tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field, term, _COUNTED), FIELDS[field])

    def _sides(self, need: Asked) -> list[Any]:
        sides = box(need.point, need.limit or 0.0)
        real = tantivy.FieldType.Float
        return [
            tantivy.Query.range_query(self._schema, "latitude", real, sides["south"], sides["north"]),
            tantivy.Query.range_query(self._schema, "longitude", real, sides["west"], sides["east"]),
        ]


def _silent(query: Any) -> Any:
    """A condition that adds nothing to the score."""
    return tantivy.Query.const_score_query(query, 0.0)


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("position", fast=True)
    builder.add_text_field("codes", tokenizer_name="spaces", index_option=_PLAIN)
    for field in FIELDS:
        builder.add_text_field(field, tokenizer_name="spaces", index_option=_COUNTED)
    builder.add_float_field("latitude", fast=True)
    builder.add_float_field("longitude", fast=True)
    return builder.build()


def _fill(index: Any, measured: Measured) -> None:
    """One writing thread, so that there are few segments; a place that is not known stands nowhere."""
    writer = index.writer(_HEAP, 1)
    held = np.stack([has(measured.columns.yes, code) for code in CODES], axis=1)
    names = np.array(CODES, dtype=object)
    for position, (latitude, longitude) in enumerate(measured.points.tolist()):
        told: dict[str, Any] = {name: texts[position] for name, texts in measured.texts.items()}
        if position < measured.columns.located:
            told |= {"latitude": latitude, "longitude": longitude}
        writer.add_document(tantivy.Document(position=position, codes=" ".join(names[held[position]]), **told))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
