"""What the store of warm caches costs: its first use, its later uses, its size, and its file system."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measure import Row, differences, ratios, take_turns
from bench.scratch import Outcome, Scratch

PART = "store"
_FILE = "test_warm.py"
_KINDS = ("fmt", "net/http")
_TMPFS = Path("/dev/shm")  # noqa: S108
_ELSEWHERE = (_TMPFS, Path("/var/tmp"), Path(f"/run/user/{os.getuid()}"), Path.home() / ".cache")  # noqa: S108


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part."""
    tests = scratch.inside(_FILE)
    for kind in _KINDS:
        yield from _uses(scratch, tests, kind)
    yield from _places(scratch, tests)


def _uses(scratch: Scratch, tests: Path, kind: str) -> Iterator[Row]:
    """A pytest process with one test on an empty store, and again on the same store."""
    stores: list[Path] = []
    again: list[Outcome] = []

    def run(store: Path) -> Outcome:
        return scratch.pytest(tests, f"{_FILE}::test_build", store=store, ask={"package": kind})

    def first(_: int) -> float:
        stores.append(scratch.folder("first") / "store")
        return run(stores[-1]).seconds

    def second(_: int) -> float:
        again.append(run(stores[-1]))
        return again[-1].seconds

    uses: list[float] = []
    later: list[float] = []
    sizes: list[float] = []
    for number in range(scratch.rounds):
        uses.append(first(number))
        later.append(second(number))
        sizes.append(size_of(stores[-1]))
        scratch.say(f"{PART}, {kind}: first use {uses[-1]:.1f} s, second {later[-1]:.1f} s")
        if number + 1 < scratch.rounds:
            shutil.rmtree(stores[-1].parent)
    clones = [outcome.all("clone")[0] / outcome.all("files")[0] * 1000 for outcome in again]
    files = again[-1].all("files")[0]
    compiled = ", ".join(f"{count} packages" for count in packages_of(stores[-1]))
    yield Row(PART, f"{kind}: first use of a store", uses, against="second use", ratios=ratios(uses, later))
    yield Row(
        PART,
        f"{kind}: first use, making the store",
        differences(uses, later),
        note=f"builds of {compiled}, an entry each",
    )
    yield Row(PART, f"{kind}: second use", later)
    yield Row(PART, f"{kind}: the store on disk", sizes, "MB")
    yield Row(PART, f"{kind}: clone, per thousand files", clones, note=f"go build's clone has {files} files")
    shutil.rmtree(stores[-1].parent)


def _places(scratch: Scratch, tests: Path) -> Iterator[Row]:
    """A store and tests on different file systems: files are copied, not linked."""
    for other, title in ((_another(scratch.root), "other file system"), (_tmpfs(scratch.root), "tmpfs")):
        if other is None:
            note = f"NOT MEASURED: no {title} that can be written to was found, beside that of {scratch.root.parent}"
            yield Row(PART, f"store on {title}: not measured", note=note)
            continue
        with tempfile.TemporaryDirectory(prefix="bench-", dir=other) as folder:
            yield from _place(scratch, tests, Path(folder), f"{title}, {other}")
        if title != "tmpfs" and other == _TMPFS:
            return  # one row says both


def _place(scratch: Scratch, tests: Path, other: Path, title: str) -> Iterator[Row]:
    count = scratch.tests
    clones: dict[str, list[float]] = {}

    def run(name: str, store: Path, base: Path, *, links: bool) -> Callable[[int], float]:
        def measured(_: int) -> float:
            ask = {"package": "net/http", "count": count}
            outcome = scratch.pytest(tests, f"{_FILE}::test_build", store=store, base=base, ask=ask)
            linked = sum(outcome.all("linked"))
            if links != bool(linked):
                raise RuntimeError(f"{name}: {linked} files were linked, {'some' if links else 'none'} were expected")
            # The clone of the first test: the next tests reuse it.
            clones.setdefault(name, []).append(outcome.all("clone")[0] / outcome.all("files")[0] * 1000)
            return outcome.seconds / count

        return measured

    scratch.say(f"{PART}: a store on {title}")
    here, there = "store beside the tests", f"store on {title}"
    run(here, scratch.store, scratch.root, links=True)(0)
    clones.clear()
    copy = Path(shutil.copytree(scratch.store, other / "store", symlinks=True))
    ways = {
        here: run(here, scratch.store, scratch.root, links=True),
        there: run(there, copy, scratch.root, links=False),
        f"{there}, the tests too": run(f"{there}, the tests too", copy, other, links=True),
    }
    taken = take_turns(scratch.rounds, ways, lambda line: scratch.say(f"{PART}: {line}"))
    for name in taken:
        for what, seconds in (("a test", taken), ("clone, per thousand files", clones)):
            title = f"net/http, {name}: {what}"
            if name == here:
                yield Row(PART, title, seconds[name])
            else:
                yield Row(PART, title, seconds[name], against=here, ratios=ratios(seconds[name], seconds[here]))


def _another(root: Path) -> Path | None:
    """A writable folder on a different device than ``root``; None without one."""
    usable = (folder for folder in _ELSEWHERE if folder.is_dir() and os.access(folder, os.W_OK))
    return next((folder for folder in usable if folder.stat().st_dev != root.stat().st_dev), None)


def _tmpfs(root: Path) -> Path | None:
    return _TMPFS if _TMPFS.is_dir() and _TMPFS.stat().st_dev != root.stat().st_dev else None


def size_of(folder: Path) -> float:
    """The size of a folder on disk, in megabytes; a file with several links counts once."""
    found = (path.lstat() for path in folder.rglob("*"))
    return sum({info.st_ino: info.st_blocks * 512 for info in found}.values()) / 1024**2


def packages_of(store: Path) -> list[int]:
    """The number of packages in each entry of a store. Nothing else in the benchmark reads a store's files."""
    described = [json.loads(file.read_bytes()) for file in sorted(store.rglob("entry.json"))]
    return [len(entry["covers"]) for entry in described]
