"""Collects what tests did from all workers, for the gate's verdict and for reports."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from pytest_gocache.gocache_toml import PREFIX
from pytest_gocache.golang.action import Kind
from pytest_gocache.host.find_repository import git_top
from pytest_gocache.plugin.failures import failures_as_commands, failures_as_markdown
from pytest_gocache.plugin.gate.compare import Comparison, TestRun, compare
from pytest_gocache.plugin.gate.render import as_json, as_markdown, as_text, workflow_commands
from pytest_gocache.plugin.hosts import host_of_process, is_worker
from pytest_gocache.plugin.item_ids import spec_of, without_label
from pytest_gocache.plugin.options import Settings
from pytest_gocache.plugin.report_files import ReportFiles
from pytest_gocache.plugin.run_facts import facts_of_run, facts_of_toolchain
from pytest_gocache.plugin.sarif import findings_in, sarif_bytes
from pytest_gocache.plugin.workflow import fenced
from pytest_gocache.results.command_record import command_records
from pytest_gocache.results.result import Result

__all__ = ["Reports"]

_RECORDS: pytest.StashKey[list[dict[str, Any]]] = pytest.StashKey()
_ATTEMPTS: pytest.StashKey[int] = pytest.StashKey()
_PROPERTY = "gocache."
_PACKAGE = Path(__file__).parent.parent
_COUNTED_KINDS = frozenset(kind.value for kind in Kind if kind.explained)
_COUNTED = ("ran", "cached", "failed")


class Reports:
    """A plugin that runs in every process of a session. The controller gets what all of them collect.

    ``gate`` has the labels of the base and the candidate; None without a gate. ``labels`` has a short name for each
    toolchain that an option names.
    """

    def __init__(
        self,
        gate: tuple[str, str] | None,
        files: ReportFiles,
        labels: Mapping[str, str],
        settings: Settings,
        config: pytest.Config,
    ) -> None:
        self._worker = is_worker(config)
        self._root = config.rootpath
        self._top = _top_of(config.rootpath)
        self._each = config.getoption("dist", "no") == "each"  # every worker runs all tests
        self._gate = gate
        self._files = files
        self._labels = labels
        self._config = settings.config
        self._strict = settings.gate_strict
        self._repository = settings.repository
        self._facts: dict[str, Any] = {}
        self._toolchains: list[dict[str, Any]] = []
        self._runs: dict[str, dict[str, TestRun]] = {}
        self._comparison: Comparison | None = None
        self._run: dict[str, Any] = {}
        self._findings: list[dict[str, Any]] = []
        self._unwritten: list[str] = []

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Take the facts of the run before a test can change the repository. Workers do nothing here."""
        if not is_worker(session.config):
            self._facts = facts_of_run(self._repository)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Begin an attempt of a test: what earlier attempts did does not count."""
        item.stash[_ATTEMPTS] = item.stash.get(_ATTEMPTS, 0) + 1
        item.stash[_RECORDS] = []
        item.user_properties[:] = [pair for pair in item.user_properties if not pair[0].startswith(_PROPERTY)]

    @pytest.hookimpl
    def pytest_gocache_command(self, item: pytest.Item, result: Result, root: Path) -> None:
        """Record what a command did, at once: the next command overwrites the binaries."""
        item.stash.setdefault(_RECORDS, []).extend(command_records(result, root, details=self._files.details))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Attach the recorded go commands of a test to its last report."""
        spec = spec_of(item)
        line = _line_of(item, call)
        label = self._label_of(item, spec)
        commands: list[dict[str, Any]] = []
        toolchain: dict[str, Any] | None = None
        if call.when == "teardown" and label:
            commands = item.stash.get(_RECORDS, [])
            item.stash[_RECORDS] = []  # pytest keeps the items
            toolchain = _facts_of(item.config, spec)
            item.user_properties += _properties(label, host_of_process(item.config), toolchain, commands)
        report = yield
        if label:
            attempt = item.stash.get(_ATTEMPTS, 1)
            test = without_label(item.nodeid, label)
            data = {
                "test": test,
                "toolchain": label,
                "host": host_of_process(item.config),
                "go": toolchain,
                # As text: execnet takes five times as long for thousands of small lists.
                "commands": json.dumps(commands) if is_worker(item.config) else commands,
                "attempt": attempt,
                "file": "" if item.path.is_relative_to(_PACKAGE) else item.location[0],
                "line": line,
            }
            # xdist sends every attribute of a report that is plain data to the controller.
            report.__dict__["gocache"] = data
        return report

    def _label_of(self, item: pytest.Item, spec: str) -> str:
        """The toolchain in a test's ID: ``default`` when there is only one, empty for a test that uses none."""
        if "go_toolchain" not in getattr(item, "fixturenames", ()):
            return ""
        return self._labels[spec] if spec else "default"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Read one report. Under xdist, the controller does so."""
        self._findings += findings_in(report)
        data: dict[str, Any] | None = None if self._worker else getattr(report, "gocache", None)
        if data is None:
            return
        if data["go"]:
            toolchain = {"toolchain": data["toolchain"], "host": data["host"], **data["go"]}
            if toolchain not in self._toolchains:
                self._toolchains.append(toolchain)
        worker = getattr(report, "worker_id", "")
        sides = self._runs.setdefault(f"{data['test']} on {worker}" if self._each and worker else data["test"], {})
        run = sides.setdefault(data["toolchain"], TestRun())
        if data["attempt"] > run.attempts:
            run = sides[data["toolchain"]] = TestRun(attempts=data["attempt"])
        run.host = data["host"]
        run.commands += json.loads(data["commands"]) if isinstance(data["commands"], str) else data["commands"]
        expected = hasattr(report, "wasxfail")
        if not run.line:
            run.file, run.line = self._in_repository(data["file"]), data["line"]
        if report.failed:
            message = _message(report)
            if run.outcome != "failed":
                run.message, run.detail, run.line = message, message.split("\n")[0][:200], data["line"]
            run.outcome = "failed"
        elif report.skipped:
            run.outcome, run.detail = ("xfailed", str(report.wasxfail)) if expected else ("skipped", _skipped(report))
        elif report.when == "call":
            run.outcome = "xpassed" if expected else "passed"

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Compare, set the exit status and write the files. Workers do nothing here."""
        if is_worker(session.config):
            return
        if self._runs:
            _add_to_junit(session.config, _of_run(self._facts))
        if self._gate is not None:
            versions = {toolchain["toolchain"]: toolchain["go"] for toolchain in self._toolchains}
            both = (versions[self._gate[0]], versions[self._gate[1]]) if versions.keys() >= {*self._gate} else None
            self._comparison = compare(
                *self._gate, self._runs, self._config.accepted, strict=self._strict, versions=both
            )
            if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
                passed = self._comparison.passed
                session.exitstatus = pytest.ExitCode.OK if passed else pytest.ExitCode.TESTS_FAILED
            _add_to_junit(session.config, _of_gate(self._comparison))
        if self._files.details:
            self._run = as_json(self._facts, self._toolchains, self._runs, self._comparison)
        summary_file = os.environ.get("GITHUB_STEP_SUMMARY")
        if summary_file and self._runs:
            text = self._summary().encode(errors="backslashreplace")
            self._write("GITHUB_STEP_SUMMARY", Path(summary_file), text, "ab")
        for option, path, content in self._contents():
            if not self._write(option, path, content, "wb") and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _summary(self) -> str:
        """The run as Markdown."""
        text = failures_as_markdown(self._facts, self._toolchains, self._runs)
        if self._comparison is not None:
            text += as_markdown(self._comparison)
        dearest = self._dearest()
        return text + (f"### Dearest causes\n\n{fenced(chr(10).join(dearest))}\n" if dearest else "")

    def _dearest(self) -> list[str]:
        if not (self._files.durations and self._runs):
            return []
        from pytest_gocache.plugin.report.dearest import dearest_lines

        return dearest_lines(self._run, self._files.durations)

    def _contents(self) -> Iterator[tuple[str, Path, bytes]]:
        if self._run:
            yield from self._files.contents(self._run)
        if self._files.sarif:
            found = {finding["check"] for finding in self._findings}
            failed = {test: run.message for test, sides in self._runs.items() for run in sides.values() if _failed(run)}
            problems = {
                name: text
                for test, text in failed.items()
                if test.startswith(PREFIX) and (name := test.removeprefix(PREFIX).partition("[")[0]) not in found
            }
            top = _top_of(self._repository)
            folder = self._repository.resolve()
            module = (folder / "go.mod").relative_to(top if folder.is_relative_to(top) else folder).as_posix()
            content = sarif_bytes(self._findings, problems, module, self._facts["pytest-gocache"])
            yield "--gocache-sarif", self._files.sarif, content

    def _write(self, named_by: str, path: Path, content: bytes, mode: Literal["ab", "wb"]) -> bool:
        """Write a file. A failure is printed later: an exception would take the summary of the whole run with it."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open(mode) as file:
                file.write(content)
        except OSError as error:
            self._unwritten.append(f"{named_by}: {path} cannot be written: {error.strerror or error}")
            return False
        return True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the changes, and the files that could not be written."""
        for line in self._unwritten:
            terminalreporter.write_line(line, red=True)
        dearest = self._dearest()
        if dearest:
            terminalreporter.section("dearest causes")
            for line in dearest:
                terminalreporter.write_line(line)
        if self._comparison is not None:
            terminalreporter.section(f"Go toolchain gate {'passed' if self._comparison.passed else 'failed'}")
            for line in as_text(self._comparison):
                terminalreporter.write_line(line)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            # The gate has its own annotations: it passes when a test fails on both sides.
            gate = workflow_commands(self._comparison, self._runs) if self._comparison is not None else None
            for line in failures_as_commands(self._runs) if gate is None else gate:
                terminalreporter.write_line(line)

    def _in_repository(self, file: str) -> str:
        """The path of a file that is relative to pytest's rootdir, relative to the repository; empty when outside."""
        path = (self._root / file).resolve()
        return path.relative_to(self._top).as_posix() if file and path.is_relative_to(self._top) else ""


