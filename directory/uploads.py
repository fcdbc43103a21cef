"""Files that staff sent and nobody has decided about: kept for a day at most, readable by this program's user alone.

Each lies in a folder of its own under a random name. What becomes of it erases the file; of an imported one the empty folder
says for the rest of the day which import it became, to whoever confirms it again.
"""

import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import IO, Any, Final

from directory import turns
from directory.settings import Settings

KEPT: Final = timedelta(hours=24)
MOST_BYTES: Final = 64 << 20
"""What a browser may send at most; larger files are imported from the command line."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_ABOUT: Final = "about.json"
_BESIDE: Final = "beside"
_BUSY: Final = "importing"
_DONE: Final = "imported-"
_MOMENT: Final = 0.2
"""Seconds: who only looks whether a file is taken up holds its turn for as long as that takes."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits: where it is, whose it is, and what was said with it."""

    token: str
    path: Path
    account: int
    told: Mapping[str, Any]


class Uploads:
    """The folder of the files that wait."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of(cls, settings: Settings) -> "Uploads":
        """Those of a site."""
        return cls(settings.instance / "uploads")

    def put(self, file: IO[bytes], name: str, account: int, now: datetime) -> Upload:
        """Keep a file under the name that it was sent with, as far as that is harmless."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        token = secrets.token_urlsafe(16)
        (self._folder / token).mkdir(mode=0o700)
        path = self._folder / token / _harmless(name)
        with path.open("xb") as out:
            path.chmod(0o600)
            shutil.copyfileobj(file, out)
        upload = Upload(token, path, account, {"until": (now + KEPT).isoformat()})
        self.tell(upload, {})
        return upload

    def put_beside(self, upload: Upload, file: IO[bytes], name: str) -> None:
        """Keep a second file that says how the first is to be read, in place of one before; `beside` finds it."""
        folder = self._folder / upload.token / _BESIDE
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        path = folder / _harmless(name)
        with path.open("xb") as out:
            path.chmod(0o600)
            shutil.copyfileobj(file, out)

    def beside(self, upload: Upload) -> Path | None:
        """The second file, where there is one."""
        folder = self._folder / upload.token / _BESIDE
        return next(folder.iterdir(), None) if folder.is_dir() else None

    def tell(self, upload: Upload, told: Mapping[str, Any]) -> None:
        """Keep something with a file: what is to be done with it, what came of trying."""
        about = self._folder / upload.token / _ABOUT
        whole = {"file": upload.path.name, "account": upload.account, "told": {**upload.told, **told}}
        about.touch(mode=0o600)
        about.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")

    def find(self, token: str, account: int, now: datetime) -> Upload | None:
        """Somebody's own file that waits; None where there is none, or its day is over."""
        about = self._folder / token / _ABOUT
        if not _TOKEN.fullmatch(token) or not about.is_file():
            return None
        whole = json.loads(about.read_text(encoding="utf-8"))
        mine = whole["account"] == account and datetime.fromisoformat(whole["told"]["until"]) > now
        return Upload(token, about.with_name(whole["file"]), account, whole["told"]) if mine else None

    @contextmanager
    def taken_up(self, upload: Upload) -> Iterator[bool]:
        """Whether a file is meanwhile for the asker alone: False where somebody is importing it, or has.

        However the process ends that was at it, the file waits again.
        """
        turn = self._folder / upload.token / _BUSY
        with ExitStack() as holding:
            try:
                holding.enter_context(turns.held(turn, _MOMENT))
                ours = upload.path.exists()
            except (turns.Taken, FileNotFoundError):
                ours = False
            yield ours
        if not upload.path.exists():
            # Whoever has it open still finds nothing there to take up; Windows keeps it for as long.
            with suppress(OSError):
                turn.unlink()

    def conclude(self, upload: Upload, number: int) -> None:
        """Erase a file that was taken up and imported, and remember as which import."""
        folder = self._folder / upload.token
        (folder / f"{_DONE}{number}").mkdir(mode=0o700)
        for file in (folder / _ABOUT, upload.path):
            file.unlink()
        shutil.rmtree(folder / _BESIDE, ignore_errors=True)

    def busy(self, token: str) -> bool:
        """Whether a file is being imported at this moment."""
        return bool(_TOKEN.fullmatch(token)) and turns.is_taken(self._folder / token / _BUSY)

    def became(self, token: str) -> int | None:
        """The number of the import that a file became; None for any other."""
        found = next((self._folder / token).glob(f"{_DONE}*"), None) if _TOKEN.fullmatch(token) else None
        return int(found.name.removeprefix(_DONE)) if found else None

    def erase(self, upload: Upload) -> None:
        """Keep a file no longer."""
        shutil.rmtree(self._folder / upload.token, ignore_errors=True)

    def erase_old(self, now: datetime) -> None:
        """Erase every file whose day is over, also one that was sent half."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            # Another process of the site may have been quicker.
            with suppress(FileNotFoundError):
                if _until(folder, now.tzinfo) <= now:
                    shutil.rmtree(folder, ignore_errors=True)


def _until(folder: Path, zone: tzinfo | None) -> datetime:
    """When a file's day is over: as was said when it came; of one sent half, or that is being imported, a day after that."""
    touched = datetime.fromtimestamp(folder.stat().st_mtime, zone)
    if turns.is_taken(folder / _BUSY):
        return touched + KEPT
    try:
        return datetime.fromisoformat(json.loads((folder / _ABOUT).read_text(encoding="utf-8"))["told"]["until"])
    except (FileNotFoundError, ValueError):
        return touched + KEPT


def _harmless(name: str) -> str:
    """A file's name without folders, and without signs that mean anything anywhere."""
    plain = re.sub(r"[^A-Za-z0-9._ -]+", "_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, ending = plain[-100:].rpartition(".")
    plain = f"{stem or 'file'}{dot}{ending}" if dot else ending or "file"
    return f"_{plain}" if plain in (_ABOUT, _BESIDE, _BUSY) or plain.startswith(_DONE) else plain
