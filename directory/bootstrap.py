"""Makes the program's environment on first use and goes on there, with nothing but Python's standard library.

An environment that has what requirements.txt asks is used as it is. Otherwise a `.venv` beside app.py is filled from
the lock, hash by hash. It counts as complete only while it holds the SHA-256 of the lock that it was filled from and no
note of an unfinished installation. This file must parse on Python 3.8, to be able to say that it is too old.
"""

from __future__ import annotations

import hashlib
import operator
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO, NoReturn

_ROOT = Path(__file__).resolve().parent.parent
_VENV = _ROOT / ".venv"
_PYTHON = _VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
_UNFINISHED = _VENV / "unfinished"
_NEEDS = {"run": "requirements", "test": "requirements-dev", "bench": "requirements-bench"}
_IMPORTED_AS = {"whoosh-reloaded": "whoosh", "argon2-cffi": "argon2", "pytest-xdist": "xdist", "zxing-cpp": "zxingcpp"}
_COMPARISONS = {">=": operator.ge, "<": operator.lt, "==": operator.eq}
_JUST_INSTALLED = "REFERRAL_DIRECTORY_JUST_INSTALLED"
_NO_PIP = """this Python ({python}) can't make environments: its `ensurepip` is missing, and it has no pip from 22.3 on.
On Debian and Ubuntu the package is python{version}-venv. Install it with
    sudo apt install python3-venv        (or python{version}-venv, where this is not the system's own Python)
and run the same command again."""
_NOT_INSTALLED = """pip could not install what {lock} lists; its own words are above.
Nothing is left half done: run the same command again, and it starts anew. If there is
- no network: connect first. Or run `pip download --require-hashes -r {lock} -d wheels` on a connected machine of the
  same kind, bring the folder `wheels` here, and set PIP_NO_INDEX=1 and PIP_FIND_LINKS=wheels for this command;
- a proxy: set HTTPS_PROXY to its address;
- a hash that does not agree: the file fetched is not the one that was locked. Do not go round this; report it."""
_STILL_LACKING = """.venv still lacks {lacking} although {name}.lock was just installed.
Either {name}.txt asks for what {name}.lock does not give (renew the lock: its first lines say how), or the
folder .venv is broken: delete it and run the same command again."""


def ensure(purpose: str) -> None:
    """Return where all that the purpose ("run", "test" or "bench") needs is there; else make that place and go on in it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may well have an older one
        _stop("this is Python {}.{}; the referral directory needs Python 3.11 or newer.".format(*sys.version_info[:2]))
    name, inside = _NEEDS[purpose], Path(sys.prefix).resolve() == _VENV.resolve()
    just_installed = os.environ.pop(_JUST_INSTALLED, None)
    lacking = ", ".join(_lacking(_ROOT / f"{name}.txt"))
    if not lacking and (not inside or just_installed or _complete(name)):
        return
    if inside and just_installed:
        _stop(_STILL_LACKING.format(lacking=lacking, name=name))
    if inside:
        _leave(name)
    complete = _complete(name)
    if not complete:
        changed = (_VENV / f"{name}.sha256").exists() and not _UNFINISHED.exists()
        _say(f"{name}.lock has changed." if changed else f"this Python ({sys.executable}) lacks {lacking}.")
        _install(name)
    _go_on(str(_PYTHON), just_installed=not complete)


def _lacking(file: Path) -> Iterator[str]:
    """What a requirements file asks that this environment has not; of markers it knows only `sys_platform == "…"`."""
    for line in file.read_text(encoding="utf-8").splitlines():
        asked, _, marker = line.partition("#")[0].partition(";")
        if asked.startswith("-r "):
            yield from _lacking(file.parent / asked[3:].strip())
        elif asked.strip() and (not marker or sys.platform in marker) and not _has(asked.replace(" ", "")):
            yield asked.strip()


def _has(asked: str) -> bool:
    name, ranges = re.findall(r"^([\w.-]+)(?:\[\w+\])?(.*)$", asked)[0]
    if find_spec(_IMPORTED_AS.get(name, name.replace("-", "_"))) is None:
        return False
    from importlib import metadata  # takes longer than all the rest, and a Python that has nothing can do without

    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return all(_holds(version, comparison) for comparison in ranges.split(",") if comparison)


def _holds(version: str, comparison: str) -> bool:
    sign, bound = re.findall(r"^([<>=]+)(.*)$", comparison)[0]
    return bool(_COMPARISONS[sign](_numbers(version), _numbers(bound)))


def _numbers(version: str) -> list[int]:
    """3.10.0rc1 as [3, 10]: comparable, and equal to 3.10."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(number) for number in found.group().split(".")] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def _complete(name: str) -> bool:
    """Whether .venv was filled to the end from the lock as it is now."""
    stamp = _VENV / f"{name}.sha256"
    return _PYTHON.exists() and not _UNFINISHED.exists() and stamp.is_file() and stamp.read_text() == _digest(name)


