"""What a geocoding service answered, and whose turn it is to ask it: kept here, so that all programs keep to one pace."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from directory.listing import Point
from directory.tables import GeocodedRow, GeocodingTurnRow, utc


def geocoded(connection: Connection, unknown_since: datetime) -> Mapping[str, Point | None]:
    """Every address that was asked for, with its point; None for one the service did not know, asked since then."""
    rows = connection.execute(select(GeocodedRow.address, GeocodedRow.latitude, GeocodedRow.longitude, GeocodedRow.asked_at))
    since = utc(unknown_since)
    return {
        address: None if latitude is None or longitude is None else Point(latitude, longitude)
        for address, latitude, longitude, asked_at in rows
        if latitude is not None or asked_at > since
    }


def remember_geocoded(connection: Connection, address: str, point: Point | None, now: datetime) -> None:
    """Keep what the service answered about an address."""
    connection.execute(delete(GeocodedRow).where(GeocodedRow.address == address))
    where = {"latitude": point.latitude, "longitude": point.longitude} if point else {}
    connection.execute(insert(GeocodedRow).values(address=address, asked_at=utc(now), **where))


def take_turn(connection: Connection, now: datetime, apart: timedelta) -> datetime:
    """When whoever asks now may ask the service; the next one's turn is `apart` later. Needs the writing turn."""
    told = connection.scalar(select(GeocodingTurnRow.free_at))
    mine = max(now, datetime.fromisoformat(told)) if told else now
    _free(connection, mine + apart)
    return mine


def free_at(connection: Connection) -> datetime | None:
    """From when on the service may be asked; None where it never was."""
    told = connection.scalar(select(GeocodingTurnRow.free_at))
    return datetime.fromisoformat(told) if told else None


def rest_until(connection: Connection, moment: datetime) -> None:
    """Let nobody ask before a moment; what was to come later stays."""
    known = free_at(connection)
    _free(connection, max(known, moment) if known else moment)


def _free(connection: Connection, moment: datetime) -> None:
    if not connection.execute(update(GeocodingTurnRow).values(free_at=utc(moment))).rowcount:
        connection.execute(insert(GeocodingTurnRow).values(id=1, free_at=utc(moment)))
