"""The store of warm caches: every entry is made whole, once, visibly, whatever happens meanwhile."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pytest_gocache.caches.store_entries import stored
from tests.with_pytest.inner_runs import (
    ONE_BUILD,
    copy_used,
    end,
    entries_of,
    left_in,
    processes_with,
    run,
    run_apart,
    start,
    summary_of,
    wait_until,
    wait_until_gone,
)

# Small packages that no test binary needs: warming one on top of the others takes a second or two.
IMPORTS = """
import pytest

def source(package):
    return f'package lib\\n\\nimport _ "{package}"\\n'

@pytest.fixture(params=["cgo", "nocgo"])
def cgo(request, go_module):
    if request.param == "nocgo":
        go_module.env["CGO_ENABLED"] = "0"

@pytest.mark.parametrize("package", ["container/ring", "hash/adler32"])
@pytest.mark.parametrize("again", [1, 2])
def test_import(go_module, package, cgo, again):
    go_module.write("lib/lib.go", source(package))
    result = go_module.build("./...")
    assert result.compiled == {"example.com/app/lib"}
    assert package in result.cached
"""


def _link(source: str, target: str) -> None:
    # Descriptions are rewritten and touched: a link would change the original. The rest is never changed.
    if source.endswith(".json"):
        shutil.copy2(source, target)
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _whole(entry: Path) -> bool:
    return bool(json.loads((entry / "entry.json").read_bytes())["covers"]) and any((entry / "cache").glob("??/*-d"))


def key_of(pytester: pytest.Pytester, store: Path) -> str:
    """The key of the store for a CI cache; nothing else is printed."""
    (line,) = run(pytester, store, "--gocache-store-key").outlines
    return line


@pytest.fixture
def bases(pytester: pytest.Pytester, store: Path) -> Path:
    """A store of this test's own, with what every test needs and nothing else, for tests with cgo and without."""
    pytester.makepyfile(
        test_bases=ONE_BUILD
        + ONE_BUILD.replace("_build(go_module)", "_without(go_module)").replace(
            'build("./...")', 'build("./...", env={"CGO_ENABLED": "0"})'
        )
    )
    run(pytester, store).assert_outcomes(passed=2)
    (pytester.path / "test_bases.py").unlink()
    own = pytester.path / "own-store"
    copy_used(store, own, "", "CGO_ENABLED=0", copy=_link)
    return own


def test_many_workers_with_the_same_tests_make_each_entry_once(pytester: pytest.Pytester, bases: Path) -> None:
    pytester.makepyfile(IMPORTS)
    before = set(entries_of(bases))
    keys = [key_of(pytester, bases)]
    # The first four tests of the workers differ in what they need, and in the variant of it.
    result = run_apart(pytester, bases, "-n", "4", "--dist=load")
    result.assert_outcomes(passed=8)
    made = set(entries_of(bases)) - before
    assert all(_whole(entry) for entry in made)
    # Two sets of packages, with cgo and without.
    assert len(made) == 4
    assert summary_of(result.stdout.str())["made"] == 4
    assert left_in(bases / "tmp") == []
    keys.append(key_of(pytester, bases))
    # Visible while the tests run, without -s, from a worker.
    for package in ("container/ring", "hash/adler32"):
        lines = [
            line
            for line in result.stderr.lines
            if re.fullmatch(rf"warming go1\.\S+.*: {package}, for builds, once", line)
        ]
        assert len(lines) == 2, result.stderr.lines

    # And from then on, nothing is made and nothing is said.
    again = run(pytester, bases)
    again.assert_outcomes(passed=8)
    numbers = summary_of(again.stdout.str())
    assert numbers["made"] == 0
    assert numbers["hits"] >= 8
    assert "warming" not in again.stderr.str()
    assert set(entries_of(bases)) == before | made
    # So a CI cache has to be saved after the first run, and not after the second.
    keys.append(key_of(pytester, bases))
    assert keys[0] != keys[1] == keys[2]