def _digest(name: str) -> str:
    return hashlib.sha256((_ROOT / f"{name}.lock").read_bytes()).hexdigest()


def _install(name: str) -> None:
    """Fill .venv from the lock; the stamp is written last, so that an installation cut short is never taken for one."""
    with _failing_in_words(), _turn():
        if not _complete(name):  # else another start made it while this one waited
            _make_venv()
            _UNFINISHED.touch()
            _run_pip(f"{name}.lock")
            (_VENV / f"{name}.sha256").write_text(_digest(name))
            _UNFINISHED.unlink()


@contextmanager
def _failing_in_words() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        _stop("interrupted; run the same command again, and the installation starts anew.", 130)
    except OSError as error:
        _stop(f"can't make {_VENV}: {error}.\nEnd what uses that folder, or delete it, and run the same command again.")


@contextmanager
def _turn() -> Iterator[None]:
    """One start at a time; the system takes the turn back from a start that dies."""
    with open(_ROOT / ".venv.lock", "ab") as file:
        if not _locked(file):
            _say("another start is making .venv; waiting for it.")
            while not _locked(file):
                time.sleep(0.2)
        yield


def _locked(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _make_venv() -> None:
    """A .venv without packages, unless a sound one is there; what an interrupted installation left is swept out."""
    if _PYTHON.exists() and not _UNFINISHED.exists():
        return
    try:
        import venv
    except ImportError:
        _stop(_no_pip())
    _say(f"making {_VENV}")
    _VENV.mkdir(exist_ok=True)
    _UNFINISHED.touch()
    _sweep()
    venv.EnvBuilder(symlinks=os.name != "nt").create(_VENV)


def _sweep() -> None:
    """Empty .venv except for the note, so that a sweep cut short is itself begun again."""
    import shutil

    for child in _VENV.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        elif child != _UNFINISHED:
            child.unlink()


def _run_pip(lock: str) -> None:
    _say(f"installing what {lock} lists, each checked against its hash")
    options = ["--require-hashes", "--no-input", "--disable-pip-version-check", "-r", str(_ROOT / lock)]
    # A person's own `user = true` in pip's settings would make pip refuse every .venv.
    settings = {**os.environ, "PIP_USER": "0"}
    if subprocess.call([*_pip(), "install", *options], stdout=2, env=settings):
        _stop(_NOT_INSTALLED.format(lock=lock))


def _pip() -> list[str]:
    """The .venv's own pip; or, where a minimal Debian lacks `ensurepip`, the running Python's pip aimed at the .venv."""
    own = [str(_PYTHON), "-m", "pip"]
    if _answer([*own, "--version"]) or _answer([str(_PYTHON), "-Im", "ensurepip", "--default-pip"]):
        return own
    other = [sys.executable, "-m", "pip"]
    said = re.match(r"pip (\S+)", _answer([*other, "--version"]))
    if not said or not _holds(said.group(1), ">=22.3"):
        _stop(_no_pip())
    _say("ensurepip is missing here; using the pip of " + sys.executable)
    return [*other, "--python", str(_PYTHON)]


def _answer(command: list[str]) -> str:
    """What a command says, or nothing where it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def _leave(name: str) -> NoReturn:
    """Go on in the Python that .venv was made from, since no program can sweep out the Python that runs it."""
    if _complete(name):
        with _failing_in_words():
            _UNFINISHED.touch()  # a package has gone although pip may say that it is there
    _go_on(str(getattr(sys, "_base_executable", sys.executable)), just_installed=False)


def _go_on(python: str, just_installed: bool) -> NoReturn:
    """Run the same command in another Python."""
    if just_installed:
        _say("going on in .venv")
        os.environ[_JUST_INSTALLED] = "1"
    command = [python, *sys.orig_argv[1:]]
    if os.name != "nt":
        os.execv(python, command)
    child = subprocess.Popen(command)
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:  # the child had it too, and decides what it means
            continue


def _no_pip() -> str:
    return _NO_PIP.format(python=sys.executable, version="{}.{}".format(*sys.version_info[:2]))


def _say(words: str) -> None:
    print(f"app.py: {words}", file=sys.stderr, flush=True)


def _stop(words: str, code: int = 1) -> NoReturn:
    _say(words)
    sys.exit(code)
