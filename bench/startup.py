"""What the installed plugin adds to pytest runs without Go tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Row, Target, differences, ratios, take_turns
from bench.scratch import PLUGIN, Scratch

PART = "startup"
_PAIRS = 6
"""Pairs in a round: the difference is a few milliseconds."""
# Plugins that only the development environment has, or that write: they are no part of what is measured.
_ALONE = ("-p", "no:cacheprovider", "-p", "no:inline_snapshot")
_WITHOUT = ("-p", f"no:{PLUGIN}")
_COMMANDS = {"pytest --version": ("--version",), "pytest with one empty test": ("test_empty.py",)}
_IMPORTED = "import pytest, sys; code = pytest.main(sys.argv[1:]); print(*sys.modules, sep=' '); sys.exit(code)"


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part: whole processes with and without the plugin, and what the plugin did in one of them."""
    folder = scratch.folder("startup")
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_empty.py").write_text("def test_empty():\n    pass\n")
    pairs = scratch.rounds * _PAIRS
    for name, args in _COMMANDS.items():
        scratch.say(f"{PART}: {name}, {pairs} pairs")

        def run(*more: str, args: tuple[str, ...] = args) -> float:
            return scratch.run([sys.executable, "-m", "pytest", *_ALONE, *args, *more], folder)[0]

        def without_plugin(_: int, run: Callable[..., float] = run) -> float:
            return run(*_WITHOUT)

        def with_plugin(_: int, run: Callable[..., float] = run) -> float:
            return run()

        with_plugin(0)
        taken = take_turns(pairs, {"with": with_plugin, "without": without_plugin})
        plugin, without = taken["with"], taken["without"]
        yield Row(PART, name, plugin, against="without the plugin", ratios=ratios(plugin, without))
        yield Row(PART, f"{name}: added", differences(plugin, without), target=Target(15))
    yield from _facts(scratch, folder)


def _facts(scratch: Scratch, folder: Path) -> Iterator[Row]:
    """What a run of one empty test imports, starts and creates."""
    home, fake = scratch.folder("empty-home"), scratch.folder("fake")
    called = fake / "called"
    (fake / "go").write_text(f'#!/bin/sh\necho "$@" >> {called}\nexit 1\n')
    (fake / "go").chmod(0o755)
    env = {**scratch.env, "HOME": str(home), "PATH": f"{fake}{os.pathsep}{scratch.env['PATH']}"}
    modules = []
    for more in ((), _WITHOUT):
        argv = [sys.executable, "-c", _IMPORTED, *_ALONE, *more, "test_empty.py"]
        modules.append(set(scratch.run(argv, folder, env)[1].stdout.splitlines()[-1].split()))
    added = modules[0] - modules[1]
    own = sorted(name for name in added if name.partition(".")[0] == "pytest_gocache")
    standard = {name for name in added if name.partition(".")[0] in sys.stdlib_module_names}
    foreign = sorted({name.partition(".")[0] for name in added - set(own) - standard})
    names = ", ".join(name.rpartition(".")[2] for name in own)
    calls = called.read_text().splitlines() if called.exists() else []
    made = sorted(str(path.relative_to(home)) for path in home.rglob("*"))

    def fact(what: str, found: list[str], target: Target | None = None, note: str | None = None) -> Row:
        return Row(PART, what, [len(found)], "", target=target, note=", ".join(found) if note is None else note)

    yield fact("modules of pytest_gocache imported", own, note=names)
    yield fact("modules of the standard library imported for it", sorted(standard))
    yield fact("third-party packages imported for it", foreign)
    yield fact("go commands run", calls, Target(0))
    yield fact("files and folders made in an empty home", made, Target(0))
