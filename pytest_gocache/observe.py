"""Run a go command on an imagined machine, and read what it did from its own action graph."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache import process
from pytest_gocache.action import Action, Kind, TestOutcome, TestStatus
from pytest_gocache.actiongraph import parse_action_graph
from pytest_gocache.caches import BuildCache, ModuleCache
from pytest_gocache.environment import with_debug_setting, without_debug_settings
from pytest_gocache.errors import ActionGraphError, GoCommandError, GoTimeoutError, UsageError
from pytest_gocache.goflags import GoArguments, without_flag
from pytest_gocache.hashlog import split_debug_lines, test_variants
from pytest_gocache.machine import Machine
from pytest_gocache.result import CacheEvent, Circumstances, Result
from pytest_gocache.testoutput import parse_test_output
from pytest_gocache.texts import Texts
from pytest_gocache.toolchain import GoToolchain
from pytest_gocache.variant import Sources, SourceScan, Variant, named_std_packages
from pytest_gocache.warmup import WarmStore
from pytest_gocache.why import explain

__all__ = ["Observer", "Trail"]

_VCS_FOLDERS = (".git", ".hg", ".svn", ".bzr", ".fslckout", "_FOSSIL_")
# Commands that write no graph of their own and yet build, through the go commands that they start.
_BUILD_INDIRECTLY = frozenset({"generate", "tool", "fix"})


@dataclass(slots=True)
class Trail:
    """What the commands of one test leave behind, whichever machine they ran on."""

    folder: Path
    """It gets a folder for each command."""
    taken: int = 0
    """How many commands were started."""
    last: Result | None = None
    """The latest result."""
    keys: set[str] = field(default_factory=set)
    """The action IDs whose inputs are in the log of one of the commands."""
    captured: set[tuple[object, ...]] = field(default_factory=set)
    """The commands whose inputs are in a log, with all that they depend on and that can be told beforehand."""
    texts: Texts = field(default_factory=Texts)


@dataclass(slots=True)
class Observer:
    """Runs the commands of one test on one machine, and keeps their results in order."""

    machine: Machine
    trail: Trail
    store: WarmStore | None
    """Where warm caches come from; None: nothing is ever warmed."""
    scan: SourceScan
    cwd: Path
    """The root of the module."""
    on_result: Callable[[Result], None] = lambda _: None
    find_toolchain: Callable[[str], GoToolchain] | None = None
    """Finds the toolchain that a version or a path names."""
    on_cold: Callable[[str], None] = lambda _: None
    """Told when Go cannot build the standard packages that a command needs, and so nothing was warmed."""
    _warned: set[str] = field(default_factory=set)

    def go(self, args: Sequence[str], env: Mapping[str, str], *, check: bool, timeout: float | None) -> Result:
        """Run ``go args`` and return what it did.

        ``env`` has the changes to the machine's environment; an empty value is a value. Raises `GoCommandError` when
        it fails and ``check`` is true, `GoTimeoutError` when it takes longer than ``timeout`` seconds, and
        `ActionGraphError` when a command that succeeded left a graph that cannot be read.
        """
        if self.machine.replaced:
            raise UsageError(f"go {' '.join(args)}: this machine is gone, another one was put in its place")
        arguments = GoArguments.read(args)
        root = Path(os.path.realpath(self.cwd))
        modcache = self.machine.module_cache
        sources = self.scan.read(root, [*_extracted_modules(modcache), *self.machine.served], self.trail.texts)
        full_env = self._environment(env, root, arguments)
        if self.store is not None and (arguments.builds or arguments.verb in _BUILD_INDIRECTLY):
            self._warm(self.store, arguments, full_env, sources, root)

        self.trail.taken += 1
        step = self.trail.taken
        folder = self.trail.folder / f"{step:02d}-go-{arguments.verb or 'help'}"
        folder.mkdir(parents=True)
        graph = folder / "graph.json"
        argv = [str(self.machine.toolchain.go), *args]
        if arguments.builds:
            # On the command line, not in GOFLAGS: go commands that tests and programs start must not inherit it.
            argv.insert(1 + arguments.insert_at, f"-debug-actiongraph={graph}")
        downloaded = set(modcache.entries())
        circumstances = Circumstances(
            env=full_env,
            gocache=full_env["GOCACHE"],
            started=time.time(),
            events=self._events(),
            texts=self.trail.texts,
            explain=explain,
            anew=lambda result: self._anew(result, env),
        )
        # What a build prints of its keys costs a fifth of a warm one (net/http): not twice for the same keys. Not so a
        # test, since GODEBUG is an input of its result, and what only vet and test have is told apart by the log.
        call = (tuple(args), frozenset(full_env.items()), root, sources.state)
        quiet = arguments.verb in ("build", "install") and call in self.trail.captured
        run_env = {**full_env, "GODEBUG": without_debug_settings(full_env["GODEBUG"])} if quiet else full_env
        done = process.run(argv, cwd=root, env=run_env, output=folder, timeout=timeout, umask=self.machine.umask)

        stdout = done.stdout.decode("utf-8", "replace")
        stderr = split_debug_lines(done.stderr).decode("utf-8", "replace")
        actions = self._actions(graph, done, arguments)
        keys = {action.action_id for action in actions if action.action_id}
        if quiet and not keys <= self.trail.keys:
            self._capture_after_all(args, root, full_env, folder)
        self.trail.keys |= keys
        if done.returncode == 0:
            self.trail.captured.add(call)
        toolchain = self.machine.toolchain
        result = Result(
            command=("go", *args),
            step=step,
            cwd=root,
            returncode=done.returncode,
            stdout=stdout,
            stderr=stderr,
            seconds=done.seconds,
            actions=actions,
            tests=_outcomes(stdout, actions) if arguments.verb == "test" else {},
            std=frozenset(a.package for a in actions if a.kind is Kind.COMPILE and toolchain.is_std(a.import_path)),
            modules=dict(sources.modules),
            downloads=tuple(sorted(set(modcache.entries()) - downloaded)),
            circumstances=circumstances,
            evidence=folder,
            previous=self.trail.last,
        )
        self.trail.last = result
        self.machine.build_cache.learn(result)
        if self.machine.shared:
            self.machine.shared.cache.learn(result)
        self.on_result(result)
        if done.timed_out and timeout is not None:
            raise GoTimeoutError(result.command, str(root), done.returncode, stdout, stderr, timeout)
        if check and done.returncode != 0:
            raise GoCommandError(result.command, str(root), done.returncode, stdout, stderr)
        return result

    def _events(self) -> tuple[CacheEvent, ...]:
        own = self.machine.build_cache.take_events()
        return own + self.machine.shared.cache.take_events() if self.machine.shared else own

    def _anew(self, result: Result, env: Mapping[str, str]) -> Result:
        """Run a command once more as it was, in an empty build cache, with the binaries that it makes put elsewhere."""
        folder = Path(tempfile.mkdtemp(prefix="anew-", dir=self.trail.folder.parent)).resolve()
        cache = BuildCache(folder / "gocache", warm=self.machine.warm)
        cache.create()
        binaries = folder / "bin"
        binaries.mkdir()
        args = list(result.command[1:])
        arguments = GoArguments.read(args)
        if arguments.verb == "build" and any(action.target for action in result.links()):
            args = _with_output(arguments, args, binaries)
        observer = replace(
            self,
            machine=replace(self.machine, build_cache=cache, shared=None),
            trail=Trail(folder / "steps"),
            on_result=lambda _: None,
        )
        changes = {**env, "GOCACHE": str(cache.path), "GOCACHEPROG": "", "GOBIN": str(binaries)}
        return observer.go(args, changes, check=False, timeout=None)

    def apart(self, machine: Machine, cwd: Path, folder: Path) -> Observer:
        """One for commands on another machine that are no steps of the test; what they leave goes to ``folder``."""
        return replace(self, machine=machine, cwd=cwd, trail=Trail(folder), on_result=lambda _: None)

    def _capture_after_all(self, args: Sequence[str], root: Path, env: Mapping[str, str], folder: Path) -> None:
        """Add the hash inputs to the log of a build that was expected to have old keys only, and has new ones.

        Something changed that cannot be seen beforehand, like a C compiler. The build is done again: it is warm now.
        """
        again = folder / "again"
        again.mkdir()
        done = process.run([str(self.machine.toolchain.go), *args], cwd=root, env=env, output=again)
        with (folder / "stderr").open("ab") as log:
            log.write(done.stderr)

    def _environment(self, changes: Mapping[str, str], root: Path, arguments: GoArguments) -> dict[str, str]:
        env = self.machine.env | dict(changes)
        env["GODEBUG"] = with_debug_setting(env.get("GODEBUG", ""))
        # PWD is an input of Go's idea of the current folder: through a symbolic link it would recompile everything.
        env["PWD"] = str(root)
        env.setdefault("GOWORK", "" if (root / "go.work").is_file() else "off")
        folder = root / arguments.chdir if arguments.chdir else root
        if _has_foreign_vcs(folder, root):
            # A .git above the module would be stamped into its binaries. In front: a user's own -buildvcs wins.
            env["GOFLAGS"] = f"-buildvcs=false {env.get('GOFLAGS', '')}".strip()
        return env

    def _warm(
        self, store: WarmStore, arguments: GoArguments, env: Mapping[str, str], sources: Sources, root: Path
    ) -> None:
        machine = self.machine
        cache = machine.shared.cache if machine.shared else machine.build_cache
        if not cache.warm:
            return
        toolchain = machine.warmed_by or machine.toolchain
        packages = {name for name in sources.imports if toolchain.is_std(name)} - {"unsafe"}
        if "C" in sources.imports and env.get("CGO_ENABLED") != "0":
            packages.add("runtime/cgo")
        packages |= named_std_packages(arguments, toolchain)
        variant = Variant.of(toolchain, arguments, env, root)
        variants = [variant]
        if not any(flag == "pgo" for flag, _ in arguments.flags):
            variants += [variant.with_profile(profile) for profile in sources.profiles]
        for variant in variants:
            complaint = store.warm(cache, toolchain, variant, frozenset(packages), arguments.verb)
            if complaint and complaint not in self._warned:
                self._warned.add(complaint)
                self.on_cold(f"the standard library is cold for {variant.label}: {complaint}")

    def _actions(self, graph: Path, done: process.Finished, arguments: GoArguments) -> tuple[Action, ...]:
        try:
            text = graph.read_bytes()
        except FileNotFoundError:
            return ()  # go found nothing to do, or failed before there was a graph
        testing = arguments.verb in ("test", "vet") or b".test" in text
        try:
            return parse_action_graph(text, test_variants(done.stderr) if testing else {})
        except ActionGraphError as error:
            if done.returncode != 0:
                return ()  # killed while it wrote: the failure is what there is to report
            version = self.machine.toolchain.version
            raise ActionGraphError(f"the action graph {graph} of {version} cannot be read: {error}") from error


def _with_output(arguments: GoArguments, args: Sequence[str], folder: Path) -> list[str]:
    """The arguments with every ``-o`` replaced by one that puts the binaries into ``folder``."""
    kept = without_flag(args, "o")
    kept.insert(arguments.insert_at, f"-o={folder}{os.sep}")
    return kept


def _extracted_modules(cache: ModuleCache) -> list[Path]:
    try:
        return [folder for folder in cache.path.iterdir() if folder.name != "cache"]
    except FileNotFoundError:
        return []


def _has_foreign_vcs(folder: Path, root: Path) -> bool:
    """Whether the version control that Go would find from ``folder`` upwards lies above the module's root."""
    for parent in (folder, *folder.parents):
        if any((parent / name).exists() for name in _VCS_FOLDERS):
            return not parent.is_relative_to(root)
    return False


def _outcomes(stdout: str, actions: Sequence[Action]) -> dict[str, TestOutcome]:
    """What ``go test`` printed of the packages whose tests are in the graph, and of those that never got there."""
    tested = {action.import_path for action in actions if action.kind is Kind.TEST}
    outcomes = parse_test_output(stdout)
    return {n: o for n, o in outcomes.items() if n in tested or o.status is TestStatus.BUILD_FAILED}
