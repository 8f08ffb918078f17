"""Scripts as test items: one for each ``test_*.txtar``, and for each toolchain."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import pytest

from pytest_gocache.errors import ScriptError
from pytest_gocache.plugin.fixtures import made_module
from pytest_gocache.plugin.session import session_of
from pytest_gocache.run.go_module import GoModule
from pytest_gocache.run.module_proxy import ModuleProxy
from pytest_gocache.scripts.engine import check_names, new_state, run_script, write_files
from pytest_gocache.scripts.header import Header, read_header
from pytest_gocache.scripts.state import Skipped, State
from pytest_gocache.scripts.syntax import Script, read_script

__all__ = ["ScriptFile"]

_GOPATH = "gopath"


class ScriptFile(pytest.Module):
    """The collector of a script: its one test is a function that runs the script."""

    def _getobj(self) -> ModuleType:
        return ModuleType(self.path.stem)

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """The script, for each toolchain."""
        name = os.path.relpath(self.path, self.config.rootpath)
        try:
            script = read_script(self.path.read_text(encoding="utf-8"), name)
            check_names(script)
            header = read_header(script)
        except (ScriptError, OSError, UnicodeDecodeError) as error:
            raise self.CollectError(f"{name}: {error}" if not isinstance(error, ScriptError) else str(error)) from error
        function = _test_of(script, self.path, header)
        setattr(self.obj, self.path.stem, function)
        yield from self._genfunctions(self.path.stem, function)


def _test_of(script: Script, file: Path, header: Header) -> Callable[..., None]:
    """The test function of a script, with its marks."""
    repo = bool(script.commands) and script.commands[0].name == "repo"

    def run(request: pytest.FixtureRequest, _gocache_setup: object) -> None:
        __tracebackhide__ = True
        module: GoModule = request.getfixturevalue("go_repo") if repo else made_module(request, "work")
        state = _state(module, request)
        proxy = _proxy(file, request)
        try:
            write_files(script, state)
            run_script(script, state, file)
        except Skipped as skipped:
            pytest.skip(str(skipped))
        finally:
            if proxy is not None:
                proxy.stop()
            print("\n".join(state.log))  # noqa: T201 - pytest shows it when the test fails

    marks = [getattr(pytest.mark, name) for name in header.marks]
    if header.mark:
        marks.append(pytest.mark.gocache(**header.mark))
    run.pytestmark = marks  # type: ignore[attr-defined] # as a decorator does
    return run


def _proxy(file: Path, request: pytest.FixtureRequest) -> ModuleProxy | None:
    """The proxy that serves the archives beside a script; None without archives."""
    given = str(request.config.getini("gocache_script_modules") or "")
    folder = request.config.rootpath / given if given else file.parent / "testdata" / "mod"
    if not given and not folder.is_dir():
        return None
    proxy = session_of(request.config).proxy_of(folder)
    request.getfixturevalue("_gocache_setup").machine.use_proxy(proxy.url, proxy.sources)
    return proxy


def _state(module: GoModule, request: pytest.FixtureRequest) -> State:
    root = request.getfixturevalue("_gocache_setup").folder
    state = new_state(module, root, Path(os.path.realpath(module.path)))
    if request.config.getini("gocache_script_layout") == _GOPATH:
        gopath = state.work / "gopath"
        state.cwd = gopath / "src"
        temporary = state.work / "tmp"
        for folder in (state.cwd, temporary):
            folder.mkdir(parents=True)
        state.env = {"GOPATH": str(gopath), "TMPDIR": str(temporary), "GOMODCACHE": None, "GOBIN": None, "GOWORK": None}
    return state