def test_a_build_makes_what_builds_need_and_a_test_makes_the_rest(pytester: pytest.Pytester, bases: Path) -> None:
    code = """
        def test_import(go_module):
            go_module.write("lib/lib.go", 'package lib\\n\\nimport _ "container/ring"\\n')
            go_module.write("lib/lib_test.go", 'package lib\\n\\nimport "testing"\\n\\nfunc TestNothing(*testing.T) {}\\n')
            result = go_module.COMMAND("./...")
            assert "container/ring" in result.cached
            assert not (result.compiled | result.vetted) & result.std
    """

    def stages_after(command: str) -> dict[str, list[str]]:
        before = set(entries_of(bases))
        pytester.makepyfile(code.replace("COMMAND", command))
        run(pytester, bases).assert_outcomes(passed=1)
        made = [
            entry for entry in set(entries_of(bases)) - before if "container/ring" in (entry / "entry.json").read_text()
        ]
        return {
            entry.name.partition("-")[2]: sorted(json.loads((entry / "stages.json").read_bytes())) for entry in made
        }

    assert stages_after("build") == {"build": ["build"]}
    key = key_of(pytester, bases)
    assert stages_after("test") == {"": ["build", "rest", "test"]}
    # A CI cache has to be saved again.
    assert key_of(pytester, bases) != key
    assert stages_after("build") == stages_after("test") == {}


def test_an_entry_that_disappears_during_a_session_is_made_again(pytester: pytest.Pytester, bases: Path) -> None:
    pytester.makepyfile(f"""
        import pathlib, shutil
        import pytest

        @pytest.mark.parametrize("time", [1, 2])
        def test_import(go_module, time):
            go_module.write("lib/lib.go", 'package lib\\n\\nimport _ "container/ring"\\n')
            result = go_module.build("./...")
            assert result.compiled == {{"example.com/app/lib"}}
            assert "container/ring" in result.cached
            for entry in pathlib.Path({str(bases)!r}).glob("warm/*/*"):
                if "container/ring" in (entry / "entry.json").read_text():
                    shutil.rmtree(entry)
                    break
            else:
                assert False, "there was no entry"
    """)
    result = run(pytester, bases)
    result.assert_outcomes(passed=2)
    assert summary_of(result.stdout.str())["made"] == 2
    # Seen without -s.
    assert result.stderr.str().count(": container/ring, for builds, once") == 2


def test_the_store_limit_deletes_what_was_not_used_for_long_and_spares_what_is_in_use(
    pytester: pytest.Pytester, bases: Path
) -> None:
    old, recent = bases / "warm" / "go1.0-x" / "old", bases / "warm" / "go1.0-x" / "recent"
    for entry in (old, recent):
        (entry / "cache" / "00").mkdir(parents=True)
        (entry / "entry.json").write_text('{"bytes": 5000000, "covers": ["fmt"]}', encoding="utf-8")
    long_ago = time.time() - 7 * 86400
    os.utime(old / "entry.json", (long_ago, long_ago))
    pytester.makeini("[pytest]\ngocache_store_limit = 1M\n")
    pytester.makepyfile("""
        def test_import(go_module):
            go_module.write("lib/lib.go", 'package lib\\n\\nimport _ "container/ring"\\n')
            go_module.build("./...")
    """)
    before = set(entries_of(bases))
    result = run(pytester, bases)
    result.assert_outcomes(passed=1)
    assert summary_of(result.stdout.str())["made"] == 1
    after = set(entries_of(bases))
    assert old not in after
    assert before - {old} < after
    assert left_in(bases / "tmp") == []


