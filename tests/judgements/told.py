"""The text files of judgements as they are written: titles, lines and what each line stands in. Phrases are not read here."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
ORDER: Final = ("first", "then")
TIER: Final = {"ready": "A", "step one": "B", "likely": "C", "call first": "D"}
SECOND: Final = "second step"
ASIDE: Final = "set aside"
CENTERS: Final = (*ORDER, *TIER, SECOND, ASIDE, "also there")
MORE: Final = ("reason", "ask about", "do not ask about", "earns", "between")
FORMS: Final = ("when", "because", *CENTERS, *MORE)
_LINE: Final = re.compile(r"\s+([a-z ]+?):\s*(\S.*?)\s*")


class CannotRead(Exception):
    """A line that cannot be understood: which, and what could have been meant."""


@dataclass(frozen=True, slots=True)
class Line:
    """What follows a word such as `when:`, and where it stands."""

    form: str
    text: str
    where: str

    @property
    def phrases(self) -> tuple[str, ...]:
        """The phrases between the semicolons."""
        return tuple(filter(None, (part.strip() for part in self.text.split(";"))))


@dataclass(frozen=True, slots=True)
class Center:
    """A center of a judgement, and what more is said of what becomes of it."""

    line: Line
    more: tuple[Line, ...]

    def told(self, form: str) -> tuple[Line, ...]:
        """The lines of one form that follow the center's own."""
        return tuple(line for line in self.more if line.form == form)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What must become of some centers for a person, and why."""

    title: str
    where: str
    because: str
    when: tuple[Line, ...]
    centers: tuple[Center, ...]

    def __str__(self) -> str:
        return f"{self.where.partition('.')[0]}: {self.title}"


def nearest(word: str, known: tuple[str, ...]) -> str:
    """The known words that look most like one that is not known, for a message."""
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.3) or sorted(known)[:3]
    return ", ".join(f"“{one}”" for one in close)


def all_judgements() -> list[Judgement]:
    """Every judgement of the folder, file by file."""
    return [one for file in sorted(FOLDER.glob("*.txt")) for one in judgements(file.name, file.read_text(encoding="utf-8"))]


def judgements(name: str, text: str) -> Iterator[Judgement]:
    """The judgements of one file; raises `CannotRead` with the file, the line and what could have been meant."""
    title, where, lines = "", "", list[Line]()
    for number, written in enumerate(text.splitlines(), start=1):
        place = f"{name}:{number}"
        if not written.strip() or written.lstrip().startswith("#"):
            continue
        if written[0].isspace():
            if not title:
                raise CannotRead(f"{place}: a line before the first title")
            lines.append(_line(written, place))
            continue
        if title:
            yield _judgement(title, where, lines)
        title, where, lines = written.strip(), place, []
    if title:
        yield _judgement(title, where, lines)


def _line(written: str, where: str) -> Line:
    found = _LINE.fullmatch(written)
    if not found:
        raise CannotRead(f"{where}: write a word, a colon and then what is meant, such as “when: it is Friday 18:00”")
    if found[1] not in FORMS:
        raise CannotRead(f"{where}: nobody knows “{found[1]}:”; nearest: {nearest(found[1], FORMS)}")
    return Line(found[1], found[2], where)


def _judgement(title: str, where: str, lines: list[Line]) -> Judgement:
    because = " ".join(line.text for line in lines if line.form == "because")
    starts = [at for at, line in enumerate(lines) if line.form in CENTERS]
    if not because or not starts:
        raise CannotRead(f"{where}: “{title}” lacks its “because:”, or any center")
    first = next((line for line in lines[: starts[0]] if line.form in MORE), None)
    if first:
        raise CannotRead(f"{first.where}: “{first.form}:” stands after the center that it speaks of")
    ends = [*starts[1:], len(lines)]
    centers = [
        Center(lines[start], tuple(line for line in lines[start + 1 : end] if line.form in MORE))
        for start, end in zip(starts, ends, strict=True)
    ]
    return Judgement(title, where, because, tuple(line for line in lines if line.form == "when"), tuple(centers))
