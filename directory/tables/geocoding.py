"""What a geocoding service was asked and answered, and when it may be asked next."""

from sqlalchemy.orm import Mapped, mapped_column

from directory.tables.base import Table


class GeocodedRow(Table):
    """An address that a service was asked for, and where it is; both degrees are empty where the service did not know."""

    __tablename__ = "geocoded"
    address: Mapped[str] = mapped_column(primary_key=True)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    asked_at: Mapped[str]


class GeocodingTurnRow(Table):
    """One row: the moment from which a service may be asked again, by whichever program here comes first."""

    __tablename__ = "geocoding_turn"
    id: Mapped[int] = mapped_column(primary_key=True)
    free_at: Mapped[str]