def test_a_target_that_go_cannot_build_for_warns_at_the_users_line_and_makes_nothing(
    pytester: pytest.Pytester, store: Path
) -> None:
    pytester.makepyfile("""
        def test_target(go_module):
            go_module.write("lib/lib.go", "package lib\\n")
            go_module.build("./...", env={"GOARCH": "nonsense"}, check=False)  # the user's line
    """)
    # Apart: in this process every warning is an error.
    result = run_apart(pytester, store)
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "*test_a_target_that_*.py:3: GoCacheWarning: the standard library is cold for go1.* GOARCH=nonsense: *",
            "*unsupported GOOS/GOARCH pair*",
            "*# the user's line*",
        ]
    )
    assert summary_of(result.stdout.str())["made"] == 0
    # By its name: another worker may have made an entry meanwhile.
    assert not [entry for entry in stored(store) if "nonsense" in entry.label]


def _half_made(store: Path) -> bool:
    return sum(1 for _ in store.glob("tmp/*/entry/cache/??/*-d")) > 3


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="there is no /proc to look for processes in")
def test_an_interrupt_and_a_kill_while_the_store_is_made_leave_no_half_entry(pytester: pytest.Pytester) -> None:
    store = pytester.path / "store"
    pytester.makepyfile(
        test_one=ONE_BUILD, test_two=ONE_BUILD, test_three=ONE_BUILD, test_four=ONE_BUILD + "\ndef test_plain(): pass\n"
    )
    # Ctrl-C.
    process = start(pytester, f"--gocache-dir={store}")
    wait_until(lambda: _half_made(store), "the store was half made", process)
    os.kill(process.pid, signal.SIGINT)
    output = end(process)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, output
    assert re.search(r"^warming go1\.\S+: what every build needs, once$", output, re.MULTILINE)
    assert left_in(store / "tmp") == []
    assert entries_of(store) == []
    wait_until_gone(processes_with(str(store)))

    # kill -9, which nothing can clean up after.
    process = start(pytester, f"--gocache-dir={store}")
    wait_until(lambda: _half_made(store), "the store was half made", process)
    process.kill()
    end(process)
    assert entries_of(store) == []

    # The next run, at once, with more workers than there is to do: it completes, and clears up.
    result = run_apart(pytester, store, "-n", "4")
    result.assert_outcomes(passed=5)
    assert summary_of(result.stdout.str())["made"] == 1
    assert result.stderr.str().count("what every build needs, once") == 1
    assert [_whole(entry) for entry in entries_of(store)] == [True]
    wait_until_gone(processes_with(str(store)))
    assert left_in(store / "tmp") == []


def test_a_go_command_that_outlived_its_killed_starter_and_still_writes_disturbs_nobody(
    pytester: pytest.Pytester, bases: Path
) -> None:
    pytester.makepyfile("""
        def test_import(go_module):
            go_module.write("lib/lib.go", 'package lib\\n\\nimport _ "container/ring"\\n')
            assert "container/ring" in go_module.build("./...").cached
    """)
    before = set(entries_of(bases))
    run(pytester, bases).assert_outcomes(passed=1)
    (made,) = set(entries_of(bases)) - before
    shutil.rmtree(made)

    left = bases / "tmp" / f"{made.parent.name}-{made.name}-killed"
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            left.mkdir(exist_ok=True)
            (left / f"{time.monotonic_ns()}-d").touch()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        run_apart(pytester, bases).assert_outcomes(passed=1)
    finally:
        stop.set()
        writer.join()
    assert entries_of(bases).count(made) == 1
    # Whoever takes the lock next clears up what was written meanwhile.
    shutil.rmtree(made)
    run(pytester, bases).assert_outcomes(passed=1)
    assert left_in(bases / "tmp") == []


PLAIN_TOO = f"{ONE_BUILD}\ndef test_plain(): pass\n{ONE_BUILD.replace('test_build', 'test_other')}"


