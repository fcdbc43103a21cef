"""What PostgreSQL keeps of deleted rows beside them, taken out as far as its role may; what is left is said in words.

Row versions and the planner's statistics are written anew without them; the segments of the write-ahead log that are kept for
later use are written over with nothing. Archives, replicas and copies are out of reach: docs/erasing.md.
"""

from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, ProgrammingError

PERSONAL: Final = ("meeting_case", "case_member", "case_step", "case_call", "case_seen", "handout", "asked")
"""Tables of which nothing may stay behind once it is deleted."""
_PATIENCE: Final = "500ms"
"""How long the writing anew of a table waits for those who read it; whoever comes later waits behind it."""
_MOST_SEGMENTS: Final = 64
"""So much of the log is written over at once: what `max_wal_size` allows unless somebody changed it."""
_OURS: Final = "attrelid = ANY (ARRAY[{}]) AND attnum > 0 AND NOT attisdropped".format(
    ", ".join(f"to_regclass('{name}')::oid" for name in PERSONAL)
)
_HERE: Final = "pg_walfile_name(pg_current_wal_insert_lsn())"
_LAST: Final = "SELECT max(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'"
_KEPT: Final = (
    "SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'"
    " AND name < (SELECT redo_wal_file FROM pg_control_checkpoint())"
)
_SENT: Final = "SELECT current_setting('archive_mode') <> 'off' OR EXISTS (SELECT FROM pg_stat_replication)"
READ: Final = "Somebody reads the tables of cases for long, such as a backup: the next erasing takes the old bytes out"
STATISTICS: Final = "The planner's statistics may hold single values: have the database's owner run VACUUM FULL pg_statistic"
LOG: Final = (
    "The write-ahead log keeps what was written until it is written over: this program may do that once its role has"
    " pg_checkpoint, pg_monitor and EXECUTE on pg_switch_wal()"
)
HELD: Final = "A replication slot or wal_keep_size holds old write-ahead log back: it keeps what was written until it is let go"
ARCHIVED: Final = "The write-ahead log is archived or sent to replicas: let these copies expire"


def taken_out(connection: Connection) -> tuple[str, ...]:
    """Take what was deleted out of tables and statistics; returns what is left to the administrator, in sentences."""
    connection.exec_driver_sql(f"SET lock_timeout = '{_PATIENCE}'")
    try:
        return _without_statistics(connection) + _written_anew(connection)
    finally:
        connection.exec_driver_sql("RESET lock_timeout")


def log_written_over(connection: Connection) -> tuple[str, ...]:
    """Let go of the log that is not needed any more, and write over what the server keeps of it for later use.

    A switch of segments fills the rest of the current one with zeros, so that one small record a segment is enough.
    """
    try:
        connection.exec_driver_sql("SELECT pg_switch_wal()")
        connection.exec_driver_sql("CHECKPOINT")
        last = connection.exec_driver_sql(_LAST).scalar()
        for _ in range(_MOST_SEGMENTS):
            if connection.exec_driver_sql(f"SELECT {_HERE} > '{last}'").scalar():
                break
            connection.exec_driver_sql("SELECT pg_logical_emit_message(false, 'directory', '')")
            connection.exec_driver_sql("SELECT pg_switch_wal()")
        held = connection.exec_driver_sql(f"SELECT {_HERE} <= '{last}' OR ({_KEPT}) > 0").scalar()
    except ProgrammingError:
        return (LOG,)
    sent = connection.exec_driver_sql(_SENT)
    return ((HELD,) if held else ()) + ((ARCHIVED,) if sent.scalar() else ())


def _without_statistics(connection: Connection) -> tuple[str, ...]:
    """Have no statistics of the tables' values gathered any more, and drop those that were: setting a type anew does."""
    columns = "attrelid::regclass, quote_ident(attname), format_type(atttypid, atttypmod)"
    counted = connection.exec_driver_sql(
        f"SELECT {columns} FROM pg_attribute WHERE {_OURS} AND attstattarget IS DISTINCT FROM 0"
    ).all()
    try:
        for table, column, kind in counted:
            connection.exec_driver_sql(f"ALTER TABLE {table} ALTER {column} TYPE {kind}, ALTER {column} SET STATISTICS 0")
    except OperationalError:
        return (READ,)
    before = connection.exec_driver_sql("SELECT pg_relation_filenode('pg_statistic')").scalar()
    try:
        connection.exec_driver_sql("VACUUM FULL pg_statistic")
    except OperationalError:
        return (STATISTICS,)
    after = connection.exec_driver_sql("SELECT pg_relation_filenode('pg_statistic')").scalar()
    return (STATISTICS,) if before == after else ()


def _written_anew(connection: Connection) -> tuple[str, ...]:
    """Write the tables anew: a plain VACUUM leaves the bytes where they were, and does where others hold a table."""
    held = False
    for name in PERSONAL:
        try:
            connection.exec_driver_sql(f"VACUUM FULL {name}")
        except OperationalError:
            connection.exec_driver_sql(f"VACUUM {name}")
            held = True
    return (READ,) if held else ()
