"""on_new_machine: the next CI job, a colleague's checkout, a client of a cache server."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from pytest_gocache import (
    BuildCache,
    GoModule,
    GoToolchain,
    Kind,
    ModuleCache,
    ReasonCode,
    UsageError,
    assert_cached,
    assert_only_relinked,
    assert_rebuilt,
    assert_test_cached,
)

WORDS = """
-- words/words.go --
package words

const Hello = "hello"
-- words/words_test.go --
package words

import (
	"os"
	"testing"
)

func TestWords(t *testing.T) {
	if _, err := os.ReadFile("testdata/list.txt"); err != nil {
		t.Fatal(err)
	}
}
-- words/testdata/list.txt --
hello
-- cmd/app/main.go --
package main

import "example.com/app/words"

func main() { println(words.Hello) }
"""
ALL = {"example.com/app/words", "example.com/app/cmd/app"}


@pytest.fixture
def app(go_module: GoModule) -> GoModule:
    go_module.load(WORDS)
    return go_module


def test_another_machine_has_other_folders_and_a_warm_standard_library(app: GoModule) -> None:
    app.build("./...")
    other = app.on_new_machine()
    assert other.path != app.path
    assert other.gocache.path != app.gocache.path
    assert other.read("words/words.go") == app.read("words/words.go")
    assert other.home != app.home
    names = ("GOCACHE", "GOMODCACHE", "GOPATH", "GOBIN")
    first, second = (set(module.go("env", *names).stdout.splitlines()) for module in (app, other))
    assert len(first) == len(second) == len(names)
    assert not first & second

    result = other.build("./...")
    assert result.compiled == ALL
    assert {change.what for change in result.explain("./words").inputs} == {"directory"}
    with pytest.raises(
        AssertionError, match=r"directory changed since step 1:(?s:.*)-trimpath leaves the directory out"
    ):
        assert_cached(result)
    # The first machine is still there, and has lost nothing.
    assert_cached(app.build("./..."))


def test_with_trimpath_a_restored_cache_serves_another_folder(app: GoModule, gocache: BuildCache) -> None:
    app.build("-trimpath", "./...")
    assert_only_relinked(app.on_new_machine(restore=[gocache]).build("-trimpath", "./..."), strict=True)
    assert_rebuilt(app.on_new_machine().build("-trimpath", "./..."), "./...")


def test_the_next_job_of_a_runner_has_the_same_folders(app: GoModule) -> None:
    app.build("./...")
    cold = app.on_new_machine(path=app.path)
    assert (cold.path, cold.gocache.path.parent) == (app.path, app.path.parent)
    result = cold.build("./...")
    assert result.compiled == ALL
    with pytest.raises(AssertionError, match="nothing in its key changed since step 1, but a new machine started"):
        assert_cached(result)

    warm = cold.on_new_machine(path=cold.path, restore=[cold.gocache])
    result = warm.build("./...")
    assert_cached(result)
    assert result.step == 3


def test_the_caches_of_a_machine_that_is_gone_are_refused(
    app: GoModule, gocache: BuildCache, gomodcache: ModuleCache, tmp_path: Path
) -> None:
    app.build("./...")
    saved = gocache.save(tmp_path / "saved")
    # The cache of the machine that makes place is the one to restore.
    job = app.on_new_machine(path=app.path, restore=[gocache])
    job.build("./...")
    caches: list[tuple[str, BuildCache | ModuleCache]] = [("gocache", gocache), ("gomodcache", gomodcache)]
    for name, cache in caches:
        with pytest.raises(UsageError, match=f"^go_module.on_new_machine: this {name} is of a machine that is gone"):
            job.on_new_machine(path=job.path, restore=[cache])
        for use in (lambda c: c.path, os.fspath, lambda c: c.size(), lambda c: c.clear(), lambda c: c.save("new")):
            with pytest.raises(UsageError, match=f"is gone: .* Use the `.{name}` of the new machine's"):
                use(cache)
        assert "gone-1" in repr(cache)
    # Nothing has happened to the machine that took the place.
    assert_cached(job.build("./..."))
    assert_cached(job.on_new_machine(path=job.path, restore=[saved]).build("./..."))


def test_an_older_cache_is_the_reason_only_for_what_it_cannot_have(app: GoModule, tmp_path: Path) -> None:
    app.build("./words")
    saved = app.gocache.save(tmp_path / "saved")
    app.build("./...")
    job = app.on_new_machine(path=app.path, restore=[saved])
    result = job.build("./...")
    assert result.compiled == {"example.com/app/cmd/app"}
    assert "but the cache restored before step 3 is older: it was saved after step 1" in str(result.explain())
    assert result.explain().reasons[0].code is ReasonCode.OLDER_CACHE

    # What the saved cache had is lost for a different reason.
    job.gocache.restore(saved)
    job.gocache.evict("example.com/app/words")
    compiles = [reason for reason in job.build("./...").explain().reasons if reason.kind is Kind.COMPILE]
    reasons = {reason.package: reason for reason in compiles}
    assert reasons["example.com/app/words"].summary == (
        "nothing in its key changed since step 3, but its output was evicted (gocache.evict) before step 4"
    )
    assert reasons["example.com/app/cmd/app"].code is ReasonCode.OLDER_CACHE


def test_a_machine_that_was_replaced_runs_nothing_more(app: GoModule) -> None:
    app.on_new_machine(path=app.path)
    with pytest.raises(UsageError, match="this machine is gone"):
        app.build("./...")
    with pytest.raises(UsageError, match="this machine is gone"):
        app.write("words/words.go", "package words\n")


@pytest.mark.parametrize("name", ["cache", "cache.tar", "cache.tar.gz"])
def test_caches_travel_as_folders_and_archives(app: GoModule, gocache: BuildCache, tmp_path: Path, name: str) -> None:
    app.test("./...")
    saved = gocache.save(tmp_path / name)
    next_job = app.on_new_machine(path=app.path, restore=[saved], mtimes="keep")
    result = next_job.test("./...")
    assert_cached(result)
    assert_test_cached(result, "./words")


def test_a_read_only_module_cache_travels_as_such(app: GoModule, gomodcache: ModuleCache, tmp_path: Path) -> None:
    module = gomodcache.path / "example.com" / "dep@v1.0.0"
    module.mkdir(parents=True)
    (module / "dep.go").write_text("package dep\n")
    (gomodcache.path / "cache" / "download" / "example.com" / "dep" / "@v").mkdir(parents=True)
    (module / "dep.go").chmod(0o444)
    module.chmod(0o555)
    other = app.on_new_machine(restore=[gomodcache.save(tmp_path / "mod.tgz")])
    copy = other.gomodcache.path / "example.com" / "dep@v1.0.0"
    assert (copy / "dep.go").stat().st_mode & 0o777 == 0o444
    assert copy.stat().st_mode & 0o777 == 0o555
    # Nothing of it went to the build cache.
    assert not (other.gocache.path / "example.com").exists()


def test_a_fresh_checkout_ages_what_tests_read(app: GoModule, gocache: BuildCache) -> None:
    app.test("./words")
    kept = app.on_new_machine(path=app.path, restore=[gocache], mtimes="keep")
    assert_test_cached(kept.test("./words"))
    fresh = kept.on_new_machine(path=kept.path, restore=[kept.gocache])
    result = fresh.test("./words")
    assert_cached(result)
    with pytest.raises(AssertionError, match=r"modification time of file"):
        assert_test_cached(result)
    # Not because it is too young: the next one is served.
    assert_test_cached(fresh.test("./words"))


def test_modification_times_of_a_checkout(app: GoModule) -> None:
    def git(*args: str, when: int = 0) -> None:
        env = {"PATH": os.environ["PATH"], "HOME": str(app.path.parent), "GIT_CONFIG_NOSYSTEM": "1"}
        for role in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{role}_NAME": "a", f"GIT_{role}_EMAIL": "a@example.com", f"GIT_{role}_DATE": f"{when} +0000"}
        subprocess.run(["git", *args], cwd=app.path, env=env, check=True, capture_output=True)

    def times(module: GoModule) -> dict[str, float]:
        names = ("go.mod", "words/words.go", "cmd/app/main.go", "new.txt")
        return {name: (module.path / name).stat().st_mtime for name in names}

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "all", when=1_600_000_000)
    app.append("words/words.go", "\nconst Bye = 1\n")
    git("commit", "-qam", "words", when=1_700_000_000)
    app.write("new.txt", "in no commit")

    begun = time.time()
    assert all(begun - 60 < moment < time.time() - 2 for moment in times(app.on_new_machine()).values())
    assert times(app.on_new_machine(mtimes="keep")) == times(app)
    assert set(times(app.on_new_machine(mtimes=1_500_000_000)).values()) == {1_500_000_000}
    committed = times(app.on_new_machine(mtimes="commit"))
    assert committed.pop("new.txt") > begun - 60
    assert committed == {"go.mod": 1.6e9, "words/words.go": 1.7e9, "cmd/app/main.go": 1.6e9}


def test_environment_and_toolchain(app: GoModule, go_toolchain: GoToolchain) -> None:
    app.env["CGO_ENABLED"] = "0"
    other = app.on_new_machine(env={"GOAMD64": "v3"}, toolchain=str(go_toolchain.goroot))
    assert other.go("env", "CGO_ENABLED", "GOAMD64").stdout.split() == ["0", "v3"]
    assert (other.toolchain.goroot, other.toolchain.version) == (go_toolchain.goroot, go_toolchain.version)
    assert "GOAMD64" not in app.env


@pytest.mark.gocache(warm=False, env={"CGO_ENABLED": "0"})
def test_what_the_mark_says_holds_for_every_machine(app: GoModule) -> None:
    other = app.on_new_machine()
    assert other.go("env", "CGO_ENABLED").stdout == "0\n"
    assert "internal/abi" in other.build("./...").compiled


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ({"path": "/elsewhere"}, r"path='/elsewhere' is not inside the new machine's root"),
        ({"path": "../../out"}, r"path='../../out' is not inside"),
        (
            {"mtimes": "yesterday"},
            r"^go_module.on_new_machine: mtimes='yesterday': expected 'now', 'keep', 'commit' or epoch seconds",
        ),
        (
            {"mtimes": "commit"},
            r"^go_module.on_new_machine: mtimes='commit' needs a git repository: fatal: not a git repository",
        ),
        ({"restore": ["nowhere"]}, r"nowhere cannot be restored: "),
    ],
)
def test_mistakes_are_named(app: GoModule, mistake: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        app.on_new_machine(**mistake)  # type: ignore[arg-type]


def test_a_damaged_archive_is_named(app: GoModule, gocache: BuildCache, tmp_path: Path) -> None:
    saved = gocache.save(tmp_path / "cache.tar.gz")
    saved.write_bytes(saved.read_bytes()[:100])
    with pytest.raises(UsageError, match=r"cache.tar.gz cannot be restored: "):
        app.on_new_machine(restore=[saved])