def test_a_store_below_a_file_is_an_error_that_names_it_and_the_remedy(pytester: pytest.Pytester) -> None:
    (pytester.path / "file").write_text("not a folder", encoding="utf-8")
    store = pytester.path / "file" / "store"
    pytester.makepyfile(PLAIN_TOO)
    result = run(pytester, store)
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "E *StoreError: the store of warm caches */file/store cannot be used: Not a directory*",
            "E *--gocache-dir*gocache_dir*",
        ]
    )
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
    # The traceback ends at the user's line: the cause is in the message.
    result.stdout.no_fnmatch_line("*pytest_gocache/*")
    result.stdout.no_fnmatch_line("*direct cause of the following*")


def _can_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("options", ["size=4m", "ro"])
def test_a_store_on_a_full_or_read_only_disk_is_an_error_that_names_it_and_the_remedy(
    pytester: pytest.Pytester, options: str
) -> None:
    disk = pytester.mkdir("disk")
    if not _can_mount(disk):
        pytest.skip("a file system cannot be mounted here")
    pytester.makepyfile(PLAIN_TOO)
    # In a mount namespace of its own, which goes away with it.
    line = (
        f"mount -t tmpfs -o {options} none {disk} || exit\n"
        f"{sys.executable} -m pytest --basetemp=inner --gocache-dir={disk}/store\n"
        f"echo exit status $?\n"
        f"find {disk}"
    )
    result = pytester.run("unshare", "--mount", "sh", "-c", line)
    result.assert_outcomes(passed=1, failed=2)
    output = result.stdout.str()
    assert f"{disk}/store" in output
    wanted = "Read-only file system" if options == "ro" else "no space left on device|No space left on device"
    assert re.search(rf"StoreError: the store of warm caches {disk}/store .*", output)
    assert re.search(wanted, output)
    assert re.search(r"name another folder: --gocache-dir, or the ini option gocache_dir", output)
    assert "INTERNALERROR" not in output
    assert "exit status 1" in output
    left = {path.removeprefix(f"{disk}/") for path in output.rpartition("exit status 1")[2].split()}
    assert not [path for path in left if path.startswith(("store/warm/", "store/tmp/"))]


def test_an_entry_of_a_read_only_store_is_used_whenever_it_was_used_last(
    pytester: pytest.Pytester, bases: Path
) -> None:
    if not _can_mount(pytester.mkdir("disk")):
        pytest.skip("a file system cannot be mounted here")
    hours_ago = time.time() - 7200
    for entry in entries_of(bases):
        os.utime(entry / "entry.json", (hours_ago, hours_ago))
    pytester.makepyfile(ONE_BUILD)
    line = (
        f"mount --bind {bases} {bases} && mount -o remount,ro,bind {bases} || exit\n"
        f"{sys.executable} -m pytest --basetemp=inner --gocache-dir={bases}"
    )
    result = pytester.run("unshare", "--mount", "sh", "-c", line)
    result.assert_outcomes(passed=1)
    assert summary_of(result.stdout.str())["hits"] >= 1


@pytest.mark.parametrize("options", ["size=12m", "nr_inodes=600"])
def test_a_full_temporary_folder_is_not_called_a_full_store(
    pytester: pytest.Pytester, store: Path, options: str
) -> None:
    disk = pytester.mkdir("disk")
    if not _can_mount(disk):
        pytest.skip("a file system cannot be mounted here")
    pytester.makepyfile(PLAIN_TOO)
    line = (
        f"mount -t tmpfs -o {options} none {disk} || exit\n"
        f"TMPDIR={disk} {sys.executable} -m pytest --basetemp={disk}/inner --gocache-dir={store}"
    )
    result = pytester.run("unshare", "--mount", "sh", "-c", line)
    output = result.stdout.str()
    assert re.search(rf"StoreError: {disk}/.* cannot be written: No space left on device", output)
    assert ("which has no inode left" in output) == ("inodes" in options)
    assert f"the store of warm caches {store} is fine: make room in this folder" in output
    assert "cannot be used" not in output
    assert "INTERNALERROR" not in output
