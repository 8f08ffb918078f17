"""Run a program where it really runs, and record the go commands that it calls."""

from __future__ import annotations

import os
import shlex
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.source_scan import Sources, SourceScan
from pytest_gocache.caches.warm_store import WarmStore
from pytest_gocache.errors import RecordingError, ToolchainError
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.golang.modfile import local_folders_of, module_path_of
from pytest_gocache.host import process
from pytest_gocache.host.cpu import cpu_count
from pytest_gocache.host.environment import file_settings, gocache_of, gomodcache_of
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.find_repository import repository_above
from pytest_gocache.host.process import Finished
from pytest_gocache.host.toolchain import GoToolchain, find_default, from_path
from pytest_gocache.results.logs import Logs
from pytest_gocache.results.merge import with_commands
from pytest_gocache.results.patterns_in_graph import packages_in_graph
from pytest_gocache.results.recording_files import write_recording
from pytest_gocache.results.result import Circumstances, Result
from pytest_gocache.run.go_command import GoCommand, KnownInputs
from pytest_gocache.run.program import observe_program
from pytest_gocache.run.shim import shim_goroot
from pytest_gocache.run.shim_server import Request

__all__ = ["observed", "toolchain_here"]

_ASK_SECONDS = 60.0


def toolchain_here(cwd: Path, ambient: Mapping[str, str]) -> GoToolchain:
    """The toolchain that ``go`` is in a folder: the one on PATH, or the one that go.mod or GOTOOLCHAIN selects.

    Raises `ToolchainError` as `find_default` does, and when the switch fails.
    """
    first = find_default(ambient)
    with tempfile.TemporaryDirectory(prefix="pytest-gocache-") as scratch:
        asked = process.run(
            [str(first.go), "env", "GOROOT"], cwd=cwd, env=ambient, output=Path(scratch), timeout=_ASK_SECONDS
        )
    goroot = os.fsdecode(asked.stdout).strip()
    if asked.returncode or not goroot:
        said = os.fsdecode(asked.stderr).strip()
        raise ToolchainError(f"`go env GOROOT` failed in {cwd} with exit status {asked.returncode}: {said}")
    return first if Path(goroot).resolve() == first.goroot else from_path(Path(goroot), ambient)


@dataclass(frozen=True, slots=True)
class _Here:
    """Where the go commands of a program run: on this computer, as it is."""

    toolchain: GoToolchain
    root: Path
    program: str
    logs: Logs
    scan: SourceScan

    def command(self, request: Request, folder: Path, number: int) -> GoCommand:
        """A go command, ready to run with the user's own caches and environment."""
        folder.mkdir(parents=True)
        env = request.env
        goroot = self.toolchain.goroot
        from_files = file_settings(env, goroot, request.cwd)
        settings = {**env, **from_files}
        arguments = GoArguments.read(request.args, settings.get("GOFLAGS", ""))
        works_in = request.cwd / (arguments.chdir or ".")
        modules = {**_modules(self.root, self.root), **_modules(self.root, works_in)}
        tested = repository_above(works_in) if arguments.verb == "test" else None
        starts_go = self.scan.read(tested).starts_go if tested else ""
        return GoCommand(
            toolchain=self.toolchain,
            args=request.args,
            arguments=arguments,
            root=self.root,
            sources=Sources(frozenset(), modules, (), starts_go=starts_go),
            folder=folder,
            circumstances=Circumstances(
                env=env,
                from_files=from_files,
                goroot=goroot,
                modcache=gomodcache_of(settings),
                cwd=request.cwd,
                cpus=cpu_count(),
                started=time.time(),
                logs=self.logs,
                save=write_recording,
                list_packages=packages_in_graph,
            ),
            modules=None,
            step=number,
            known=KnownInputs(),
            cache=BuildCache(gocache_of(settings)),
            within=f"by {self.program}",
        )


def _modules(root: Path, cwd: Path) -> dict[str, str]:
    """Folder relative to ``root`` → module path, of the module around a folder, and of those that its go.work uses."""
    top = repository_above(cwd)
    if top is None:
        return {}
    folders = [top, *(Path(os.path.normpath(top / used)) for used in local_folders_of(_text(top / "go.work")))]
    found = {os.path.relpath(folder, root): module_path_of(_text(folder / "go.mod")) for folder in folders}
    return {folder: module for folder, module in found.items() if module}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def observed(argv: Sequence[str], *, cwd: Path, ambient: Mapping[str, str], store: WarmStore, folder: Path) -> Result:
    """Run a program with the user's own caches, environment, input and output, and observe each ``go`` on its PATH.

    ``folder`` gets the logs of the go commands, and must live as long as the result is used. ``store`` has the program
    that takes the place of ``go``. Raises `RecordingError` when the program does not start, and as `toolchain_here`.
    """
    cwd = cwd.resolve()
    toolchain = toolchain_here(cwd, ambient)
    goroot = shim_goroot(folder / "goroot", toolchain, store, ambient)
    root = repository_above(cwd) or cwd
    here = _Here(toolchain, root, f"`{shlex.join(argv)}`", Logs(), SourceScan())
    numbers = iter(range(1, 1 << 30))

    def start(env: Mapping[str, str], _: object) -> Finished:
        try:
            return process.run_in_terminal(argv, cwd=cwd, env=env)
        except OSError as error:
            raise RecordingError(f"`{shlex.join(argv)}` does not start: {error.strerror or error}") from error

    started = time.time()
    try:
        done, called = observe_program(
            start,
            env=ambient,
            goroot=goroot,
            folder=folder,
            observe=lambda request, evidence: here.command(request, evidence, next(numbers)),
        )
    finally:
        remove_tree(folder / "goroot")
    commands = tuple(go.command.result(go.done, go.downloads, None) for go in called)
    around = Circumstances(cwd=cwd, started=started, logs=here.logs, save=write_recording)
    result = Result(
        command=tuple(argv),
        step=1,
        cwd=root,
        returncode=done.returncode,
        stdout="",
        stderr="",
        seconds=done.seconds,
        circumstances=around,
        evidence=folder,
    )
    return with_commands(result, commands)
