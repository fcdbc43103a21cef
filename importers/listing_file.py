"""A file of listings as numbered lines, read one at a time so that a large one needs no memory."""

from collections.abc import Iterable, Iterator
from typing import IO, Final

from importers import bounds
from importers.base import refuse
from importers.listing_fields import BadLine
from importers.listing_line import read_header
from importers.understanding import Progress

LARGEST_FILE: Final = 256 << 20
LONGEST_LINE: Final = 1 << 20
_NOW_AND_THEN: Final = 500
_AT_ONCE: Final = 500
_BYTES_AT_ONCE: Final = 4 << 20


def numbered_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not empty, by number; None in place of one that no listing needs the length of."""
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) > LONGEST_LINE:
            while raw and not raw.endswith(b"\n"):
                raw = file.readline(LONGEST_LINE)
            yield number, None
        elif line := raw.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").strip():
            yield number, line


def with_progress(
    lines: Iterable[tuple[int, bytes | None]], file: IO[bytes], size: int, tell: Progress | None
) -> Iterator[tuple[int, bytes | None]]:
    """The same lines, with a word now and then of how far it has come."""
    for count, line in enumerate(lines):
        if tell and count % _NOW_AND_THEN == 0:
            tell("storing", min(file.tell(), size), size)
        yield line


def portions(lines: Iterable[tuple[int, bytes | None]], file: str) -> Iterator[list[tuple[int, bytes | None]]]:
    """So many lines at once as are taken up together; refuses the file at a line more than can be imported."""
    some: list[tuple[int, bytes | None]] = []
    size = 0
    for count, line in enumerate(lines, start=1):
        if count > bounds.MOST_IMPORTED:
            fix = "Split the file, each part with the header"
            raise refuse(f"{file}, line {line[0]}", f"at most {bounds.MOST_IMPORTED:,} lines are imported at once", "more", fix)
        some.append(line)
        size += len(line[1] or b"")
        if len(some) == _AT_ONCE or size > _BYTES_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def check_header(first: tuple[int, bytes | None], file: str) -> None:
    """Raise CannotUnderstand for a file whose first line is not the header."""
    try:
        read_header(first[1] or b"")
    except BadLine as error:
        raise refuse(f"{file}, line {first[0]}", error.what, error.found, error.fix) from None
