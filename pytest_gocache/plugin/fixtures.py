"""The fixtures."""

from __future__ import annotations

import re
import shutil
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_gocache.caches.build_cache import BuildCache
    from pytest_gocache.caches.module_cache import ModuleCache
    from pytest_gocache.caches.shared import SharedCache
    from pytest_gocache.host.source_place import SourcePlace
    from pytest_gocache.host.toolchain import GoToolchain
    from pytest_gocache.plugin.marks import MarkSettings
    from pytest_gocache.plugin.options import Settings
    from pytest_gocache.plugin.snapshots.snapshot import GocacheSnapshot
    from pytest_gocache.plugin.snapshots.snapshot_file import Section
    from pytest_gocache.run.ci_cache import CiCache
    from pytest_gocache.run.go_module import GoModule
    from pytest_gocache.run.machine import Machine
    from pytest_gocache.run.module_proxy import ModuleProxy

# Fixtures import what they need when a test uses them: pytest loads this module in every run.

__all__ = [
    "ci_cache",
    "go_module",
    "go_proxy",
    "go_repo",
    "go_toolchain",
    "gocache",
    "gocache_snapshot",
    "gomodcache",
    "shared_cache",
]


@dataclass(frozen=True, slots=True)
class _TestSetup:
    """What the fixtures of one test share: its folder, its machine, and the settings of its marks."""

    folder: Path
    machine: Machine
    marks: MarkSettings


@pytest.fixture(scope="session")
def go_toolchain(request: pytest.FixtureRequest) -> GoToolchain:
    """The `GoToolchain` under test: ``.goroot``, ``.go``, ``.version`` and ``.env``.

    With several toolchains (``--go-toolchain`` more than once), every test that uses this fixture, directly or through
    a different fixture, runs once for each toolchain.
    """
    from pytest_gocache.plugin.session import session_of

    session = session_of(request.config)
    named = session.settings.toolchains
    with session.own_time():  # a fetch takes longer than a time limit for one test
        return session.toolchain(getattr(request, "param", named[0] if named else ""))


