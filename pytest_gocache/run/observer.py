"""Run a go command on an imagined machine, and read its result from its own action graph."""

from __future__ import annotations

import contextlib
import os
import shlex
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.source_scan import Sources, SourceScan, named_std_packages
from pytest_gocache.caches.variant import Variant
from pytest_gocache.caches.warm_store import WarmStore
from pytest_gocache.errors import GoCommandError, UsageError
from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.host import process
from pytest_gocache.host.cpu import cpu_count
from pytest_gocache.host.environment import file_settings, gocache_of, gomodcache_of
from pytest_gocache.host.toolchain import GoToolchain
from pytest_gocache.results.cache_event import CacheEvent
from pytest_gocache.results.cache_key import CacheKey
from pytest_gocache.results.explanation import Explanation
from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.merge import with_commands
from pytest_gocache.results.packages import modules_in
from pytest_gocache.results.recording_files import write_recording
from pytest_gocache.results.result import Circumstances, Result
from pytest_gocache.run.go_command import GoCommand, step_folder
from pytest_gocache.run.go_environment import completed, installing_into, without_added
from pytest_gocache.run.listing import Listing, layout_of
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.program import generate_environment, run_program
from pytest_gocache.run.rerun import redirected_arguments, redirected_variables
from pytest_gocache.run.running import Running, Steps, Work
from pytest_gocache.run.shim import shim_goroot
from pytest_gocache.run.shim_server import Request
from pytest_gocache.run.time_limit import timeout_error
from pytest_gocache.run.traces import BUILD_INDIRECTLY, Traces, with_idleness

__all__ = ["Observer"]


