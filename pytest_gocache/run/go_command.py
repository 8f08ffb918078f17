"""One go command under observation: its command line and environment, and the result it gives."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.source_scan import Sources
from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome
from pytest_gocache.golang.actiongraph import action_ids, has_ended, parse_action_graph
from pytest_gocache.golang.command_line import GoArguments, without_flag
from pytest_gocache.golang.godebug import (
    DEBUG_SETTING,
    HASH_SETTING,
    chosen_log,
    with_debug_setting,
    without_debug_settings,
)
from pytest_gocache.golang.hashlog import hash_lines, split_debug_lines
from pytest_gocache.golang.test_verdicts import test_verdicts
from pytest_gocache.golang.testcache_log import parse_lookups
from pytest_gocache.host import process
from pytest_gocache.host.process import Finished
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.results.c_files import C_RULES
from pytest_gocache.results.packages import modules_in, package_folder
from pytest_gocache.results.result import Circumstances, Result
from pytest_gocache.results.tables import listed
from pytest_gocache.run.test_reads import keep_test_reads

__all__ = ["GoCommand", "KnownInputs", "require_consistent", "step_folder"]

_LONGEST_NAME = 20


@dataclass(slots=True)
class KnownInputs:
    """The actions and commands of a test whose hash inputs are in a log already."""

    keys: set[str] = field(default_factory=set)
    """The action IDs whose inputs are logged."""
    commands: set[tuple[object, ...]] = field(default_factory=set)
    """The commands whose inputs are logged: `GoCommand` has what identifies one."""
    starts_go: str | None = None
    """A Go file that starts go, as of the first ``go test``; empty for none, None before it.

    It stays: GODEBUG, which switches Go's log on, is an input of test results.
    """


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
    modules: frozenset[str] | None
    """``module@version`` of each module that its module cache has before it runs; None to find no downloads."""
    step: int
    """Position of the command in the test, from 1; for a command that a program calls, the program's position."""
    known: KnownInputs
    cache: BuildCache
    """Where it keeps its results."""
    within: str = ""
    """The program that calls it."""
    captures: bool = field(init=False)
    """Whether it asks Go to log the inputs of its hashes."""
    _later_log: bytes = field(init=False, default=b"")
    """The log that it got after its end."""

    def __post_init__(self) -> None:
        # To log the inputs of a warm build of net/http takes a fifth of its time, so a repeated build does not log them
        # again. A test logs them always: GODEBUG is an input of its result. So does vet: a graph without test binaries
        # does not tell apart all variants of a package.
        repeats = self.arguments.verb in ("build", "install") and self._identity in self.known.commands
        # What the command starts inherits GODEBUG, and a go that it starts would print the log, too. The program of go
        # run never gets it. Tests do, unless they start go: without it, their lookups in the cache are not logged.
        if self.arguments.verb == "test":
            if self.known.starts_go is None:
                self.known.starts_go = self.sources.starts_go
            self.circumstances = replace(self.circumstances, log_off=self._log_off())
        unheard = self.arguments.verb == "run" or self._is_silent
        self.captures = self.arguments.builds and not repeats and not unheard

    @property
    def _is_silent(self) -> bool:
        """Whether it is a go test whose tests do not inherit Go's log."""
        return self.circumstances.log_off is not None

    def _log_off(self) -> str | None:
        """Why Go's log is off for the tests: see `Circumstances`. The user's choice counts first."""
        chosen = chosen_log(self._godebug)
        if chosen is None:
            return self.known.starts_go or None
        return None if chosen else ""

    @property
    def _godebug(self) -> str:
        """The user's GODEBUG."""
        return self.circumstances.env.get("GODEBUG", "")

    @property
    def _identity(self) -> tuple[object, ...]:
        """Everything that the inputs depend on and that is known before the command runs."""
        around = self.circumstances
        return self.args, frozenset(around.settings.items()), around.cwd, self.sources.state

    @property
    def runs_here(self) -> bool:
        """Whether ``go run`` itself starts the program: no ``-exec`` does, and this system can run it."""
        settings = self.circumstances.settings
        native = all(settings.get(name, "") in ("", self.toolchain.env.get(name)) for name in ("GOOS", "GOARCH"))
        return native and not self.arguments.value("exec")

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
        """The environment; GODEBUG asks for the hash inputs only if the command `captures` them.

        The C compiler writes the files that it reads where DEPENDENCIES_OUTPUT says, if it knows that variable.
        """
        godebug = without_debug_settings(self._godebug)
        added = {"GODEBUG": with_debug_setting(godebug, DEBUG_SETTING) if self.captures else godebug}
        if self._asks_c_compiler:
            added["DEPENDENCIES_OUTPUT"] = str(self.folder / C_RULES)
        env = {**self.circumstances.env, **added}
        return {name: value for name, value in env.items() if name != "GODEBUG" or value}

    @property
    def _asks_c_compiler(self) -> bool:
        """Whether the C compiler is asked what it reads. The program of go run does not inherit the question."""
        theirs = {"DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"} & {*self.circumstances.env}
        unfit = theirs or " " in str(self.folder)  # after a space, the compiler expects a target
        return self.arguments.builds and self.arguments.verb != "run" and "C" in self.sources.imports and not unfit

    def _logging_env(self, setting: str) -> dict[str, str]:
        return {**self.circumstances.env, "GODEBUG": with_debug_setting(self._godebug, setting)}

    def record_end(self, returncode: int) -> None:
        """Record which hash inputs are known, now that the command has ended."""
        if not self.arguments.builds:
            return
        keys = action_ids(self._graph.read_bytes()) if self._graph.is_file() else set()
        if not self.captures and (self._is_silent or not keys <= self.known.keys):
            self._capture_after_all()
        self.known.keys |= keys
        if returncode == 0:
            self.known.commands.add(self._identity)
        log = self.folder / "stderr"
        if self.arguments.verb == "test" and log.is_file():
            keep_test_reads(self.circumstances.logs, log.read_bytes(), self.cache, self._folder_of)

    def _capture_after_all(self) -> None:
        """Log the hash inputs of a command that did not log them itself.

        It is a build that was expected to repeat known keys and has new ones: something has changed that is not visible
        before a build, such as the C compiler. The second build is warm. Or it runs a program or tests that must not
        inherit GODEBUG. They do not run twice: with ``-n``, Go only prints what it would do.
        """
        again = self.folder / "again"
        again.mkdir()
        args = list(self.args)
        at = self.arguments.insert_at
        if self.arguments.value("coverprofile"):
            # Go makes this file empty, also with -n.
            args = without_flag(args, "coverprofile")
            args.insert(at, f"-coverprofile={again / 'coverprofile'}")
        if self.arguments.verb in ("run", "test"):
            args.insert(at, "-n")
        argv = [str(self.toolchain.go), *args]
        env = self._logging_env(HASH_SETTING)
        done = process.run(argv, cwd=self.circumstances.cwd, env=env, output=again, logs=True)
        # Without what it printed itself: that is no output of this command.
        self._later_log = hash_lines(done.stderr)
        with (self.folder / "stderr").open("ab") as log:
            log.write(self._later_log)

    def _folder_of(self, package: str) -> Path:
        """The folder of a package of the module or of the standard library."""
        found = package_folder(self.root, self.sources.modules, package)
        return found or self.circumstances.goroot / "src" / package

    @property
    def _graph(self) -> Path:
        return self.folder / "graph.json"

    def downloads(self) -> tuple[str, ...]:
        """``module@version`` of each module that came into its module cache since it started."""
        if self.modules is None:
            return ()
        return tuple(sorted(set(modules_in(self.circumstances.modcache)) - self.modules))

    def result(self, done: Finished, downloads: tuple[str, ...], previous: Result | None) -> Result:
        """The result. Raises `ActionGraphError` when the command succeeded and its graph cannot be read."""
        stdout = done.stdout.decode("utf-8", "replace")
        gaps = self._gaps(done.returncode)
        try:
            actions = () if gaps else self._actions(done)
        except ActionGraphError as error:
            if done.returncode == 0:
                raise
            actions, gaps = (), (str(error),)
        tests = {}
        if self.arguments.verb == "test":
            tests = self._verdicts(stdout, actions, done)
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
            tests=tests,
            std=frozenset(a.package for a in actions if a.kind is Kind.COMPILE and is_std(a.import_path)),
            modules=dict(self.sources.modules),
            downloads=downloads,
            gaps=gaps,
            circumstances=self.circumstances,
            evidence=self.folder,
            previous=previous,
        )

    def _verdicts(self, stdout: str, actions: Sequence[Action], done: Finished) -> dict[str, TestOutcome]:
        lookups = None if self._is_silent else parse_lookups(done.stderr)
        return test_verdicts(stdout, actions, lookups, done.returncode)

    def _gaps(self, returncode: int) -> tuple[str, ...]:
        """What it may have compiled without an action graph that says so."""
        if tool := self._built_tool():
            return (f"it builds the tool {tool} without an action graph",)
        written = self._graph.is_file()
        if not self.arguments.builds or (written and has_ended(self._graph.read_bytes())):
            return ()
        if returncode < 0:
            return (f"it was killed by signal {-returncode} before it wrote what it had done",)
        if written:
            return ("it was interrupted before it wrote what it had done",)
        if returncode == 0 and self.arguments.compiles:
            return ("it wrote no action graph",)  # go fix before Go 1.26, which may build the tool that it runs
        # It failed before its first action: Go writes a first graph before that.
        return ()

    def _built_tool(self) -> str:
        """The tool that ``go tool`` builds; empty for a tool that comes with the toolchain, and other commands."""
        if self.arguments.verb != "tool" or not self.arguments.packages:
            return ""
        tool = self.arguments.packages[0]
        return "" if Path(self.toolchain.env.get("GOTOOLDIR", ""), tool).is_file() else tool

    def _actions(self, done: Finished) -> tuple[Action, ...]:
        try:
            text = self._graph.read_bytes()
        except FileNotFoundError:
            return ()  # go had nothing to do, or failed before it wrote a graph
        try:
            actions = parse_action_graph(
                text, done.stderr + self._later_log, compiles=self.arguments.compiles, since=self.circumstances.started
            )
            require_consistent(actions, self.arguments, done.returncode)
        except ActionGraphError as error:
            version = self.toolchain.version
            raise ActionGraphError(f"the action graph {self._graph} of {version} cannot be read: {error}") from error
        return self._with_targets_from_root(actions)

    def _with_targets_from_root(self, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        """The actions, with the paths of binaries relative to the module's root."""
        base = os.path.normpath(self.circumstances.cwd / (self.arguments.chdir or "."))
        # Go has absolute paths for test binaries, and paths from its own folder for the others.
        places = {a.id: Path(base, a.target) for a in actions if a.target}
        here = {a.id for a in actions if a.id in places and Path(a.target) != places[a.id]}
        here |= {number for number, place in places.items() if place.is_relative_to(self.root)}
        return tuple(
            replace(a, target=os.path.relpath(places[a.id], self.root)) if a.id in here else a for a in actions
        )


def require_consistent(actions: Iterable[Action], arguments: GoArguments, returncode: int) -> None:
    """Raise `ActionGraphError` for a compile or a link that failed in a command that succeeded."""
    ignores_errors = arguments.verb == "list" and arguments.is_on("e")
    failed = [action.kind.of(action.package) for action in actions if action.status is Status.FAILED]
    if failed and returncode == 0 and not ignores_errors:
        raise ActionGraphError(f"the command succeeded, but its graph has failures: {listed(failed)}")


def step_folder(parent: Path, number: int, program: str, args: Sequence[str]) -> Path:
    """The folder for the evidence of a command: ``01-go-build``, ``02-exec-make``."""
    what = (GoArguments.read(args, "").verb or "help") if program == "go" else Path(args[0]).name
    # The verb, or the program's name, can be any text.
    name = re.sub(r"[^\w-]", "_", f"{program}-{what}", flags=re.ASCII)[:_LONGEST_NAME]
    return parent / f"{number:02d}-{name}"
