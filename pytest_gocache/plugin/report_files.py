"""The files that a run writes: which ones the options name, and what is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.host.files import expand_home
from pytest_gocache.plugin.hosts import is_worker

__all__ = ["ReportFiles", "add_file_options", "read_files"]


_SARIF = "--gocache-sarif"


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The files of a run, and the list of its dearest causes."""

    paths: Mapping[str, Path]
    """Option → file."""
    durations: int = 0
    """How many causes the terminal lists."""
    sarif: Path | None = None
    """The file for the findings of the ready-made checks."""

    @property
    def wanted(self) -> bool:
        """Whether anything is to be written or listed."""
        return bool(self.details or self.sarif)

    @property
    def details(self) -> bool:
        """Whether anything needs the times and the causes of the actions."""
        return bool(self.paths or self.durations)

    def contents(self, run: Mapping[str, Any]) -> Iterator[tuple[str, Path, bytes]]:
        """The option, the path and the content of each file."""
        for option, path in self.paths.items():
            yield option, path, _CONTENTS[option](run, path)


def _json(run: Mapping[str, Any], _: Path) -> bytes:
    from pytest_gocache.plugin.report.run_file import run_text

    return run_text(run).encode()


def _trace(run: Mapping[str, Any], path: Path) -> bytes:
    from pytest_gocache.plugin.report.trace import trace_bytes

    return trace_bytes(run, path.name)


def _html(run: Mapping[str, Any], _: Path) -> bytes:
    from pytest_gocache.plugin.report.page import page_of

    return page_of(run).encode()


_CONTENTS: Mapping[str, Callable[[Mapping[str, Any], Path], bytes]] = {
    "--gocache-json": _json,
    "--gocache-html": _html,
    "--gocache-trace": _trace,
}


def add_file_options(group: pytest.OptionGroup) -> None:
    """Declare the options."""
    group.addoption("--gocache-json", metavar="FILE", help="write what each test ran, and the gate's verdict, as JSON")
    group.addoption(
        "--gocache-html",
        metavar="FILE",
        help="write it as a page: each command with its actions in time, what ran, and why",
    )
    group.addoption(
        "--gocache-trace",
        metavar="FILE",
        help="write it as a trace that Perfetto opens; compressed when the name ends in .gz",
    )
    group.addoption("--gocache-sarif", metavar="FILE", help="write the findings of the ready-made checks as SARIF")
    group.addoption(
        "--gocache-durations",
        metavar="N",
        type=int,
        default=0,
        help="list the N causes that cost the most time, with what followed them",
    )


def read_files(config: pytest.Config) -> ReportFiles:
    """The files that the options name; `pytest.UsageError` when one cannot be written.

    They are written after the last test, too late for an error. Only the controller writes them: a worker does not
    look.
    """
    durations = int(config.getoption("--gocache-durations"))
    if durations < 0:
        raise pytest.UsageError(f"--gocache-durations={durations}: write how many causes to list")
    given = {option: text for option in (*_CONTENTS, _SARIF) if (text := config.getoption(option))}
    if is_worker(config):
        return _files({option: Path(text) for option, text in given.items()}, durations)
    paths: dict[str, Path] = {}
    for option, text in given.items():
        path = _writable(config, option, text)
        same = next((other for other, known in paths.items() if known == path), None)
        if same:
            raise pytest.UsageError(f"{option}={text}: {same} names the same file")
        paths[option] = path
    return _files(paths, durations)


def _files(paths: dict[str, Path], durations: int) -> ReportFiles:
    sarif = paths.pop(_SARIF, None)
    return ReportFiles(paths, durations, sarif)


def _writable(config: pytest.Config, option: str, text: str) -> Path:
    try:
        file = (config.invocation_params.dir / expand_home(text, option)).resolve()
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    existed = file.exists()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.open("ab").close()
        if not existed:
            file.unlink()
    except OSError as error:
        raise pytest.UsageError(
            f"{option}={text}: {file} cannot be written: {error.strerror or error}: name a different file"
        ) from error
    return file