def _facts_of(config: pytest.Config, spec: str) -> dict[str, Any] | None:
    """The facts of a toolchain; None when no test has found it."""
    if "pytest_gocache.plugin.session" not in sys.modules:
        return None
    from pytest_gocache.plugin.session import session_of

    session = session_of(config)
    toolchain = session.found_toolchain(spec or next(iter(session.settings.toolchains), ""))
    return facts_of_toolchain(toolchain) if toolchain else None


def _properties(
    label: str, host: str, toolchain: dict[str, Any] | None, commands: list[dict[str, Any]]
) -> list[tuple[str, object]]:
    """The properties of a test for JUnit's XML: the toolchain, the host, and the counts of actions."""
    properties: list[tuple[str, object]] = [
        (f"{_PROPERTY}toolchain", label),
        *([(f"{_PROPERTY}host", host)] if host else []),
        *((f"{_PROPERTY}{name}", toolchain[name]) for name in ("go", "goos", "goarch", "cpus") if toolchain),
        (f"{_PROPERTY}commands", len(commands)),
    ]
    counts: dict[str, int] = {}
    for command in commands:
        for subject, state in command["states"].items():
            kind = subject.partition(" ")[0]
            if state in _COUNTED and kind in _COUNTED_KINDS:
                name = f"{_PROPERTY}{kind}.{state}"
                counts[name] = counts.get(name, 0) + 1
    return [*properties, *sorted(counts.items())]


