"""The settings, typed, from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from directory import values
from directory.problems import CannotUnderstand, Loudness, Problem

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """INSTANCE is the folder for everything written; PORT the site's; DATABASE_URL SQLite in the folder by default."""

    instance: Path
    port: int
    database_url: str
    trusted_hosts: tuple[str, ...]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings as given; raises CannotUnderstand for a bad value."""
        instance = Path(environment.get("INSTANCE") or ROOT / "instance").resolve()
        try:
            port = values.whole_number(1, 65535)(environment.get("PORT") or "8000")
        except ValueError as error:
            raise CannotUnderstand(Problem(Loudness.FILE, "PORT", "not a port", environment["PORT"], str(error))) from None
        url = environment.get("DATABASE_URL") or f"sqlite:///{instance / 'directory.sqlite3'}"
        if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            fix = "Enter sqlite:///path/to/file or postgresql://user@host/name"
            raise CannotUnderstand(Problem(Loudness.FILE, "DATABASE_URL", "not a database that works here", fix=fix))
        hosts = tuple(filter(None, environment.get("TRUSTED_HOSTS", "").replace(",", " ").split()))
        return cls(instance, port, url, hosts)
