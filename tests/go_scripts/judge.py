"""A pytest plugin for Go's own scripts: their environment, what each needs, and a check of what was observed."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from pytest_gocache import Result

# The environment that Go's own tests give to a script, as far as it is not that of every test of the library.
ENVIRONMENT: Mapping[str, str | None] = {
    "GOAUTH": None,
    "GOENV": None,
    "GOFLAGS": None,
    "GONOPROXY": "",
    "GONOSUMDB": "",
    "GOPRIVATE": "",
    "GOSUMDB": "off",
    "GOTOOLCHAIN": "auto",
    "GOTRACEBACK": "system",
    "GOVCS": "*:all",
    "HOME": "/no-home",
    "XDG_CACHE_HOME": None,
    "XDG_CONFIG_HOME": None,
    "XDG_DATA_HOME": None,
    "XDG_STATE_HOME": None,
}

CACHE = "GO_SCRIPTS_GOCACHE"
GOROOT = "GO_SCRIPTS_GOROOT"
VERDICTS = "GO_SCRIPTS_JSON"
"""The environment variables that name the build cache of all scripts, the toolchain, and the file for the verdicts."""

# What a script needs that a machine without a network, and a released go command, do not have.
NEEDS = {
    "a server of version control": re.compile(r"vcs-test\.golang\.org|TESTGO_VCSTEST|\$TESTGO_CMDGO|swtch\.com"),
    "the network": re.compile(r"\[!?net|proxy\.golang\.org|GOPROXY=direct|rsc\.io/pdf"),
    "the checksum database of Go's tests": re.compile(r"GOSUMDB=\$sumdb|GOSUMDB=\$|sumdb|GONOSUMDB|GOSUMDB"),
    "the go command of Go's tests": re.compile(
        r"TESTGO|CMDGO_TEST|testgo|GO_TESTING|go vers?ion.*devel|counterfile|telemetry", re.IGNORECASE
    ),
}
_COMPILE = re.compile(r"(?:^|/)compile(?:\.exe)? -o \S+ ", re.MULTILINE)
_COMPARED: pytest.StashKey[list[str]] = pytest.StashKey()
"""What is wrong with each observation that was compared; empty texts for those that are right."""
_PROPERTY = "go-script"
_MISTAKE = "one pattern is needed, and there are 2 words"


def needs_of(text: str) -> list[str]:
    """What a script needs, by what it names."""
    return [what for what, pattern in NEEDS.items() if pattern.search(text)]


def wrong_observation(result: Result) -> str | None:
    """What is wrong with an observation, by the commands that ``-x`` printed; None for nothing to compare."""
    words = result.command
    if (
        "-x" not in words
        or "-n" in words
        or words[1:2] not in (("build",), ("install",), ("test",))
        or result.returncode
    ):
        return None
    printed = len(_COMPILE.findall(result.stderr))
    ran = len([action for action in result.compiles() if action.ran])
    return "" if printed == ran else f"{result.title}: -x printed {printed} compiles, and {ran} were observed"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each script the environment of Go's own tests. As there, all share a build cache."""
    env = {**ENVIRONMENT, "GOCACHE": os.environ[CACHE], "GOROOT": os.environ[GOROOT]}
    for item in items:
        item.add_marker(pytest.mark.gocache(env=env, warm=False))


def pytest_gocache_command(item: pytest.Item, result: Result) -> None:
    """Compare what was observed with what Go printed."""
    for command in result.go_commands:
        wrong = wrong_observation(command)
        if wrong is not None:
            item.stash.setdefault(_COMPARED, []).append(wrong)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge a script: a failure of one that needs what is not here is a skip, and a wrong observation is a failure."""
    report = yield
    if report.when != "call" and report.outcome != "skipped":
        return report
    compared = item.stash.get(_COMPARED, [])
    wrong = [text for text in compared if text]
    verdict, line = str(report.outcome), ""
    if report.failed:
        line = next((text for text in str(report.longrepr).splitlines() if text.startswith("E  ")), "")
        if _MISTAKE in str(report.longrepr):
            verdict = "has a line that Go's engine refuses too, which ! hides there"
            report.outcome = "skipped"
            report.longrepr = (str(item.path), 1, verdict)
        elif needs := needs_of(item.path.read_text(encoding="utf-8", errors="replace")):
            verdict = f"needs {needs[0]}"
            report.outcome = "skipped"
            report.longrepr = (str(item.path), 1, verdict)
    elif wrong:
        verdict = "observed wrongly"
        report.outcome = "failed"
        report.longrepr = "\n".join(wrong)
    report.user_properties.append((_PROPERTY, [verdict, line, len(compared), wrong]))
    return report


class Judge:
    """Counts the verdicts of a run, and writes them."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.verdicts: dict[str, list[object]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the verdict of a script."""
        for name, value in report.user_properties:
            if name == _PROPERTY and isinstance(value, list):
                self.verdicts[report.nodeid.rpartition("::")[2]] = value

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the counts, and each script that did not pass."""
        counts = Counter(str(value[0]) for value in self.verdicts.values())
        compared = sum(int(str(value[2])) for value in self.verdicts.values())
        terminalreporter.section("Go's own scripts")
        for verdict, count in sorted(counts.items()):
            terminalreporter.write_line(f"{count:5} {verdict}")
        terminalreporter.write_line(f"{compared:5} commands with -x: the compiles that they printed are those observed")
        for name, (judged, line, _, wrong) in sorted(self.verdicts.items()):
            if judged not in ("passed", "skipped"):
                terminalreporter.write_line(f"  {name}: {judged}: {line} {wrong or ''}".rstrip())
        self.file.write_text(json.dumps(self.verdicts, indent=1, sort_keys=True), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Count the verdicts, in the process that sees all reports."""
    file = os.environ.get(VERDICTS)
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Judge(Path(file)), "go-scripts-judge")
