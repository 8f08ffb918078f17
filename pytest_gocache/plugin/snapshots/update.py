"""``--gocache-update``: writes the snapshots of the tests that ran, and deletes those that no test uses."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.plugin.hosts import is_worker
from pytest_gocache.plugin.item_ids import spec_of, without_label
from pytest_gocache.plugin.options import SNAPSHOTS
from pytest_gocache.plugin.snapshots.snapshot_file import Section, merged, parse, read, render

__all__ = ["SEEN", "SnapshotWriter", "file_of"]

SEEN: pytest.StashKey[tuple[str, list[Section]]] = pytest.StashKey()
"""The version of Go of a test, and what it compared."""
_ATTRIBUTE = "gocache_snapshots"
_LONGEST = 120  # bytes of a file name
_PARTIAL = ("keyword", "markexpr", "deselect", "lf", "stepwise")


def file_of(item: pytest.Item, label: str) -> Path:
    """The file for a test: ``__gocache_snapshots__/test_file/test_name.txt`` beside it.

    ``label`` is the name of the toolchain in the test's ID, which is no part of the file's name.
    """
    nodeid = without_label(item.nodeid, label) if label else item.nodeid
    name = nodeid.partition("::")[2].replace("::", ".") or item.name
    safe = re.sub(r"[^\w.\[\]=,-]", "_", name).encode()[:_LONGEST].decode(errors="ignore")
    if safe != name:  # two tests may differ only in what a file name cannot have
        safe += "-" + hashlib.sha256(name.encode()).hexdigest()[:6]
    return item.path.parent / SNAPSHOTS / item.path.stem / f"{safe}.txt"


@dataclass(slots=True)
class _Ran:
    """What is known of the file of one test after it ran."""

    seen: dict[str, list[Section]] = field(default_factory=dict)
    complete: bool = True


class SnapshotWriter:
    """A plugin of every process of an update. The controller writes, with what all workers compared."""

    def __init__(self, labels: dict[str, str], config: pytest.Config) -> None:
        self._labels = labels
        self._config = config
        self._root = config.rootpath
        self._ran: dict[Path, _Ran] = {}
        self._done: list[str] = []
        self._failed: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach what a test compared to its last report."""
        report = yield
        file = file_of(item, self._labels.get(spec_of(item), ""))
        seen: list[Any] = []
        if report.when == "teardown" and SEEN in item.stash:
            version, sections = item.stash[SEEN]
            seen = [version, [(one.name, list(one.lines), one.command) for one in sections]]
        # xdist sends every attribute of a report that is plain data to the controller.
        report.__dict__[_ATTRIBUTE] = [os.path.relpath(file, self._root), seen]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect what a test compared, in this process or in one of pytest-xdist."""
        if not hasattr(report, _ATTRIBUTE):
            return
        name, seen = getattr(report, _ATTRIBUTE)
        ran = self._ran.setdefault(Path(os.path.normpath(self._root / name)), _Ran())
        if not report.passed:
            ran.complete = False
        if seen:
            version, sections = seen
            ran.seen[version] = [Section(one, tuple(lines), command) for one, lines, command in sections]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the files. Workers do nothing here."""
        if is_worker(session.config):
            return
        for file, ran in self._ran.items():
            self._update(file, ran)
        if not self._is_partial(session):
            for file in self._unused():
                self._delete(file)
        if self._failed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _update(self, file: Path, ran: _Ran) -> None:
        if not ran.seen:
            return
        try:
            before = read(file)
            try:
                old = parse(before, file)
            except UsageError:
                old = []  # an update mends the file
            after = render(merged(old, ran.seen, complete=ran.complete))
            if after == before:
                return
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(after, encoding="utf-8")
        except OSError as error:
            self._failed.append(f"{file} cannot be written: {error.strerror or error}")
            return
        self._done.append(f"{'changed' if before else 'new'}: {self._name(file)}")

    def _delete(self, file: Path) -> None:
        try:
            file.unlink()
        except OSError as error:
            self._failed.append(f"{file} cannot be deleted: {error.strerror or error}")
            return
        self._done.append(f"deleted: {self._name(file)}, which no test uses")
        with contextlib.suppress(OSError):  # not empty
            for folder in file.parents[:2]:
                folder.rmdir()

    def _unused(self) -> Iterator[Path]:
        """The files beside tests that ran which none of them uses."""
        for folder in sorted({file.parents[1] for file in self._ran}):
            for file in sorted(folder.glob("*/*.txt")):
                ran = self._ran.get(file)
                module = folder.parent / f"{file.parent.name}.py"
                known = any(other.parent == file.parent for other in self._ran)
                if (known and ran is None) or (ran and ran.complete and not ran.seen) or not module.exists():
                    yield file

    def _is_partial(self, session: pytest.Session) -> bool:
        """Whether tests were left out: a snapshot that nothing compared may be one of theirs."""
        chosen = any(self._config.getoption(name, None) for name in _PARTIAL)
        named = any("::" in argument for argument in self._config.args)
        return bool(chosen or named or session.shouldstop or session.shouldfail)

    def _name(self, file: Path) -> str:
        return Path(os.path.relpath(file, self._root)).as_posix()  # the tests may be outside of the root

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the files that were written and deleted."""
        if self._done or self._failed:
            terminalreporter.section("snapshots")
        for line in self._done:
            terminalreporter.write_line(line)
        for line in self._failed:
            terminalreporter.write_line(line, red=True)