@dataclass(slots=True)
class Observer:
    """Runs the commands of one test on one machine, and puts their results in order."""

    machine: Machine
    steps: Steps
    store: WarmStore
    """The source of warm caches."""
    scan: SourceScan
    listing: Listing
    """What Go has said about package patterns."""
    cwd: Path
    """The root of the module."""
    tree: Path
    """The checkout that the module is in: its root, or a folder above it."""
    explain: Callable[[Result, Sequence[str]], Explanation]
    """The function that `Result.explain` calls."""
    cache_key: Callable[[Result, str, Kind], CacheKey]
    """The function that `Result.cache_key` calls."""
    on_result: Callable[[Result], None] = lambda _: None
    find_toolchain: Callable[[str], GoToolchain] | None = None
    """Returns the toolchain that a version or a path names."""
    on_cold: Callable[[str], None] = lambda _: None
    """Called with the reason when Go cannot build the standard packages that a command needs, so they stay cold."""
    own_time: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    """Returns a context for work that no time limit of a test counts."""
    _warned: set[str] = field(default_factory=set)

    def go(self, args: Sequence[str], how: Running) -> Result:
        """Run ``go args``.

        Raises `GoCommandError` when the command fails and is checked, `GoTimeoutError` when it takes too long,
        `ActionGraphError` when a command succeeds and its graph cannot be read, and `UsageError` for a folder that is
        not in the module.
        """
        return self.ready_go(args, how)()()

    def exec(self, command: Sequence[str], how: Running) -> Result:
        """Run a program; the result is the union of the go commands that it calls.

        Raises as `go` does, and `UsageError` for a program that cannot be started.
        """
        return self.ready_exec(command, how)()()

    def ready_go(self, args: Sequence[str], how: Running) -> Work:
        """A ``go args`` that is ready to run, in the background too: `go` says what it raises."""
        words = GoArguments.read(args, "")
        if words.verb == "generate":
            return self.ready_exec(("go", *args), how, generates=True)
        root, cwd = self._root(("go", *args)), self._cwd(("go", *args), how)
        settings = self._environment(how, cwd)
        full_env = completed(settings, self._goroot, self._tree, cwd=cwd, folder=cwd / (words.chdir or "."))
        within = _in(cwd, root).lstrip()
        folder = self._next_folder("go", args)
        command = self._command(args, full_env, cwd, root, folder, step=self.steps.taken, within=within)

        def run() -> Callable[[], Result]:
            done = process.run(
                command.argv,
                cwd=cwd,
                env=command.env,
                output=command.folder,
                timeout=how.timeout,
                umask=self.machine.umask,
                logs=command.captures,
                stdin=how.stdin,
                on_start=how.on_start,
            )
            command.record_end(done.returncode)
            downloads = command.downloads()
            return lambda: self._record(command.result(done, downloads, self.steps.last), done, how)

        return run

    def ready_exec(self, command: Sequence[str], how: Running, *, generates: bool = False) -> Work:
        """A program that is ready to run, in the background too: `exec` says what it raises.

        ``generates``: the program is a ``go generate`` of this toolchain.
        """
        root, start = self._root(command), self._cwd(command, how)
        plain = self._environment(how, start)
        env = completed(plain, self._goroot, self._tree, cwd=start, folder=start)
        toolchain = self.machine.toolchain
        folder = self._next_folder("go", command[1:]) if generates else self._next_folder("exec", command)
        folder.mkdir(parents=True)
        step = self.steps.taken
        shim = f"shim-{step}" if how.background else "shim"
        goroot = shim_goroot(self.machine.home.root / shim, toolchain, self.store, self.machine.ambient)
        caller = f"`{shlex.join(command)}`"

        def observe(request: Request, folder: Path) -> GoCommand:
            cwd = request.cwd
            within = f"by {caller}{_in(cwd, root)}"
            # The program may choose settings of its own: what the library added must not hide them.
            own = without_added(request.env, env, plain)
            full = completed(own, self._goroot, self._tree, cwd=cwd, folder=cwd)
            return self._command(request.args, full, cwd, root, folder, step=step, within=within)

        circumstances = self._circumstances(env, start)
        traces = Traces.before(root, gocache_of(circumstances.settings), circumstances.modcache, self._tree)

        def run() -> Callable[[], Result]:
            done, called = run_program(
                [str(toolchain.go), *command[1:]] if generates else command,
                cwd=start,
                env=generate_environment(env, goroot) if generates else env,
                goroot=goroot,
                folder=folder,
                how=how,
                umask=self.machine.umask,
                observe=observe,
            )
            # A go generate itself is not observed, and it writes to the cache too.
            gaps = () if generates else traces.gaps((go.asked, go.ended) for go in called)
            written, others = traces.written()
            downloads = traces.downloads()

            def record() -> Result:
                commands: list[Result] = []
                for go in called:
                    previous = commands[-1] if commands else self.steps.last
                    commands.append(go.command.result(go.done, go.downloads, previous))
                result = Result(
                    command=tuple(command),
                    step=step,
                    cwd=root,
                    returncode=done.returncode,
                    stdout=done.stdout.decode("utf-8", "replace"),
                    stderr=done.stderr.decode("utf-8", "replace"),
                    seconds=done.seconds,
                    downloads=downloads,
                    written=written,
                    gaps=gaps,
                    circumstances=replace(circumstances, started=traces.started),
                    evidence=folder,
                    previous=self.steps.last,
                )
                result = with_commands(result, commands)
                return self._record(result if generates else with_idleness(result, others), done, how)

            return record

        return run

    def _root(self, command: Sequence[str]) -> Path:
        self.machine.refuse_if_replaced(shlex.join(command))
        return Path(os.path.realpath(self.cwd))

    def _cwd(self, command: Sequence[str], how: Running) -> Path:
        root = Path(os.path.realpath(self.cwd))
        folder = Path(os.path.realpath(root / how.cwd))
        if not folder.is_relative_to(self._tree) or not folder.is_dir():
            what = f"the module {root}" if root == self._tree else f"the checkout {self._tree}"
            raise UsageError(f"{shlex.join(command)}: cwd={str(how.cwd)!r} is not a folder of {what}")
        return folder

    @property
    def _tree(self) -> Path:
        return Path(os.path.realpath(self.tree))

    def _workspace(self) -> Path | None:
        """The go.work of the module: the nearest one, from its root up to the top of the checkout."""
        root, top = Path(os.path.realpath(self.cwd)), self._tree
        folders = [folder for folder in (root, *root.parents) if folder == root or folder.is_relative_to(top)]
        return next((file for folder in folders if (file := folder / "go.work").is_file()), None)

    @property
    def _goroot(self) -> Path:
        return self.machine.toolchain.goroot

    def _next_folder(self, program: str, args: Sequence[str]) -> Path:
        self.steps.taken += 1
        return step_folder(self.steps.folder, self.steps.taken, program, args)

    def _command(  # noqa: PLR0913 - a command, where it runs, and who calls it
        self,
        args: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        root: Path,
        folder: Path,
        *,
        step: int,
        within: str,
    ) -> GoCommand:
        """A go command ready to run: its sources are read, and the standard packages it needs are warm."""
        with self.steps.one_at_a_time:
            around = self._circumstances(env, cwd)
            settings, modcache = around.settings, around.modcache
            arguments = GoArguments.read(args, settings.get("GOFLAGS", ""))
            sources = self._sources(root, modcache)
            files = self.steps.trees.read(root, self.steps.texts)
            if arguments.builds or arguments.verb in BUILD_INDIRECTLY:
                with self.own_time():
                    self._warm(arguments, settings, sources, cwd)
            shared = self.machine.shared if settings.get("GOCACHEPROG") else None
            cache = shared.cache if shared else BuildCache(gocache_of(settings))
            circumstances = replace(
                around,
                started=time.time(),  # after the warming
                events=self._events(),
                files=files,
                rerun=self._rerun,
                list_packages=self._list_packages,
                warm=self.machine.cache.warm,
                compiled_package=self.machine.build_cache.compiled_package,
                test_log=cache.output,
                layout=layout_of(sources, arguments, settings, cwd),
            )
            folder.mkdir(parents=True)
            return GoCommand(
                toolchain=self.machine.toolchain,
                args=tuple(args),
                arguments=arguments,
                root=root,
                sources=sources,
                folder=folder,
                circumstances=circumstances,
                modules=frozenset(modules_in(modcache)),
                step=step,
                known=self.steps.known,
                cache=cache,
                within=within,
            )

    def _circumstances(self, env: Mapping[str, str], cwd: Path) -> Circumstances:
        from_files = file_settings(env, self._goroot, cwd)
        return Circumstances(
            env=env,
            from_files=from_files,
            goroot=self._goroot,
            modcache=gomodcache_of({**env, **from_files}),
            cwd=cwd,
            cpus=cpu_count(),
            started=time.time(),
            texts=self.steps.texts,
            logs=self.steps.logs,
            explain=self.explain,
            cache_key=self.cache_key,
            save=write_recording,
        )

    def _record(self, result: Result, done: process.Finished, how: Running) -> Result:
        """Record a result; raises for a command that failed."""
        self.steps.last = result
        for command in result.go_commands:
            self.machine.build_cache.learn(command)
            if self.machine.shared:
                self.machine.shared.cache.learn(command)
        self.on_result(result)
        if done.timed_out and how.timeout is not None:
            raise timeout_error(result, done.tested, how.timeout, self.machine.toolchain.is_std)
        if how.check and done.returncode != 0:
            raise GoCommandError(result.command, str(result.cwd), done.returncode, result.stdout, result.stderr)
        return result

    def _events(self) -> tuple[CacheEvent, ...]:
        own = self.machine.build_cache.take_events()
        return own + self.machine.shared.cache.take_events() if self.machine.shared else own

    def _list_packages(self, result: Result, patterns: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """Ask Go which packages patterns name in a command; refuses when the module has changed."""
        ran = result.circumstances
        sources = self._sources(result.cwd, ran.modcache)
        now = layout_of(sources, arguments_of(result), ran.settings, ran.cwd)
        return self.listing.ask(result, patterns, now, self.steps.asked)

    def _sources(self, root: Path, modcache: Path) -> Sources:
        more = [*_unpacked_modules(modcache), *self.machine.served]
        return self.scan.read(root, more, self.steps.texts, self._workspace())

    def _rerun(self, result: Result) -> Result:
        """Run a command again in an empty build cache, with a different folder for the files that it writes."""
        folder = Path(tempfile.mkdtemp(prefix="rerun-", dir=self.steps.folder.parent)).resolve()
        cache = BuildCache(folder / "gocache", warm=self.machine.warm)
        cache.create()
        binaries = folder / "bin"
        binaries.mkdir()
        args = redirected_arguments(result, binaries)
        ran = result.circumstances
        machine = replace(self.machine, build_cache=cache, shared=None)
        observer = self.apart(machine, ran.cwd, folder / "steps", tree=self.tree)
        # What the command did not have, the new one does not get from the machine.
        absent: dict[str, str | None] = dict.fromkeys([*self.machine.env, "GOWORK"])
        changes = {**absent, **ran.env, "GOCACHE": str(cache.path), "GOCACHEPROG": ""}
        redirected = {**installing_into(binaries, ran.settings), **redirected_variables(ran.env, binaries)}
        return observer.go(args, Running({**changes, **redirected}))

    def apart(self, machine: Machine, cwd: Path, folder: Path, *, tree: Path) -> Observer:
        """An observer for commands on ``machine`` that are not steps of the test; ``folder`` gets their evidence."""
        return replace(self, machine=machine, cwd=cwd, tree=tree, steps=Steps(folder), on_result=lambda _: None)

    def _environment(self, how: Running, cwd: Path) -> dict[str, str]:
        env = {"GOWORK": "" if self._workspace() else "off", **self.machine.env, **how.env}
        # Go takes the current folder from PWD: with a symbolic link in it, everything would be recompiled.
        env["PWD"] = how.pwd or str(cwd)
        return {name: value for name, value in env.items() if value is not None}

    def _warm(self, arguments: GoArguments, env: Mapping[str, str], sources: Sources, cwd: Path) -> None:
        machine = self.machine
        cache = machine.cache
        if not cache.warm:
            return
        toolchain = machine.warmed_by or machine.toolchain
        packages = {name for name in sources.imports if toolchain.is_std(name)} - {"unsafe"}
        if "C" in sources.imports and env.get("CGO_ENABLED") != "0":
            packages.add("runtime/cgo")
        packages |= named_std_packages(arguments, toolchain)
        variant = Variant.of(toolchain, arguments, env, cwd, for_all=machine.warm_all)
        variants = [variant]
        if arguments.value("pgo") in ("", "auto"):
            variants += [variant.with_profile(profile) for profile in sources.profiles]
        for variant in variants:
            complaint = self.store.warm(cache, toolchain, variant, frozenset(packages), arguments.verb)
            if complaint and complaint not in self._warned:
                self._warned.add(complaint)
                self.on_cold(f"the standard library is cold for {variant.label}: {complaint}")


def _in(cwd: Path, root: Path) -> str:
    """Where a command works, for its title; empty for the module's root."""
    return "" if cwd == root else f" in {os.path.relpath(cwd, root)}"


def _unpacked_modules(cache: Path) -> list[Path]:
    """The folders of a module cache that have unpacked modules."""
    try:
        return [folder for folder in cache.iterdir() if folder.name != "cache"]
    except FileNotFoundError:
        return []