@pytest.fixture
def _gocache_setup(
    request: pytest.FixtureRequest, go_toolchain: GoToolchain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[_TestSetup]:
    from pytest_gocache.host.files import make_writable, remove_tree
    from pytest_gocache.plugin.marks import read_marks
    from pytest_gocache.plugin.session import keep_folder, session_of
    from pytest_gocache.run.machine import Machine

    session = session_of(request.config)
    marks = read_marks(request.node.iter_markers("gocache"))
    _skip_unless_met(marks, go_toolchain)
    session.make_folder = tmp_path_factory.mktemp
    session.check(go_toolchain)
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.mktemp(f"{name}-go", numbered=True).resolve()
    settings = {**marks.env, **({"CGO_ENABLED": "0"} if marks.cgo is False else {})}
    machine = Machine.create(folder, go_toolchain, session.ambient, settings=settings, warm=marks.warm is not False)
    machine.warm_all = marks.warm == "all"
    yield _TestSetup(folder, machine, marks)
    if keep_folder(request.node):
        session.store.clones.forget(folder)
        # pytest deletes old folders later, and read-only module caches must not stop it.
        make_writable(folder)
    else:
        session.store.clones.keep(folder, tmp_path_factory.getbasetemp() / "spare-gocaches")
        remove_tree(folder)


def _skip_unless_met(marks: MarkSettings, toolchain: GoToolchain) -> None:
    if marks.go and not toolchain.version.satisfies(marks.go):
        pytest.skip(f"needs Go {marks.go}; the toolchain is {toolchain.version}")
    if marks.cgo:
        from pytest_gocache.golang.quoted import split_words

        command = marks.env.get("CC") or toolchain.env.get("CC") or "gcc"
        compiler = (split_words(command) or [command])[0]
        if shutil.which(compiler) is None:
            pytest.skip(f"needs cgo; there is no C compiler {compiler!r} on PATH")


@pytest.fixture
def gocache(_gocache_setup: _TestSetup) -> BuildCache:
    """This test's own `BuildCache`, its GOCACHE.

    Before each command, the standard packages that it needs come in from the store of warm caches.
    """
    return _gocache_setup.machine.build_cache


@pytest.fixture
def gocache_snapshot(request: pytest.FixtureRequest, go_toolchain: GoToolchain) -> GocacheSnapshot:
    """The snapshots of this test: ``assert gocache_snapshot == go_module.build("./...")``.

    ``gocache_snapshot("after the edit")`` has a name of its own. The files are in ``__gocache_snapshots__`` beside the
    test; ``--gocache-update`` writes them.
    """
    from pytest_gocache.plugin.item_ids import spec_of
    from pytest_gocache.plugin.options import toolchain_labels
    from pytest_gocache.plugin.snapshots.snapshot import GocacheSnapshot
    from pytest_gocache.plugin.snapshots.update import SEEN, file_of

    version = f"go{go_toolchain.version.number}"
    seen: list[Section] | None = None
    if request.config.getoption("--gocache-update"):
        seen = []
        request.node.stash[SEEN] = (version, seen)
    file = file_of(request.node, toolchain_labels(request.config).get(spec_of(request.node), ""))
    return GocacheSnapshot(file, version, seen, {})


@pytest.fixture
def gomodcache(_gocache_setup: _TestSetup) -> ModuleCache:
    """This test's own `ModuleCache`, its GOMODCACHE. It starts empty."""
    return _gocache_setup.machine.module_cache


@pytest.fixture
def go_proxy(_gocache_setup: _TestSetup) -> Iterator[ModuleProxy]:
    """A `ModuleProxy` of this test's own. A test that uses it has GOPROXY set to it, and reaches no other proxy.

    ``.add(txtar_or_folder, version)`` serves a module; ``.requests`` lists the requests.
    """
    from pytest_gocache.run.module_proxy import ModuleProxy

    proxy = ModuleProxy(_gocache_setup.folder / "proxy")
    _gocache_setup.machine.use_proxy(proxy.url, proxy.sources)
    yield proxy
    proxy.stop()


@pytest.fixture
def shared_cache(_gocache_setup: _TestSetup) -> SharedCache:
    """A `SharedCache` of this test's own. Every machine of the test uses it instead of its GOCACHE.

    It needs Go 1.24. Older toolchains ignore GOCACHEPROG, and the test is skipped.
    """
    from pytest_gocache.caches.shared import SharedCache

    machine = _gocache_setup.machine
    if not machine.toolchain.version.satisfies(">=1.24"):
        pytest.skip(f"GOCACHEPROG needs Go >=1.24; the toolchain is {machine.toolchain.version}")
    shared = SharedCache(_gocache_setup.folder / "shared", warm=_gocache_setup.marks.warm is not False)
    machine.use_shared_cache(shared)
    return shared


@pytest.fixture
def ci_cache(_gocache_setup: _TestSetup) -> CiCache:
    """A `CiCache`: a CI service of this test's own that keeps caches between jobs.

    ``.key``, ``.restore_keys`` and ``.action`` are those of the workflow. ``.jobs(module, commits)`` plays a job for
    each commit, ``.job(module)`` one job.
    """
    from pytest_gocache.run.ci_cache import CiCache

    return CiCache(_gocache_setup.folder / "ci")


@pytest.fixture
def go_module(request: pytest.FixtureRequest, _gocache_setup: _TestSetup) -> GoModule:
    """This test's own `GoModule`: a new folder with a go.mod for ``example.com/app`` and the toolchain's language."""
    folder = _gocache_setup.folder / "app"
    folder.mkdir()
    module = _module(request, _gocache_setup, folder)
    language = _gocache_setup.machine.toolchain.version.language
    module.write("go.mod", f"module example.com/app\n\ngo {language}\n")
    return module


@pytest.fixture
def go_repo(request: pytest.FixtureRequest, _gocache_setup: _TestSetup) -> GoModule:
    """A `GoModule` over a private copy of the Go repository under test, version-control data included.

    ``--go-repo`` or the ini option ``go_repo`` names the repository. The default is the first folder with a go.mod or a
    go.work, from pytest's rootdir upwards, then from the folder of the test upwards, in its git repository. The
    original is only read. A module that refers to other folders of its git repository, or that a go.work above it uses,
    is copied with the whole git repository; ``[repo]`` in ``gocache.toml`` names a different folder. ``.path`` is the
    folder of the module. Its dependencies come from ``--go-modcache``, or with ``--go-network`` from your GOPROXY.
    """
    from pytest_gocache.errors import called
    from pytest_gocache.plugin.default_go import differs_from
    from pytest_gocache.plugin.session import session_of
    from pytest_gocache.run.checkout import copy_repository
    from pytest_gocache.run.module_sources import module_sources

    session = session_of(request.config)
    settings = session.settings
    with called("go_repo"):
        place = source_place(settings, request.path.parent)
    session.say_once(place.told)
    if not settings.toolchains and place.module != settings.repository:
        # The header knows only the repository that the options and the rootdir tell.
        other = differs_from(place.module, _gocache_setup.machine.toolchain.version)
        session.say_once(f"{place.module}: {other}" if other else "")
    folder = _gocache_setup.folder / place.root.name
    copy_repository(place.root, folder)
    _gocache_setup.machine.settings |= module_sources(settings.modcache, session.ambient, network=settings.network)
    return _module(request, _gocache_setup, folder, place.within)


def made_module(request: pytest.FixtureRequest, name: str) -> GoModule:
    """A `GoModule` in a new folder of this test, without a file."""
    setup: _TestSetup = request.getfixturevalue("_gocache_setup")
    folder = setup.folder / name
    folder.mkdir()
    return _module(request, setup, folder)


def source_place(settings: Settings, folder: Path | None = None) -> SourcePlace:
    """The repository under test: the folder to copy, and the module in it. Raises `UsageError`.

    Unless the user names the repository, it can be the one around ``folder``, which is that of the test.
    """
    from pytest_gocache.gocache_toml import NAME
    from pytest_gocache.host.find_repository import is_repository, repository_above, searched_folders
    from pytest_gocache.host.source_place import DeclaredPlace, place_of

    config = settings.config
    if config.root is not None:
        return place_of(settings.repository, DeclaredPlace(settings.config_folder / NAME, config.root, config.modules))
    if is_repository(settings.repository) or settings.repository_named or folder is None:
        return place_of(settings.repository)
    searched = list(dict.fromkeys([*searched_folders(settings.repository), *searched_folders(folder)]))
    return place_of(repository_above(folder) or settings.repository, searched=searched)


def _users_level() -> int:
    """The ``stacklevel`` that makes `warnings.warn` name the user's line."""
    own = str(Path(__file__).parent.parent)
    frame, level = sys._getframe(1), 1  # noqa: SLF001 - warnings has no public way before Python 3.12
    while frame.f_back is not None and frame.f_code.co_filename.startswith(own):
        frame, level = frame.f_back, level + 1
    return level


def _module(request: pytest.FixtureRequest, setup: _TestSetup, folder: Path, within: Path = Path()) -> GoModule:
    from pytest_gocache.errors import GoCacheWarning
    from pytest_gocache.plugin.session import record_result, session_of
    from pytest_gocache.run.running import Steps

    return session_of(request.config).module(
        setup.machine,
        folder,
        Steps(setup.folder / "steps" / folder.name),
        within=within,
        on_result=lambda result: record_result(request.node, result, setup.folder),
        on_cold=lambda reason: warnings.warn(GoCacheWarning(reason), stacklevel=_users_level()),
    )
