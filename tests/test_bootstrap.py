"""The first start on a fresh machine: a small copy of the program sets itself up from an invented package, without network."""

import ast
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from directory import bootstrap

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="written for POSIX: signals, locks and links")

ROOT = Path(__file__).parent.parent
APP = """import sys
from directory import bootstrap
bootstrap.ensure("run")
import invented_part
print(sys.prefix, invented_part.VERSION, *sys.argv[1:])
"""
SITE_PACKAGES = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


def a_wheel(folder: Path, version: str) -> str:
    """A wheel of the invented package in the folder; returns the line that locks it."""
    folder.mkdir(exist_ok=True)
    path = folder / f"invented_part-{version}-py3-none-any.whl"
    about = f"invented_part-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("invented_part/__init__.py", f"VERSION = '{version}'\n")
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: invented-part\nVersion: {version}\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(
            f"{about}/RECORD", f"invented_part/__init__.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
        )
    return f"invented-part=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Checkout:
    """A folder that holds the small program, and starts of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.venv = self.folder / ".venv"
        self.lock = self.folder / "requirements.lock"

    def written(self) -> "Checkout":
        (self.folder / "directory").mkdir(parents=True)
        for name in ("__init__.py", "bootstrap.py"):
            shutil.copy(ROOT / "directory" / name, self.folder / "directory")
        (self.folder / "app.py").write_text(APP)
        (self.folder / "requirements.txt").write_text("# invented\ninvented-part>=1.0,<3  # why\n")
        self.lock.write_text(a_wheel(self.folder / "wheels", "1.0"))
        return self

    def copied(self, folder: Path) -> "Checkout":
        return Checkout(shutil.copytree(self.folder, folder / "copy", symlinks=True))

    def begin(self, *arguments: str, python: str | Path = sys.executable, **settings: str) -> subprocess.Popen[str]:
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": (self.folder / "wheels").as_uri(), "PIP_CONFIG_FILE": os.devnull}
        surroundings = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **offline, **settings}
        command = [str(python), str(self.folder / "app.py"), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, env=surroundings, stdout=pipe, stderr=pipe, text=True, start_new_session=True)

    def start(self, *arguments: str, python: str | Path = sys.executable, **settings: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        with self.begin(*arguments, python=python, **settings) as started:
            said, told = started.communicate(timeout=60)
        return started.returncode, said, told

    def ran(self, version: str = "1.0") -> str:
        return f"{self.venv} {version}"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, tuple[int, str, str]]:
    checkout = Checkout(tmp_path_factory.mktemp("first") / "with a space").written()
    return checkout, checkout.start("two words", "--limit=3")


@pytest.fixture
def made(first: tuple[Checkout, tuple[int, str, str]], tmp_path: Path) -> Checkout:
    """A program that is set up already."""
    return first[0].copied(tmp_path)


def test_the_first_start_makes_the_environment_and_goes_on_in_it(first: tuple[Checkout, tuple[int, str, str]]) -> None:
    checkout, (code, said, told) = first
    assert (code, said) == (0, f"{checkout.ran()} two words --limit=3\n"), told
    for step in ("lacks invented-part>=1.0,<3.", f"making {checkout.venv}", "installing what requirements.lock", "going on in"):
        assert step in told


def test_the_second_start_only_starts(made: Checkout) -> None:
    assert made.start() == (0, f"{made.ran()}\n", "")
    assert made.start(python=made.venv / "bin/python") == (0, f"{made.ran()}\n", "")


def test_an_environment_that_has_everything_is_used(made: Checkout, tmp_path: Path) -> None:
    fresh = Checkout(tmp_path / "fresh").written()
    code, said, told = fresh.start(python=made.venv / "bin/python")
    assert (code, said, told) == (0, f"{made.ran()}\n", "")
    assert not fresh.venv.exists()


def test_a_changed_lock_is_installed_from_either_python(made: Checkout) -> None:
    made.lock.write_text(a_wheel(made.folder / "wheels", "2.0"))
    code, said, told = made.start()
    assert (code, said) == (0, f"{made.ran('2.0')}\n"), told
    made.lock.write_text("# renewed\n" + made.lock.read_text())
    code, said, told = made.start(python=made.venv / "bin/python")
    assert (code, said) == (0, f"{made.ran('2.0')}\n"), told
    assert "requirements.lock has changed" in told


def test_a_package_that_went_missing_is_brought_back(made: Checkout) -> None:
    shutil.rmtree(made.venv / SITE_PACKAGES / "invented_part")
    code, said, told = made.start(python=made.venv / "bin/python")
    assert (code, said) == (0, f"{made.ran()}\n"), told


def test_a_killed_installation_is_begun_again(made: Checkout) -> None:
    before = made.lock.read_text()
    made.lock.write_text(a_wheel(made.folder / "wheels", "2.0"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with made.begin(PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=index) as started:
            connection, _ = silent.accept()
            os.killpg(started.pid, signal.SIGKILL)
            connection.close()
    made.lock.write_text(before)
    scrap = made.venv / SITE_PACKAGES / "half_a_package"
    scrap.mkdir()
    code, said, told = made.start()
    assert (code, said) == (0, f"{made.ran()}\n"), told
    assert not scrap.exists()
    assert made.start()[2] == ""


def test_an_interrupted_installation_says_so(made: Checkout) -> None:
    made.lock.write_text(a_wheel(made.folder / "wheels", "2.0"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with made.begin(PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=index) as started:
            connection, _ = silent.accept()
            os.killpg(started.pid, signal.SIGINT)
            _, told = started.communicate(timeout=30)
            connection.close()
    assert started.returncode == 130
    assert "interrupted; run the same command again" in told
    assert (made.venv / "unfinished").exists()


@pytest.mark.parametrize("why", ["a hash that does not agree", "no such package"])
def test_a_failed_installation_says_how_to_go_on(made: Checkout, why: str) -> None:
    line = a_wheel(made.folder / "wheels", "2.0")
    made.lock.write_text(line[:-9] + "00000000\n" if "hash" in why else line.replace("invented-part", "no-such-part"))
    code, said, told = made.start()
    assert (code, said) == (1, "")
    assert "pip could not install what requirements.lock lists" in told
    assert "run the same command again" in told
    assert (made.venv / "unfinished").exists()


def test_a_lock_that_does_not_give_what_is_asked_does_not_start_over_for_ever(made: Checkout) -> None:
    (made.folder / "requirements.txt").write_text("invented-part>=2.0\n")
    made.lock.write_text("# renewed\n" + made.lock.read_text())
    code, said, told = made.start()
    assert (code, said) == (1, "")
    assert "still lacks invented-part>=2.0 although requirements.lock was just installed" in told


def test_two_starts_at_once_install_once(made: Checkout) -> None:
    made.lock.write_text(a_wheel(made.folder / "wheels", "2.0"))
    with made.begin() as one, made.begin() as other:
        (said, told), (also_said, also_told) = one.communicate(timeout=60), other.communicate(timeout=60)
    assert said == also_said == f"{made.ran('2.0')}\n", told + also_told
    assert (told + also_told).count("installing what requirements.lock") == 1


def a_python_without_ensurepip(home: Path) -> Path:
    """The running Python as a minimal Debian has it: its library in links, less `ensurepip` and all packages."""
    library = home / "lib" / Path(sysconfig.get_path("stdlib")).name
    library.mkdir(parents=True)
    for part in Path(sysconfig.get_path("stdlib")).iterdir():
        if part.name not in ("ensurepip", "site-packages", "dist-packages"):
            (library / part.name).symlink_to(part)
    (home / "bin").mkdir()
    python = Path(shutil.copy(Path(sys.executable).resolve(), home / "bin" / "python3"))
    seen = subprocess.run([python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=False)
    if seen.stdout.strip() != str(home):
        pytest.skip("this Python can't be copied")
    return python


def test_without_ensurepip_the_running_pip_serves(made: Checkout, tmp_path: Path) -> None:
    python = a_python_without_ensurepip(tmp_path.resolve() / "home")
    pip = made.venv / SITE_PACKAGES / "pip"
    if not pip.exists():
        pytest.skip("this Python has no ensurepip to take a pip from")
    packages = Path(subprocess.check_output([python, "-c", "import site; print(site.getsitepackages()[0])"], text=True).strip())
    packages.mkdir(parents=True, exist_ok=True)
    (packages / "pip").symlink_to(pip)
    fresh = Checkout(tmp_path / "fresh").written()
    code, said, told = fresh.start(python=python)
    assert (code, said) == (0, f"{fresh.ran()}\n"), told
    assert f"using the pip of {python}" in told


def test_without_ensurepip_and_pip_the_package_to_install_is_named(tmp_path: Path) -> None:
    python = a_python_without_ensurepip(tmp_path.resolve() / "home")
    fresh = Checkout(tmp_path / "fresh").written()
    code, said, told = fresh.start(python=python)
    assert (code, said) == (1, "")
    assert "sudo apt install python3-venv" in told


@pytest.mark.parametrize("file", ["app.py", "directory/__init__.py", "directory/bootstrap.py"])
def test_an_old_python_can_read_what_tells_it_so(file: str) -> None:
    assert ast.parse((ROOT / file).read_text(encoding="utf-8"), feature_version=(3, 8)).body


def test_an_old_python_is_told_so(tmp_path: Path) -> None:
    fresh = Checkout(tmp_path / "fresh").written()
    (fresh.folder / "app.py").write_text("import sys\nsys.version_info = (3, 8, 18, 'final', 0)\n" + APP)
    code, said, told = fresh.start()
    assert (code, said) == (1, "")
    assert told == "app.py: this is Python 3.8; the referral directory needs Python 3.11 or newer.\n"
    assert not fresh.venv.exists()


@pytest.mark.parametrize(
    ("asked", "is_lacking"),
    [
        ("pytest", False),
        ("pytest>=9,<10  # with a reason", False),
        ("pytest>=999", True),
        ("pytest<2", True),
        ("psycopg[binary] >= 3.3", False),
        (f"whoosh-reloaded==2.7.5; sys_platform == '{sys.platform}'", False),
        ("no-such-part; sys_platform == 'amiga'", False),
        ("no-such-part", True),
    ],
)
def test_what_is_asked_is_looked_up_with_its_versions(asked: str, is_lacking: bool, tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text(f"# a comment\n\n{asked}\n")
    (tmp_path / "dev.txt").write_text("-r base.txt\n")
    assert bool(list(bootstrap._lacking(tmp_path / "dev.txt"))) == is_lacking


@pytest.mark.parametrize(("version", "bound"), [("3.10", "3.9"), ("3.1", "3.1.0"), ("4.0.0rc1", "4"), ("2026.6", "2025.2")])
def test_versions_are_compared_as_numbers(version: str, bound: str) -> None:
    assert bootstrap._holds(version, f">={bound}")
    assert not bootstrap._holds(version, f"<{bound}")


def locked(name: str) -> dict[str, str]:
    """Each package's version and hashes in a lock, which must be there for all."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    assert all("--hash=sha256:" in line for line in lines)
    return {line.split("==")[0]: line for line in lines}


@pytest.mark.parametrize("lock", ["requirements-dev.lock", "requirements-bench.lock"])
def test_every_lock_holds_the_main_one(lock: str) -> None:
    assert locked("requirements.lock").items() <= locked(lock).items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_a_lock_names_no_place_to_fetch_from(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_everything_that_is_asked_for_is_recognized_where_it_is_installed(name: str) -> None:
    assert list(bootstrap._lacking(ROOT / f"{name}.txt")) == []
