"""The pytest hooks that this plugin implements."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from pytest_gocache.gocache_toml import NAME as CONFIG_NAME
from pytest_gocache.plugin.frames import cut_our_frames, is_of_our_assertion
from pytest_gocache.plugin.hosts import is_worker, runs_tests_here
from pytest_gocache.plugin.marks import MARK
from pytest_gocache.plugin.options import (
    SNAPSHOTS,
    add_options,
    budget_seconds,
    gate_sides,
    names_script,
    only_reports,
    read_settings,
    toolchain_labels,
    toolchain_specs,
)
from pytest_gocache.plugin.report_files import read_files

# The rest of the package is imported where it is used, so that a run without Go tests does not pay for it.

pytest_plugins = ("pytest_gocache.plugin.fixtures", "pytest_gocache.plugin.workers")

_PACKAGE = Path(__file__).parent.parent
_CHECKS = _PACKAGE / "checks" / "test_checks.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    add_options(parser)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks of this plugin."""
    from pytest_gocache.plugin import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark, and refuse wrong options before anything runs."""
    # Not above: pytest warns of a plugin that is imported before it is registered.
    from pytest_gocache.plugin.workers import check_commit, refuse

    config.addinivalue_line("markers", MARK)
    config.addinivalue_line("norecursedirs", SNAPSHOTS)  # pytest reads each test*.txt as a doctest
    try:
        settings = read_settings(config)
        check_commit(config, settings.repository)
    except pytest.UsageError as error:
        refuse(config, error)
        return
    if config.getoption("--go-repo") and not config.invocation_params.dir.is_relative_to(settings.repository):
        _keep_cache_out_of(config, settings.repository)
    if only_reports(config):
        from pytest_gocache.plugin.findings import FindingsReport

        accept_in = settings.config_folder / CONFIG_NAME if config.getoption("--accept-current") else None
        config.pluginmanager.register(FindingsReport(accept_in), "gocache-findings")
    if (seconds := budget_seconds(config)) is not None:
        from pytest_gocache.plugin.budget import register

        register(config, seconds)
    if config.getoption("--gocache-update"):
        from pytest_gocache.plugin.snapshots.update import SnapshotWriter

        config.pluginmanager.register(SnapshotWriter(toolchain_labels(config), config), "gocache-snapshots")
    gate, files = gate_sides(config), read_files(config)
    if gate or files.wanted or _is_reported(config):
        from pytest_gocache.plugin.reports import Reports

        labels = toolchain_labels(config)
        sides = (labels[gate[0]], labels[gate[1]]) if gate else None
        config.pluginmanager.register(Reports(sides, files, labels, settings, config), "gocache-reports")


def _is_reported(config: pytest.Config) -> bool:
    """Whether a report needs what the tests did: JUnit's XML, that of pytest-json-report, or GitHub Actions."""
    if hasattr(config, "workerinput"):
        from pytest_gocache.plugin.workers import REPORTED

        return bool(config.workerinput.get(REPORTED))  # on a different host, the environment differs
    github = os.environ.get("GITHUB_STEP_SUMMARY") or os.environ.get("GITHUB_ACTIONS") == "true"
    return bool(github or config.getoption("xmlpath", None) or config.getoption("json_report", None))


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Print the key of the store instead of running tests, if ``--gocache-store-key`` asks for it."""
    if not config.getoption("--gocache-store-key"):
        return None
    from pytest_gocache.errors import GoCacheError
    from pytest_gocache.plugin.session import session_of

    try:
        print(session_of(config).store_key())  # noqa: T201 - what the option is for
    except GoCacheError as error:
        raise pytest.UsageError(str(error)) from error
    return 0


def pytest_sessionstart(session: pytest.Session) -> None:
    """Find the toolchains that the command line names, or fetch them, before any test runs."""
    config = session.config
    named = config.getoption("--go-toolchain") or gate_sides(config)
    if named and not is_worker(config) and runs_tests_here(config):
        _find_toolchains(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Find the toolchains that an ini file or ``gocache.toml`` names, if a test needs them."""
    config = session.config
    needed = any("go_toolchain" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not is_worker(config) and not config.option.collectonly:
        _find_toolchains(config)


def _find_toolchains(config: pytest.Config) -> None:
    from pytest_gocache.errors import GoCacheError
    from pytest_gocache.plugin.session import session_of

    for spec in toolchain_specs(config):
        try:
            session_of(config).toolchain(spec)
        except GoCacheError as error:  # noqa: PERF203 - the first error ends the session
            raise pytest.UsageError(str(error)) from error


def _keep_cache_out_of(config: pytest.Config, repository: Path) -> None:
    """Keep .pytest_cache out of a repository that is only read: pytest takes `--go-repo DIR` as its rootdir."""
    if config.rootpath.resolve().is_relative_to(repository):
        for name in ("lfplugin", "nfplugin", "stepwiseplugin"):
            if config.pluginmanager.has_plugin(name):
                config.pluginmanager.unregister(name=name)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Give the ready-made checks the same IDs wherever the library is installed and wherever pytest is started."""
    if module_path == _CHECKS:
        return pytest.Module.from_parent(parent, path=module_path, nodeid="checks.py")
    return None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect scripts, and the ready-made checks whatever ``python_files`` says: that option is about users' files."""
    collected = yield
    if file_path == _CHECKS and not collected:
        return [pytest.Module.from_parent(parent, path=file_path, nodeid="checks.py")]
    if file_path.suffix != ".py" and names_script(file_path.name, parent.config):
        from pytest_gocache.plugin.scripts import ScriptFile

        return [*collected, ScriptFile.from_parent(parent, path=file_path)]
    return collected


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With several toolchains, run every test that needs one once for each toolchain."""
    if "go_toolchain" not in metafunc.fixturenames:
        return
    labels = toolchain_labels(metafunc.config)
    if len(labels) > 1:
        metafunc.parametrize("go_toolchain", list(labels), indirect=True, ids=list(labels.values()), scope="session")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget an earlier attempt of the test; check the mark, even if the test uses no fixture that reads it."""
    if "pytest_gocache.plugin.session" in sys.modules:
        from pytest_gocache.plugin.session import begin_attempt

        begin_attempt(item)
    if item.get_closest_marker("gocache") is not None:
        from pytest_gocache.plugin.marks import read_marks

        read_marks(item.iter_markers("gocache"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add a section with the go commands to the report of a failing test."""
    error = call.excinfo.value if call.excinfo else None
    assertion = error is not None and is_of_our_assertion(error)
    users = error is None or cut_our_frames(error)
    report = yield
    if error is not None and not users:
        # The traceback has no line of the user's: the message says all.
        report.longrepr = f"{type(error).__name__}: {error}"
    elif assertion and (crash := getattr(report.longrepr, "reprcrash", None)):
        # The line of pytest's short summary: the fact first.
        crash.message = crash.message.removeprefix("AssertionError: ")
    if "pytest_gocache.plugin.session" in sys.modules:
        from pytest_gocache.plugin.own_time import own_time_of
        from pytest_gocache.plugin.session import commands_of, forget_commands

        report.duration = max(0.0, report.duration - own_time_of(item.config).take())

        if report.failed:
            commands = commands_of(item)
            commands.failed = True
            if commands.results:
                from pytest_gocache.plugin.attachments import attach
                from pytest_gocache.plugin.report_section import section

                attach(item, report, section(item, commands.results, causes=not hasattr(error, "has_all_causes")))
        if report.when == "teardown":
            forget_commands(item)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Paint the failures of tests that ran go commands."""
    if report.failed:
        from pytest_gocache.plugin.colours import colour

        colour(report)


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Show the user's line that Ctrl-C interrupted, not a line of the library."""
    cut_our_frames(excinfo.value)


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> None:
    """Learn of a limit of pytest-timeout, so that it can pause while the library warms a cache."""
    from pytest_gocache.plugin.own_time import limits_by_thread, own_time_of

    if limits_by_thread(settings):
        hook = item.config.hook
        own_time_of(item.config).limited(
            settings.timeout,
            lambda: hook.pytest_timeout_cancel_timer(item=item),
            lambda seconds: hook.pytest_timeout_set_timer(item=item, settings=settings._replace(timeout=seconds)),
        )


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> None:
    """Learn that a limit of pytest-timeout is over."""
    from pytest_gocache.plugin.own_time import own_time_of

    own_time_of(item.config).unlimited()


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Explain a failed ``assert result.compiled == {…}``, and that of a snapshot."""
    if op != "==" or "pytest_gocache.results.result" not in sys.modules:
        return None
    if "pytest_gocache.plugin.snapshots.snapshot" in sys.modules:
        from pytest_gocache.plugin.snapshots.snapshot import GocacheSnapshot

        for side in (left, right):
            if isinstance(side, GocacheSnapshot) and side.difference:
                return side.difference
    from pytest_gocache.results.result import PackageSet

    actual, expected = (left, right) if isinstance(left, PackageSet) else (right, left)
    if not isinstance(actual, PackageSet) or not isinstance(expected, (set, frozenset)):
        return None
    from pytest_gocache.explain.wording import explain_set_difference

    return explain_set_difference(actual, expected)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the version, the toolchain, the CPUs and the store, and a different Go in go.mod. Nothing runs for it."""
    from pytest_gocache.plugin.header import header_lines

    return [] if is_worker(config) else header_lines(config)  # nobody sees the header of a worker


@pytest.hookimpl(optionalhook=True)
def pytest_metadata(metadata: dict[str, Any], config: pytest.Config) -> None:
    """Add the header's line to the metadata of pytest-metadata: pytest-html shows it in its table."""
    from pytest_gocache.plugin.header import header_lines

    if not is_worker(config):
        metadata["gocache"] = header_lines(config)[0].removeprefix("gocache ")
