"""Any table that somebody sends, a workbook or text with separators, told apart by what the file holds."""

from pathlib import Path

from directory.problems import Loudness, Problem
from importers.base import refuse
from importers.contents import Content, content, listed
from importers.delimited import read_csv
from importers.documents import is_document
from importers.readers import Sheet, Workbook, read_workbook


def read_any_table(path: Path, sheet: str = "", encoding: str = "") -> Sheet:
    """The one table of a file. Of a workbook the sheet of this name or, without a name, the first that holds anything.

    Refuses a file that is neither a workbook nor text, and a sheet that is not there; says which sheets were passed over.
    """
    if content(path) is Content.TEXT:
        if is_document(path):
            fix = "Import it as the source that it comes from, such as hsds or listings, or ask the sender for the table"
            raise refuse(path.name, "the file is a JSON document and no table", fix=fix)
        return read_csv(path, encoding)
    book = read_workbook(path)
    return _named(book, sheet) if sheet else _first(book)


def _named(book: Workbook, sheet: str) -> Sheet:
    return Sheet(f"{book.file}, sheet “{sheet}”", book.sheet(sheet), book.problems, book.modified)


def _first(book: Workbook) -> Sheet:
    filled = [title for title, rows in book.sheets.items() if any(map(any, rows))]
    if not filled:
        raise refuse(book.file, "the workbook has no sheet with anything in it", listed(book.sheets), "Check the file")
    told = _named(book, filled[0])
    if len(filled) == 1:
        return told
    what = f"only the sheet “{filled[0]}” is read"
    fix = "To read another, give its name"
    passed = Problem(Loudness.NOTICE, book.file, what, f"also “{'”, “'.join(filled[1:])}”"[:300], fix)
    return Sheet(told.file, told.rows, (*told.problems, passed), told.modified)
