"""What ``pytest-gocache record`` adds to a build, and what ``pytest-gocache diff`` costs."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.measure import Row, Target, ratios, take_turns
from bench.scratch import Scratch

PART = "recording"
_BRANCHES = 4
_FUNCTIONS = 20
"""In each package, so that it takes as long to compile as a small package of a real module."""
_COLD, _WARM = Target(1.10), Target(1.35)
_DIFF = Target(5000)  # milliseconds


@dataclass(frozen=True)
class _Builds:
    """A module, and how it is built: bare and recorded, in caches whose standard library is warm."""

    scratch: Scratch
    root: Path
    numbers: Iterator[int]

    @property
    def module(self) -> Path:
        return self.root / "module"

    @property
    def env(self) -> Mapping[str, str]:
        path = f"{self.scratch.toolchain.goroot / 'bin'}{os.pathsep}{self.scratch.env['PATH']}"
        store = str(self.scratch.root / "record-store")
        env = {**self.scratch.go_env, "PATH": path, "GOCACHE": str(self.root / "gocache"), "XDG_CACHE_HOME": store}
        return {**env, "PYTHONPATH": str(Path(__file__).parents[1])}

    def cold(self) -> None:
        """Bring back the cache that has only the standard library."""
        shutil.rmtree(self.root / "gocache", ignore_errors=True)
        shutil.copytree(self.root / "std", self.root / "gocache")

    def bare(self) -> float:
        return self._cpu("go", "build", "./...")

    def record(self, folder: Path | None = None) -> float:
        place = folder or self.root / f"recording{next(self.numbers)}"
        return self._own("record", place, "--", "go", "build", "./...")

    def diff(self, old: Path, new: Path) -> float:
        return self._own("diff", old, new)

    def _own(self, *words: str | Path) -> float:
        return self._cpu(sys.executable, "-m", "pytest_gocache", *words)

    def _cpu(self, *argv: str | Path) -> float:
        """The CPU seconds of a program and of all that it runs. Unlike wall time, they do not depend on other load."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.scratch.run(argv, self.module, self.env)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part: pairs of a bare and a recorded build, cold and warm, and the recordings that they leave."""
    for size in (size for size in scratch.sizes if size > 1):
        scratch.say(f"{PART}: {size:,} packages, minutes if they are thousands")
        builds = _prepared(scratch, size)
        yield from _pairs(builds, size, warm=False)
        yield from _pairs(builds, size, warm=True)
        yield from _difference(builds, size)
        shutil.rmtree(builds.root)


def _pairs(builds: _Builds, size: int, *, warm: bool) -> Iterator[Row]:
    def bare(_: int) -> float:
        if not warm:
            builds.cold()
        return builds.bare()

    def record(_: int) -> float:
        if not warm:
            builds.cold()
        return builds.record()

    builds.bare() if warm else builds.record()  # once, so that nothing is done for the first time in a pair
    taken = take_turns(builds.scratch.rounds, {"bare": bare, "record": record}, builds.scratch.say)
    seconds = sorted(taken["bare"])[builds.scratch.rounds // 2]
    name = f"{size:,} packages: CPU of a {'warm' if warm else 'cold'} build under record"
    against, target = f"bare go build ({seconds:.2f} s)", _WARM if warm else _COLD
    pairs = ratios(taken["record"], taken["bare"])
    yield Row(PART, name, taken["record"], against=against, ratios=pairs, target=target)


def _difference(builds: _Builds, size: int) -> Iterator[Row]:
    """A recording before and after an edit that all packages follow: its size, and the cost of the comparison."""
    old, new = builds.root / "old", builds.root / "new"
    builds.record(old)
    source = builds.module / "p0" / "p0.go"
    source.write_text(source.read_text().replace("V = 1", "V = 2"))
    builds.record(new)
    sizes = [sum(file.stat().st_size for file in folder.iterdir()) / 1e3 for folder in (old, new)]
    yield Row(PART, f"{size:,} packages: size of a recording", sizes, "kB")
    taken = [builds.diff(old, new) for _ in range(builds.scratch.rounds)]
    yield Row(PART, f"{size:,} packages: CPU of diff, after an edit that all follow", taken, target=_DIFF)


def _prepared(scratch: Scratch, size: int) -> _Builds:
    builds = _Builds(scratch, scratch.folder("recording"), count())
    for name, text in _files(size).items():
        file = builds.module / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (builds.root / "std").mkdir()
    env = {**builds.env, "GOCACHE": str(builds.root / "std")}
    scratch.run(["go", "build", "runtime", "strconv"], builds.module, env)
    return builds


def _files(packages: int) -> dict[str, str]:
    """A tree of packages that each import their parent."""
    body = "".join(
        f"\nfunc F{n}(x int) string {{ return strconv.Itoa(x+{n}) + strconv.Quote(strconv.Itoa(x*{n})) }}\n"
        for n in range(_FUNCTIONS)
    )
    files = {"go.mod": "module example.com/app\n\ngo 1.21\n"}
    for number in range(packages):
        above = f"p{(number - 1) // _BRANCHES}"
        imports = f'import "strconv"\n\nimport "example.com/app/{above}"' if number else 'import "strconv"'
        value = f"{above}.V + {number}" if number else "1"
        files[f"p{number}/p{number}.go"] = f"package p{number}\n\n{imports}\n\nconst V = {value}\n{body}"
    return files
