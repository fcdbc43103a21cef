"""What all tables share, and the newest migration. The schema reaches a database through the migrations alone."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, MetaData, Text
from sqlalchemy.orm import DeclarativeBase

REVISION: Final = "0009"
"""The newest migration; a test holds it against the folder of migrations."""


class Written(str):
    """JSON that is text already, so that what was written once for its digest is not written again for its column."""

    __slots__ = ()


class Table(DeclarativeBase):
    """What all tables share: constraint names that are the same on every engine."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {dict[str, Any]: JSON, str: Text}


def utc(moment: datetime) -> str:
    """A moment as text in UTC, the same for everybody who writes it down, wherever they are."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no offset from UTC")
    return moment.astimezone(UTC).isoformat()
