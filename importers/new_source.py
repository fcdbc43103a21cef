"""The four places of a new source, written so that its test is green at once: what is left is to say what its words mean.

Nothing that is there is written over; `importers/sources.py` is the only file that changes.
"""

import ast
import keyword
import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Final

import click

from directory.problems import CannotUnderstand
from importers.base import refuse

ROOT: Final = Path(__file__).parent.parent
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{2,39}")
_WIDTH: Final = 128
_TAKEN_WORDS: Final = frozenset(("listings",))

_MODULE: Final = Template('''\
"""$title: one row a center, known by its number."""

from pathlib import Path
from typing import Final

from directory.normalize import ParsedRecord
from importers.any_table import read_any_table
from importers.base import Batch, Importer, Row, Source

NUMBER: Final = "number"
SAID: Final = ("program",)


def read(path: Path, source: Source) -> Batch:
    """The centers; refuses a file that lacks a column that is read here."""
    sheet = read_any_table(path)
    columns = tuple(dict.fromkeys((NUMBER, *source.columns, *SAID)))
    return Batch(sheet.table(columns), sheet.modified, problems=sheet.problems)


def parse(row: Row, batch: Batch, source: Source) -> ParsedRecord:
    """One center. Raises BadRow, in words, for one without a number, which is its name here."""
    number = row.look(NUMBER).strip()
    if not number:
        raise row.bad("the center has no number", NUMBER)
    phrases = {column: row.take(column) for column in SAID}
    said = row.said({column: [source.meaning(phrase)] for column, phrase in phrases.items() if phrase.strip()})
    return ParsedRecord(
        local_id=number,
        where=row.where,
        values={ours: row.take(theirs) for theirs, ours in source.columns.items()},
        yes=said.yes,
        no=said.no | (row.answered(said.yes, source.complete) - said.yes),
    )


importer = Importer(Source.beside(__file__), read, parse, "the register as CSV or .xlsx")
''')

_TOML: Final = Template("""\
title = "$title"
publisher = "Who publishes it"
licence = "Under which terms it may be used"
kind = "licensing_registry" # or national_survey, provider_attestation, web
at_least = 1
at_most = 10000

# Lists in which silence is a no once any term of the list is given.
complete = [["sex.female", "sex.male"]]

# The file's columns, in lower case, that are copied as they stand, and our names for them (directory/normalize.py).
[columns]
number = "licence_number"
name = "organization"
street = "address_1"
city = "city"
state = "state_province"
zip = "postal_code"
phone = "phone"

# What the file's words mean: the terms are listed by `flask --app app terms`. A term with - in front is denied.
[phrases]
"Residential" = ["care.substance_use", "setting.residential"]
""")

_EXAMPLE: Final = """\
Number,Name,Street,City,State,Zip,Phone,Program
1,Example House,100 Example Street,Columbus,OH,43215,614-555-0101,Residential
"""


def command() -> click.Command:
    """`flask --app app new-source NAME`."""

    @click.command("new-source", help="Begin a new source: its importer, its TOML, its example, and its place in the list.")
    @click.argument("name")
    def new_source(name: str) -> None:
        try:
            written = write_source(name, ROOT)
        except CannotUnderstand as error:
            raise click.ClickException(str(error)) from None
        for file in written:
            click.echo(f"written: {file}")
        click.echo(
            "Next: put rows of the real kind, invented, into the example; say in the .toml what its columns and words mean;"
        )
        click.echo(f"then run  python -m pytest tests/test_sources.py -k {name}  twice, and read what it wrote.")

    return new_source


def write_source(name: str, root: Path) -> list[str]:
    """Write a source's files into the project at `root`, and return them; raises CannotUnderstand for a bad name."""
    files = _files(name)
    _expect_free(name, root, files)
    listed = root / "importers" / "sources.py"
    with_it = _listing(listed.read_text(encoding="utf-8"), name)
    for file, text in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        with (root / file).open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
    listed.write_text(with_it, encoding="utf-8", newline="\n")
    return [*files, "importers/sources.py"]


def _files(name: str) -> dict[str, str]:
    title = name.replace("_", " ").capitalize()
    return {
        f"importers/{name}.py": _MODULE.substitute(title=title),
        f"importers/{name}.toml": _TOML.substitute(title=title),
        f"tests/sources/{name}/example.csv": _EXAMPLE,
    }


def _expect_free(name: str, root: Path, files: Iterable[str]) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        fix = "Enter 3 to 40 small letters, digits and _, a letter first, such as jefferson_licenses"
        raise refuse(name[:60], "this is no name for a source", fix=fix)
    places = (*files, f"tests/sources/{name}", f"importers/{name}")
    taken = [place for place in places if (root / place).exists()]
    taken += [name] if name in _TAKEN_WORDS else []
    if taken:
        raise refuse(name, "this name is taken, and nothing is written over", ", ".join(taken), "Enter another name")


# --- the one visible list ------------------------------------------------------------------------------------------


def _listing(text: str, name: str) -> str:
    """The text of `sources.py` with the source in its import and, before the last one, in its tuple."""
    tree = ast.parse(text)
    imports = next((one for one in tree.body if isinstance(one, ast.ImportFrom) and one.module == "importers"), None)
    sources = next((one for one in tree.body if isinstance(one, ast.AnnAssign) and ast.unparse(one.target) == "SOURCES"), None)
    if imports is None or sources is None or not isinstance(sources.value, ast.Tuple):
        fix = "Write the source's import and its line by hand"
        raise refuse("importers/sources.py", "the list of sources was not found", fix=fix)
    *others, last = (ast.unparse(one) for one in sources.value.elts)
    entries = "".join(f"    {one},\n" for one in (*others, f"{name}.importer", last))
    named = sorted({*(alias.name for alias in imports.names), name})
    lines = text.splitlines(keepends=True)
    lines[sources.lineno - 1 : sources.end_lineno] = [f"SOURCES: {ast.unparse(sources.annotation)} = (\n{entries})\n"]
    lines[imports.lineno - 1 : imports.end_lineno] = [_import(named)]
    return "".join(lines)


def _import(names: list[str]) -> str:
    line = f"from importers import {', '.join(names)}\n"
    if len(line) <= _WIDTH:
        return line
    return f"from importers import (\n{textwrap.indent(''.join(f'{name},{chr(10)}' for name in names), '    ')})\n"
