"""The fixtures. Each only puts together what other modules make; the work is theirs."""

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
    from pytest_gocache.host.toolchain import GoToolchain
    from pytest_gocache.plugin.marks import MarkSettings
    from pytest_gocache.run.go_module import GoModule
    from pytest_gocache.run.machine import Machine
    from pytest_gocache.run.module_proxy import ModuleProxy

__all__ = ["go_module", "go_proxy", "go_repo", "go_toolchain", "gocache", "gomodcache", "shared_cache"]


@dataclass(frozen=True, slots=True)
class _Bench:
    """What one test works with: a folder of its own, a machine in it, and what its mark asks for."""

    folder: Path
    machine: Machine
    marks: MarkSettings


@pytest.fixture(scope="session")
def go_toolchain(request: pytest.FixtureRequest) -> GoToolchain:
    """The `GoToolchain` under test: ``.goroot``, ``.go``, ``.version`` and ``.env``.

    With several toolchains (``--go-toolchain`` more than once), every test that uses it, directly or through another
    fixture, runs once for each.
    """
    from pytest_gocache.plugin.session import session_of

    session = session_of(request.config)
    named = session.settings.toolchains
    return session.toolchain(getattr(request, "param", named[0] if named else ""))


@pytest.fixture
def _gocache_bench(
    request: pytest.FixtureRequest, go_toolchain: GoToolchain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[_Bench]:
    from pytest_gocache.host.files import make_writable, remove_tree
    from pytest_gocache.plugin.marks import read_marks
    from pytest_gocache.plugin.session import keep_folder, session_of
    from pytest_gocache.run.machine import Machine

    session = session_of(request.config)
    marks = read_marks(request.node.iter_markers("gocache"))
    _skip_unless_met(marks, go_toolchain)
    session.check(go_toolchain, lambda: tmp_path_factory.mktemp("go-self-check"))
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.mktemp(f"{name}-go", numbered=True).resolve()
    machine = Machine.create(folder, go_toolchain, session.ambient, warm=marks.warm)
    machine.env |= marks.env
    machine.pinned = frozenset(marks.env)
    if marks.cgo is False:
        machine.env["CGO_ENABLED"] = "0"
    yield _Bench(folder, machine, marks)
    if keep_folder(request.node):
        session.store.spares.forget(folder)
        # pytest deletes old folders as whoever runs it: read-only module caches must not stop it.
        make_writable(folder)
    else:
        session.store.spares.keep(folder, tmp_path_factory.getbasetemp() / "spare-gocaches")
        remove_tree(folder)


def _skip_unless_met(marks: MarkSettings, toolchain: GoToolchain) -> None:
    if marks.go and not toolchain.version.satisfies(marks.go):
        pytest.skip(f"needs Go {marks.go}; the toolchain is {toolchain.version}")
    if marks.cgo:
        compiler = (marks.env.get("CC") or toolchain.env.get("CC") or "gcc").split()[0]
        if shutil.which(compiler) is None:
            pytest.skip(f"needs cgo; there is no C compiler {compiler!r} on PATH")


@pytest.fixture
def gocache(_gocache_bench: _Bench) -> BuildCache:
    """This test's own `BuildCache`, its GOCACHE.

    The standard packages that a command needs are put in before the command, from the store of warm caches.
    """
    return _gocache_bench.machine.build_cache


@pytest.fixture
def gomodcache(_gocache_bench: _Bench) -> ModuleCache:
    """This test's own `ModuleCache`, its GOMODCACHE: empty at first."""
    return _gocache_bench.machine.module_cache


@pytest.fixture
def go_proxy(_gocache_bench: _Bench) -> Iterator[ModuleProxy]:
    """A `ModuleProxy` of this test's own. Using it points GOPROXY at it: nothing else is reachable.

    ``.add(txtar_or_folder, version)`` serves a module, ``.requests`` tells what was asked for.
    """
    from pytest_gocache.run.module_proxy import ModuleProxy

    proxy = ModuleProxy(_gocache_bench.folder / "proxy")
    machine = _gocache_bench.machine
    machine.env["GOPROXY"] = proxy.url
    machine.served.append(proxy.sources)
    yield proxy
    proxy.stop()


@pytest.fixture
def shared_cache(_gocache_bench: _Bench) -> SharedCache:
    """A `SharedCache` of this test's own, which every machine of the test uses instead of its GOCACHE.

    Needs Go 1.24: older toolchains ignore GOCACHEPROG, and the test is skipped.
    """
    from pytest_gocache.caches.shared import SharedCache

    machine = _gocache_bench.machine
    if not machine.toolchain.version.satisfies(">=1.24"):
        pytest.skip(f"GOCACHEPROG needs Go >=1.24; the toolchain is {machine.toolchain.version}")
    machine.shared = SharedCache(_gocache_bench.folder / "shared", warm=_gocache_bench.marks.warm)
    machine.env["GOCACHEPROG"] = machine.shared.program
    return machine.shared


@pytest.fixture
def go_module(request: pytest.FixtureRequest, _gocache_bench: _Bench) -> GoModule:
    """This test's own `GoModule`: a new folder whose go.mod says ``example.com/app`` and the toolchain's language."""
    folder = _gocache_bench.folder / "app"
    folder.mkdir()
    module = _module(request, _gocache_bench, folder)
    language = _gocache_bench.machine.toolchain.version.language
    module.write("go.mod", f"module example.com/app\n\ngo {language}\n")
    return module


@pytest.fixture
def go_repo(request: pytest.FixtureRequest, _gocache_bench: _Bench) -> GoModule:
    """A `GoModule` over a private copy of the Go repository under test, version-control data included.

    The repository is what ``--go-repo`` or the ini option ``go_repo`` names, or pytest's rootdir; the original is only
    read. With ``--go-modcache`` or ``--go-network``, its dependencies come from there.
    """
    from pytest_gocache.errors import UsageError
    from pytest_gocache.plugin.session import session_of
    from pytest_gocache.run.checkout import copy_repository
    from pytest_gocache.run.module_sources import module_sources

    session = session_of(request.config)
    settings, source = session.settings, session.settings.repository
    if not (source / "go.mod").is_file() and not (source / "go.work").is_file():
        raise UsageError(
            f"go_repo: there is no go.mod and no go.work in {source}; name the repository with the ini option go_repo"
        )
    folder = _gocache_bench.folder / source.name
    copy_repository(source, folder)
    _gocache_bench.machine.env |= module_sources(settings.modcache, session.ambient, network=settings.network)
    return _module(request, _gocache_bench, folder)


def _users_level() -> int:
    """How far up the user's line is, counted as `warnings.warn` counts from its caller."""
    own = str(Path(__file__).parent.parent)
    frame, level = sys._getframe(1), 1  # noqa: SLF001 - warnings has no public way before Python 3.12
    while frame.f_back is not None and frame.f_code.co_filename.startswith(own):
        frame, level = frame.f_back, level + 1
    return level


def _module(request: pytest.FixtureRequest, bench: _Bench, folder: Path) -> GoModule:
    from pytest_gocache.errors import GoCacheWarning
    from pytest_gocache.plugin.session import record_result, session_of
    from pytest_gocache.run.observer import Trail

    return session_of(request.config).module(
        bench.machine,
        folder,
        Trail(bench.folder / "steps" / folder.name),
        on_result=lambda result: record_result(request.node, result, bench.folder),
        on_cold=lambda reason: warnings.warn(GoCacheWarning(reason), stacklevel=_users_level()),
    )
