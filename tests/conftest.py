"""Fixtures shared by all tests: no network, own folders, and the demonstration corpus indexed once with the real model."""

from __future__ import annotations

import gc
import importlib
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.commands import Done
from tests.commands import run as run_command
from tests.servers import Postgres

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.embedding.embedder import Embedder

gc.disable()  # until everything is imported: that stays, and need not be looked through again and again
ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "corpus" / "sample"

# The guard is in force in this process and, through the environment, in every Python that a test starts.
GUARD = Path(__file__).parent / "guard"
OWN_FOLDER = Path(tempfile.mkdtemp(prefix="kmassist-tests-"))
SOCKET_LOG = str(OWN_FOLDER / "sockets")
Path(SOCKET_LOG).touch()
os.environ["SOCKET_GUARD_LOG"] = SOCKET_LOG
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(GUARD), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])]
)
sys.path.append(str(GUARD))
importlib.import_module("socket_guard")

# What whoever starts the tests has set (a screen without colour, a width, a library, a settings file) changes no outcome.
# The last one is set by the plugin that compares pictures, for the processes that it runs the tests in.
KEPT = frozenset({"KMASSIST_GOLDEN", "KMASSIST_TEST_POSTGRES", "TEXTUAL_SNAPSHOT_TEMPDIR"})
for _name in list(os.environ):
    if _name in {
        "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "DISPLAY", "WAYLAND_DISPLAY", "PYTHONIOENCODING",
    } or (_name.startswith(("KMASSIST_", "TEXTUAL")) and _name not in KEPT):  # fmt: skip
        del os.environ[_name]
os.environ["KMASSIST_CONFIG"] = str(OWN_FOLDER / "settings" / "kmassist.toml")
os.environ["TERM"] = "xterm-256color"

ONE_PROCESS = frozenset({"briefs", "postgres", "real"})
"""Fixtures that are made once in one process: all tests that use them run there."""

# Speed is measured in benchmarks: a busy machine is no fault of what is tested.
hypothesis_settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile(
    "fast", parent=hypothesis_settings.get_profile("untimed"), max_examples=20
)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def no_internet_socket(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Not one internet socket is opened by a test or by what it starts, but for tests marked ``loopback``."""
    if request.node.get_closest_marker("loopback"):
        monkeypatch.setenv("SOCKET_GUARD_LOOP_BACK", "1")
    before = Path(SOCKET_LOG).stat().st_size
    yield
    tried = Path(SOCKET_LOG).read_bytes()[before:]
    assert not tried, tried.decode("utf-8", "replace")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests that share what is costly to make stay in one process; said here, because xdist reads the groups before this file may order
    what was collected."""
    if not isinstance(item, pytest.Function) or item.get_closest_marker("xdist_group"):
        return
    made = item._fixtureinfo.name2fixturedefs
    groups = sorted(ONE_PROCESS.intersection(made))
    if not groups and any(found[-1].scope == "module" for found in made.values()):
        groups = [item.path.stem]
    for name in groups:
        item.add_marker(pytest.mark.xdist_group(name))


def pytest_xdist_auto_num_workers() -> int:
    """One process more than processors: many tests wait, for a program, a screen or a limit of time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests begin first, so that no process waits at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """From here on the collector looks through what tests make, and not through what was imported."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Remove the guard's log and what was kept as settings."""
    shutil.rmtree(OWN_FOLDER, ignore_errors=True)


def run_kmassist(
    library: Path, args: Sequence[str], *, embedder: str = "hashing", stdin: str | None = None
) -> Done:
    """The real program in a process of its own (`tests/commands.py`)."""
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("KMASSIST_")},
        "KMASSIST_EMBEDDING__MODEL": embedder,
        "KMASSIST_CONFIG": str(library.parent / "no-such-settings.toml"),
    }
    line = ["--library", str(library), *args]
    return run_command(line, env=env, folder=library.parent, stdin=stdin)


@pytest.fixture(scope="session", autouse=True)
def forked_readers() -> Iterator[None]:
    """Reading processes are forked, where processes can be."""
    if not hasattr(os, "fork"):
        yield
        return
    from kmassist.readers import sandbox
    from tests import reading

    with reading.begun(OWN_FOLDER), pytest.MonkeyPatch.context() as changed:
        changed.setattr(sandbox, "start", reading.start)
        yield


Run = Callable[..., Done]
MadeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture
def kmassist(tmp_path: Path) -> Run:
    """Run the program on a library of this test's own, with the small embedder that needs no model."""

    def run(*args: str, stdin: str | None = None) -> Done:
        return run_kmassist(tmp_path / "library", args, stdin=stdin)

    return run


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    """An empty library of this test's own, with the small embedder."""
    from kmassist.assistant import Assistant
    from kmassist.embedding.hashing import HashingEmbedder
    from kmassist.settings.model import load_settings

    settings = load_settings({"library": str(tmp_path / "library")})
    return Assistant.open(settings, create=True, embedder=HashingEmbedder())


@pytest.fixture(scope="session")
def real_model() -> Embedder:
    """The shipped model, loaded once in each process; what it made of a question or a window is kept for the next test that asks the same."""
    from kmassist.embedding import open_embedder

    return open_embedder()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all the processes of one test run have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


@pytest.fixture(scope="session")
def made_once(shared_folder: Path) -> MadeOnce:
    """The folder of a name, filled once a run by whichever test of whichever process asks first.

    It is only ever copied: a library that somebody has open has files that come and go while another process copies them.
    """

    def once(name: str, fill: Callable[[Path], object]) -> Path:
        folder, done = shared_folder / name, shared_folder / f"{name}.done"
        with FileLock(shared_folder / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def sample_made(made_once: MadeOnce) -> Path:
    """The whole demonstration corpus in a library, made by the real program with the real model."""

    def fill(folder: Path) -> None:
        done = run_kmassist(folder / "library", ["add", "--json", str(SAMPLE)], embedder="default")
        assert done.code == 0, done.out + done.err
        assert not done.json["skipped"]

    return made_once("sample", fill) / "library"


@pytest.fixture
def sample_library(sample_made: Path, tmp_path: Path) -> Path:
    """A copy of it for each test."""
    return Path(shutil.copytree(sample_made, tmp_path / "sample" / "library"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this process's own, with pgvector."""
    with Postgres() as server:
        yield server


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """The name of an empty database on it, which goes afterwards."""
    name = f"t{secrets.token_hex(6)}"
    assert not postgres.psql(f"CREATE DATABASE {name}").returncode
    yield name
    postgres.psql(f"DROP DATABASE {name} WITH (FORCE)")
