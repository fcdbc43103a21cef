"""What a file of listings says is one place: which of its lines merge, and whether they may."""

from sqlalchemy import Connection

from directory import store
from directory.listing import Located
from directory.merging import merge
from directory.sameness import Decided, Decision
from directory.store import Recorded
from importers.listing_fields import BadLine
from importers.listing_line import Context, Line


def check_merges(connection: Connection, line: Line, after: Recorded) -> None:
    """Refuse a line that merges a listing of which nothing was ever said, or of which a person here said otherwise."""
    spoken_of = {one.statement.listing_id for one in after.said}
    apart = store.sameness(connection).different if line.merged else {}
    for key in line.merged:
        if key not in spoken_of:
            fix = f'Say of it what is known, in a statement with "about": "{key}", or import it first'
            raise BadLine("nothing was ever said of a listing that is to be merged", key, fix)
        if (min(key, line.listing_id), max(key, line.listing_id)) in apart:
            fix = "If it is one place, take that decision back on the page of duplicates"
            raise BadLine("a person here said that they are different places", key, fix)


def to_merge(connection: Connection, new: Recorded) -> list[tuple[str, str]]:
    """What is to be merged into what, so that all that a line names is one listing."""
    if not new.merged:
        return []
    known = store.sameness(connection)
    into = known.stands_for(new.listing_id)
    goes = dict.fromkeys(known.stands_for(key) for key in new.merged)
    return [(key, into) for key in goes if key != into]


def merge_as_told(connection: Connection, new: Recorded, context: Context) -> None:
    """Merge as the file says. Where it tells the checking of the parts, it tells what became of it too."""
    tells = any(new.parts[key].vettings for key in new.merged if key in new.parts)
    for pair in to_merge(connection, new):
        decided = Decided(Decision.MERGED, *pair, context.now, context.recorded_by, context.reference)
        goes, stays = (next(store.listings(connection, lambda _code, _state: Located(), [key])) for key in pair)
        if tells:
            store.decide(connection, decided)
        else:
            merge(connection, decided, (goes, stays))
