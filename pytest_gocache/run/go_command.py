"""One go command under observation: how it is run, and what its result is."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.caches.module_cache import ModuleCache
from pytest_gocache.caches.source_scan import Sources
from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Action, Kind, TestOutcome, TestStatus
from pytest_gocache.golang.actiongraph import action_ids, parse_action_graph
from pytest_gocache.golang.command_line import GoArguments, flags_of
from pytest_gocache.golang.godebug import without_debug_settings
from pytest_gocache.golang.hashlog import split_debug_lines, test_variants
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.host import process
from pytest_gocache.host.process import Finished
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.results.result import Circumstances, Result

__all__ = ["GoCall", "KnownInputs", "step_folder"]

_LONGEST_NAME = 20


@dataclass(slots=True)
class KnownInputs:
    """What the logs of a test's commands have of the inputs of actions."""

    keys: set[str] = field(default_factory=set)
    """The action IDs whose inputs are there."""
    commands: set[tuple[object, ...]] = field(default_factory=set)
    """The commands whose inputs are there, each with all that they depend on and that can be told beforehand."""


@dataclass(slots=True)
class GoCall:
    """A go command, ready to run once it is prepared."""

    toolchain: GoToolchain
    args: tuple[str, ...]
    """What follows ``go``."""
    arguments: GoArguments
    """The same, taken apart."""
    root: Path
    """The module's root."""
    sources: Sources
    """What was found there before it ran."""
    folder: Path
    """For its graph and its output."""
    circumstances: Circumstances
    step: int
    """The how-manieth command of the test it is, or is a part of."""
    known: KnownInputs
    within: str = ""
    """The program that calls it."""
    captures: bool = False
    """Whether Go is asked for the inputs of its hashes; told by `prepare`."""
    _identity: tuple[object, ...] = ()
    _modules: frozenset[str] = frozenset()

    def prepare(self) -> None:
        """Make the folder, and note what there is before the command runs."""
        self.folder.mkdir(parents=True)
        self._modules = frozenset(self._module_cache.entries())
        around = self.circumstances
        self._identity = (self.args, frozenset(around.env.items()), around.cwd, self.sources.state)
        # What a build prints of its keys costs a fifth of a warm one (net/http): not twice for the same keys. Not so a
        # test, since GODEBUG is an input of its result, and what only vet and test have is told apart by the log.
        repeats = self.arguments.verb in ("build", "install") and self._identity in self.known.commands
        self.captures = self.arguments.builds and not repeats

    @property
    def _module_cache(self) -> ModuleCache:
        # Not the machine's: the command may have been given another one.
        return ModuleCache(self.circumstances.modcache)

    @property
    def runs_here(self) -> bool:
        """Whether ``go run`` itself starts the program, not another one that the user or the target asks for."""
        env = self.circumstances.env
        native = all(env.get(name, "") in ("", self.toolchain.env.get(name)) for name in ("GOOS", "GOARCH"))
        flags = [*flags_of(env.get("GOFLAGS", "")), *self.arguments.flags]
        return native and not any(name == "exec" for name, _ in flags)

    @property
    def argv(self) -> list[str]:
        """The command line that runs it."""
        argv = [str(self.toolchain.go), *self.args]
        if self.arguments.builds:
            # On the command line, not in GOFLAGS: go commands that tests and programs start must not inherit it.
            argv.insert(1 + self.arguments.insert_at, f"-debug-actiongraph={self._graph}")
        return argv

    @property
    def env(self) -> dict[str, str]:
        """The environment that it runs in: Go is only asked for what is not known."""
        env = dict(self.circumstances.env)
        if not self.captures:
            env["GODEBUG"] = without_debug_settings(env["GODEBUG"])
        return env

    def ended(self, returncode: int) -> None:
        """Note whose inputs are known now that it has run."""
        if not self.arguments.builds:
            return
        keys = action_ids(self._graph.read_bytes()) if self._graph.is_file() else set()
        if not self.captures and not keys <= self.known.keys:
            self._capture_after_all()
        self.known.keys |= keys
        if returncode == 0:
            self.known.commands.add(self._identity)

    def _capture_after_all(self) -> None:
        """Add the hash inputs to the log of a build that was expected to have old keys only, and has new ones.

        Something changed that cannot be seen beforehand, like a C compiler. The build is done again: it is warm now.
        """
        again = self.folder / "again"
        again.mkdir()
        argv = [str(self.toolchain.go), *self.args]
        done = process.run(argv, cwd=self.circumstances.cwd, env=self.circumstances.env, output=again, logs=True)
        with (self.folder / "stderr").open("ab") as log:
            log.write(done.stderr)

    @property
    def _graph(self) -> Path:
        return self.folder / "graph.json"

    def downloads(self) -> tuple[str, ...]:
        """The modules that are in its module cache now, and were not before."""
        return tuple(sorted(set(self._module_cache.entries()) - self._modules))

    def result(self, done: Finished, downloads: tuple[str, ...], previous: Result | None) -> Result:
        """What it did. Raises `ActionGraphError` when it succeeded and left a graph that cannot be read."""
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
            return ()  # go found nothing to do, or failed before there was a graph
        testing = self.arguments.verb in ("test", "vet") or b".test" in text
        try:
            actions = parse_action_graph(text, test_variants(done.stderr) if testing else {})
        except ActionGraphError as error:
            if done.returncode != 0:
                return ()  # killed while it wrote: the failure is what there is to report
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
    """What ``go test`` printed of the packages whose tests are in the graph, and of those that never got there."""
    tested = {action.import_path for action in actions if action.kind is Kind.TEST}
    outcomes = parse_test_output(stdout)
    return {n: o for n, o in outcomes.items() if n in tested or o.status is TestStatus.BUILD_FAILED}


def step_folder(parent: Path, number: int, program: str, args: Sequence[str]) -> Path:
    """The folder for what a command leaves behind: ``01-go-build``, ``02-exec-make``."""
    what = (GoArguments.read(args).verb or "help") if program == "go" else Path(args[0]).name
    # It can be any text.
    name = re.sub(r"[^\w-]", "_", f"{program}-{what}", flags=re.ASCII)[:_LONGEST_NAME]
    return parent / f"{number:02d}-{name}"
