"""One go command under observation: its command line and environment, and the result it gives."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.source_scan import Sources
from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Action, Kind, TestOutcome, TestStatus
from pytest_gocache.golang.actiongraph import action_ids, parse_action_graph
from pytest_gocache.golang.command_line import GoArguments, flags_of
from pytest_gocache.golang.godebug import without_debug_settings
from pytest_gocache.golang.hashlog import split_debug_lines
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.host import process
from pytest_gocache.host.process import Finished
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.results.packages import modules_in, package_folder
from pytest_gocache.results.result import Circumstances, Result
from pytest_gocache.run.test_reads import keep_test_reads

__all__ = ["GoCommand", "KnownInputs", "step_folder"]

_LONGEST_NAME = 20


@dataclass(slots=True)
class KnownInputs:
    """The actions and commands of a test whose hash inputs are in a log already."""

    keys: set[str] = field(default_factory=set)
    """The action IDs whose inputs are logged."""
    commands: set[tuple[object, ...]] = field(default_factory=set)
    """The commands whose inputs are logged: `GoCommand` has what identifies one."""


@dataclass(slots=True)
class GoCommand:
    """One go command, before and after it runs."""

    toolchain: GoToolchain
    args: tuple[str, ...]
    """The arguments of ``go``."""
    arguments: GoArguments
    """The same arguments, parsed."""
    root: Path
    """The module's root."""
    sources: Sources
    """The Go sources before it runs."""
    folder: Path
    """An existing folder for its graph and its output."""
    circumstances: Circumstances
    modules: frozenset[str]
    """``module@version`` of each module that its module cache has before it runs."""
    step: int
    """Position of the command in the test, from 1; for a command that a program calls, the program's position."""
    known: KnownInputs
    cache: BuildCache
    """Where it keeps its results."""
    within: str = ""
    """The program that calls it."""
    captures: bool = field(init=False)
    """Whether it asks Go to log the inputs of its hashes."""

    def __post_init__(self) -> None:
        # To log the inputs of a warm build of net/http takes a fifth of its time, so a repeated build does not log them
        # again. A test logs them always: GODEBUG is an input of its result. So does vet: a graph without test binaries
        # does not tell apart all variants of a package.
        repeats = self.arguments.verb in ("build", "install") and self._identity in self.known.commands
        self.captures = self.arguments.builds and not repeats

    @property
    def _identity(self) -> tuple[object, ...]:
        """Everything that the inputs depend on and that is known before the command runs."""
        around = self.circumstances
        return self.args, frozenset(around.env.items()), around.cwd, self.sources.state

    @property
    def runs_here(self) -> bool:
        """Whether ``go run`` itself starts the program: no ``-exec`` does, and this system can run it."""
        env = self.circumstances.env
        native = all(env.get(name, "") in ("", self.toolchain.env.get(name)) for name in ("GOOS", "GOARCH"))
        flags = [*flags_of(env.get("GOFLAGS", "")), *self.arguments.flags]
        return native and not any(name == "exec" for name, _ in flags)

    @property
    def argv(self) -> list[str]:
        """The command line."""
        argv = [str(self.toolchain.go), *self.args]
        if self.arguments.builds:
            # A flag and not in GOFLAGS: the go commands that tests and programs start must not inherit it.
            argv.insert(1 + self.arguments.insert_at, f"-debug-actiongraph={self._graph}")
        return argv

    @property
    def env(self) -> dict[str, str]:
        """The environment; GODEBUG asks for the hash inputs only if the command `captures` them."""
        env = dict(self.circumstances.env)
        if not self.captures:
            env["GODEBUG"] = without_debug_settings(env["GODEBUG"])
        return env

    def record_end(self, returncode: int) -> None:
        """Record which hash inputs are known, now that the command has ended."""
        if not self.arguments.builds:
            return
        keys = action_ids(self._graph.read_bytes()) if self._graph.is_file() else set()
        if not self.captures and not keys <= self.known.keys:
            self._capture_after_all()
        self.known.keys |= keys
        if returncode == 0:
            self.known.commands.add(self._identity)
        log = self.folder / "stderr"
        if self.arguments.verb == "test" and log.is_file():
            keep_test_reads(self.circumstances.logs, log.read_bytes(), self.cache, self._folder_of)

    def _capture_after_all(self) -> None:
        """Log the hash inputs of a build that was expected to repeat known keys, and has new ones.

        Something has changed that is not visible before a build, such as the C compiler. The second build is warm.
        """
        again = self.folder / "again"
        again.mkdir()
        argv = [str(self.toolchain.go), *self.args]
        done = process.run(argv, cwd=self.circumstances.cwd, env=self.circumstances.env, output=again, logs=True)
        with (self.folder / "stderr").open("ab") as log:
            log.write(done.stderr)

    def _folder_of(self, package: str) -> Path:
        """The folder of a package of the module or of the standard library."""
        found = package_folder(self.root, self.sources.modules, package)
        return found or self.circumstances.goroot / "src" / package

    @property
    def _graph(self) -> Path:
        return self.folder / "graph.json"

    def downloads(self) -> tuple[str, ...]:
        """``module@version`` of each module that came into its module cache since it started."""
        return tuple(sorted(set(modules_in(self.circumstances.modcache)) - self.modules))

    def result(self, done: Finished, downloads: tuple[str, ...], previous: Result | None) -> Result:
        """The result. Raises `ActionGraphError` when the command succeeded and its graph cannot be read."""
        stdout = done.stdout.decode("utf-8", "replace")
        actions = self._actions(done)
        is_std = self.toolchain.is_std
        return Result(
            command=("go", *self.args),
            step=self.step,
            within=self.within,
            cwd=self.root,
            returncode=done.returncode,
            stdout=stdout,
            stderr=split_debug_lines(done.stderr).decode("utf-8", "replace"),
            seconds=done.seconds,
            actions=actions,
            tests=_outcomes(stdout, actions) if self.arguments.verb == "test" else {},
            std=frozenset(a.package for a in actions if a.kind is Kind.COMPILE and is_std(a.import_path)),
            modules=dict(self.sources.modules),
            downloads=downloads,
            circumstances=self.circumstances,
            evidence=self.folder,
            previous=previous,
        )

    def _actions(self, done: Finished) -> tuple[Action, ...]:
        try:
            text = self._graph.read_bytes()
        except FileNotFoundError:
            return ()  # go had nothing to do, or failed before it wrote a graph
        try:
            actions = parse_action_graph(text, done.stderr)
        except ActionGraphError as error:
            if done.returncode != 0:
                return ()  # killed while it wrote the graph: the failure itself is reported
            version = self.toolchain.version
            raise ActionGraphError(f"the action graph {self._graph} of {version} cannot be read: {error}") from error
        base = os.path.normpath(self.circumstances.cwd / (self.arguments.chdir or "."))
        if base == str(self.root):
            return actions
        return tuple(
            replace(a, target=os.path.relpath(os.path.join(base, a.target), self.root))  # noqa: PTH118 - as Go has it
            if a.target and not os.path.isabs(a.target)  # noqa: PTH117
            else a
            for a in actions
        )


def _outcomes(stdout: str, actions: Sequence[Action]) -> dict[str, TestOutcome]:
    """The verdicts that ``go test`` printed, for packages whose tests are in the graph or failed to build."""
    tested = {action.import_path for action in actions if action.kind is Kind.TEST}
    outcomes = parse_test_output(stdout)
    return {n: o for n, o in outcomes.items() if n in tested or o.status is TestStatus.BUILD_FAILED}


def step_folder(parent: Path, number: int, program: str, args: Sequence[str]) -> Path:
    """The folder for the evidence of a command: ``01-go-build``, ``02-exec-make``."""
    what = (GoArguments.read(args).verb or "help") if program == "go" else Path(args[0]).name
    # The verb, or the program's name, can be any text.
    name = re.sub(r"[^\w-]", "_", f"{program}-{what}", flags=re.ASCII)[:_LONGEST_NAME]
    return parent / f"{number:02d}-{name}"