def _add_to_junit(config: pytest.Config, properties: Iterable[tuple[str, object]]) -> None:
    """Add properties of the whole suite to JUnit's XML, if pytest writes one."""
    from _pytest.junitxml import xml_key  # pytest has no public way to add a property outside a test

    xml = config.stash.get(xml_key, None)
    if xml is not None:
        for name, value in properties:
            xml.add_global_property(f"{_PROPERTY}{name}", str(value).lower() if isinstance(value, bool) else str(value))


def _of_run(facts: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for name, value in facts.items():
        if name != "repository":
            yield name, value
        elif value:
            yield from value.items()


def _of_gate(comparison: Comparison) -> Iterator[tuple[str, object]]:
    yield "gate", f"{comparison.base}..{comparison.candidate}"
    yield "gate.passed", comparison.passed
    for number, change in enumerate(comparison.changes, 1):
        less = " (less work)" if change.less_work else ""
        known = f" (accepted: {change.reason})" if change.reason else less
        yield f"change.{number}", f"{change.test}: {change.text}{known}"


def _top_of(root: Path) -> Path:
    """The folder that the paths in annotations are relative to: GitHub's, else the top of the git working tree."""
    folder = root.resolve()
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if workspace and folder.is_relative_to(Path(workspace).resolve()):
        return Path(workspace).resolve()
    return git_top(folder) or folder


def _line_of(item: pytest.Item, call: pytest.CallInfo[None]) -> int:
    """The line of the test that failed, in whatever it called; else its first line; from 1, 0 when unknown."""
    for entry in call.excinfo.traceback if call.excinfo is not None else ():
        if Path(entry.path) == item.path:
            return entry.lineno + 1
    line = item.location[1]
    return 0 if line is None else line + 1


def _failed(run: TestRun) -> bool:
    return run.outcome == "failed"


def _message(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(getattr(crash, "message", None) or report.longrepr or "").strip()


def _skipped(report: pytest.TestReport) -> str:
    return str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
