"""ci_cache: jobs on a runner, with the cache of a CI service between them."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from inline_snapshot import snapshot

from pytest_gocache import (
    CiCache,
    CiJob,
    GoModule,
    ModuleProxy,
    NoEvidenceError,
    NotSaved,
    UsageError,
    assert_bounded_growth,
    assert_no_downloads,
    assert_warm,
)
from pytest_gocache.results.cache_event import short_key

SHOP = """
-- price/price.go --
package price

const Vat = 1
-- price/price_test.go --
package price

import "testing"

func TestVat(*testing.T) {}
-- cart/cart.go --
package cart

import "example.com/app/price"

const Vat = price.Vat
-- stock/stock.go --
package stock

const Items = 1
"""
PRICE, CART, STOCK = (f"example.com/app/{name}" for name in ("price", "cart", "stock"))


def edit(file: str, value: int) -> Callable[[GoModule], None]:
    """A commit that sets the constant of a file to a value."""

    def commit(module: GoModule) -> None:
        text = module.read(file)
        module.write(file, f"{text.rpartition('= ')[0]}= {value}\n")

    return commit


@pytest.fixture
def shop(go_module: GoModule) -> GoModule:
    go_module.load(SHOP)
    return go_module


def failure(check: Callable[[], object]) -> str:
    with pytest.raises(AssertionError) as caught:
        check()
    return str(caught.value)


def test_a_key_that_never_changes_goes_stale(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key = "go-${{ runner.os }}"
    commits = [None, edit("stock/stock.go", 2), None, None]
    for job in ci_cache.jobs(shop, commits):
        job.build("./...")
    first, second, third, fourth = (job.record for job in ci_cache.history)
    assert first.restored is None
    assert (first.saved, second.not_saved) == (True, NotSaved.OWN_KEY)
    assert second.restored == third.restored
    assert second.restored is not None
    assert (second.restored.exact, second.restored.saved.job, second.restored.saved.key) == (True, 1, "go-Linux")
    assert_warm(ci_cache.history[1])
    assert [result.compiled_outside_std for result in fourth.results] == [{STOCK}]
    assert failure(lambda: assert_warm(ci_cache.history[3])) == snapshot("""\
job 4 compiled 1 package without a changed source [assert_warm]
  ./stock  nothing in its key changed since step 3, but the cache restored before step 4 is older: job 1 saved it (key go-Linux)
  the cache was restored from job 1 (key go-Linux), 3 jobs older: compiled since then: ./stock
  job 2, job 3 saved nothing: a job that restored the cache with its own key saves none
end the key with ${{ github.run_id }}, and put the part before it into restore-keys\
""")
    assert str(fourth.results[0].explain("./stock")) == snapshot("""\
`go build ./...` (step 4)
  ./stock  nothing in its key changed since step 3, but the cache restored before step 4 is older: job 1 saved it (key go-Linux)\
""")


def test_restore_keys_find_the_newest_cache(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key = "go-${{ runner.os }}-${{ github.run_id }}"
    ci_cache.restore_keys = ["go-${{ runner.os }}-", "go-"]
    for job in ci_cache.jobs(shop, [None, edit("stock/stock.go", 2), None]):
        job.test("./...")
    _, second, third = ci_cache.history
    assert all(job.record.saved for job in ci_cache.history)
    assert third.record.restored is not None
    assert (third.record.restored.exact, third.record.restored.matched) == (False, "go-Linux-")
    assert third.record.restored.saved.job == 2
    assert_warm(second)
    assert_warm(third)
    assert third.record.results[0].compiled == set()


def test_a_first_job_and_a_key_that_always_changes_are_cold(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key = "go-${{ github.sha }}"
    for job in ci_cache.jobs(shop, [None, edit("stock/stock.go", 2)]):
        job.build("./...")
    first, second = ci_cache.history
    assert first.record.key != second.record.key
    assert failure(lambda: assert_warm(first)).replace(short_key(first.record.key), "go-1") == snapshot("""\
job 1 restored no cache: no saved cache matches its key go-1 [assert_warm]
  no job has saved a cache yet\
""")
    text = failure(lambda: assert_warm(second))
    assert text.replace(short_key(first.record.key), "go-1").replace(short_key(second.record.key), "go-2") == snapshot("""\
job 2 restored no cache: no saved cache matches its key go-2 [assert_warm]
  saved: go-1 by job 1
restore-keys with the beginning of the key make the newest cache a match when the rest changes\
""")


def test_a_partial_hit_compiles_what_the_commit_changed_and_nothing_else(shop: GoModule, ci_cache: CiCache) -> None:
    """What is no change of the commit: a flag with the number of the job."""
    ci_cache.key = "go-${{ github.run_id }}"
    ci_cache.restore_keys = ["go-"]
    for job in ci_cache.jobs(shop, [None, edit("price/price.go", 2)]):
        job.build(f"-gcflags=-trimpath=/job/{job.record.number}", "./...")
    assert failure(lambda: assert_warm(ci_cache.history[1])) == snapshot("""\
job 2 compiled 2 packages without a changed source [assert_warm]
  ./cart   compile flags changed since step 1:
             - -trimpath=/job/1
             + -trimpath=/job/2
  ./stock  the same
  the cache was restored from job 1 (key go-1000000001)
values that change with every build belong in the link step: use -ldflags=-X, and the -trimpath build flag\
""")


def test_a_job_of_two_variants_and_a_new_package_is_warm(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key, ci_cache.restore_keys = "go-${{ github.run_id }}", ["go-"]
    for job in ci_cache.jobs(shop, [None, {"new/new.go": "package new\n"}]):
        job.go("env", "GOOS")
        job.build("./...")
        job.build("-gcflags=-N", "./...")
    assert_warm(job)
    assert job.record.results[2].compiled == {"example.com/app/new"}


def test_what_the_developer_builds_is_no_job(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key, ci_cache.restore_keys = "go-${{ github.run_id }}", ["go-"]
    for value in (1, 2, 2):
        edit("price/price.go", value)(shop)
        shop.test("./...")
        with ci_cache.job(shop) as job:
            job.exec("sh", "-c", "go build ./... && go test ./...")
        if value == 1:
            continue
        assert_warm(job)
    assert not job.record.results[0].compiled
    ci_cache.key, ci_cache.restore_keys = "other", ()
    with ci_cache.job(shop) as job:
        job.exec("sh", "-c", "go build ./... && go test ./...")
    assert "job 4 restored no cache: no saved cache matches its key other [assert_warm]" in failure(
        lambda: assert_warm(job)
    )


def test_a_job_without_a_go_command_shows_nothing(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key = "go"
    with ci_cache.job(shop) as job:
        job.go("env", "GOOS")
    with pytest.raises(NoEvidenceError, match=r"^assert_warm: job 1 has no go command that builds"):
        assert_warm(job)


READING = """
-- lib/lib_test.go --
package lib

import (
	"os"
	"testing"
)

func TestData(t *testing.T) {
	if _, err := os.ReadFile("testdata/data.txt"); err != nil {
		t.Fatal(err)
	}
}
-- lib/lib.go --
package lib
-- lib/testdata/data.txt --
data
"""


def test_tests_that_read_files_run_in_each_job_with_a_fresh_checkout(go_module: GoModule, ci_cache: CiCache) -> None:
    go_module.load(READING)
    ci_cache.key, ci_cache.restore_keys = "go-${{ github.run_id }}", ["go-"]
    for job in ci_cache.jobs(go_module, [None, None]):
        job.test("./...")
    assert_warm(job, tests=False)
    text = failure(lambda: assert_warm(job))
    assert "job 2 ran 1 test package without a changed source [assert_warm]" in text
    assert "modification time of file testdata/data.txt changed since step 1" in text
    for job in ci_cache.jobs(go_module, [None, None], mtimes=1_700_000_000):
        job.test("./...")
    assert_warm(job)
    # A file with a new content is a change of the commit.
    for job in ci_cache.jobs(go_module, [{"lib/testdata/data.txt": "more data"}], mtimes=1_700_000_000):
        assert job.test("./...").tests["example.com/app/lib"].ran
    assert_warm(job)


def test_a_failed_job_saves_nothing_and_the_loop_does_not_go_on(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key = "go"
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the loop is the point
        for job in ci_cache.jobs(shop, [None, None]):
            job.build("./price")
            raise ZeroDivisionError
    assert [job.record.not_saved for job in ci_cache.history] == [NotSaved.FAILED]
    with ci_cache.job(shop) as job:
        job.build("./price")
    assert job.record.saved
    assert "  job 1 saved nothing: a failed job saves none" in failure(lambda: assert_warm(job))


def test_the_limit_removes_what_was_unused_for_longest(shop: GoModule, ci_cache: CiCache) -> None:
    with _job(shop, ci_cache, "a") as job:
        job.build("./...")
    ci_cache.limit = int(2.5 * job.gocache.size())
    for key in ("b", "a", "c"):
        with _job(shop, ci_cache, key) as job:
            job.build("./...")
    # "a" was restored after "b" was saved.
    with _job(shop, ci_cache, "b") as job:
        job.build("./...")
    assert [cache.key for cache in job.record.available] == ["c", "a"]
    assert failure(lambda: assert_warm(job)) == snapshot("""\
job 5 restored no cache: no saved cache matches its key b [assert_warm]
  saved: c by job 4
  saved: a by job 1
  removed: b of job 2, unused for longest, when the caches exceeded the limit
restore-keys with the beginning of the key make the newest cache a match when the rest changes\
""")
    ci_cache.limit = 1000
    with _job(shop, ci_cache, "d") as job:
        job.build("./...")
    assert job.record.not_saved is NotSaved.TOO_LARGE


def _job(module: GoModule, ci_cache: CiCache, key: str) -> AbstractContextManager[CiJob]:
    ci_cache.key = key
    return ci_cache.job(module)


def test_services_forget_caches(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key = "go"
    with ci_cache.job(shop) as job:
        job.build("./...")
    with ci_cache.job(shop, days=7) as job:
        pass
    assert job.record.restored
    with ci_cache.job(shop, days=8) as job:
        job.build("./...")
    assert failure(lambda: assert_warm(job)) == snapshot("""\
job 3 restored no cache: no saved cache matches its key go [assert_warm]
  removed: go of job 1, unused for too many days\
""")
    ci_cache.action = "circleci"
    for days, found in ((14, True), (1, True), (1, False)):
        with ci_cache.job(shop, days=days) as job:
            pass
        assert bool(job.record.restored) is found


def test_what_go_trims_is_no_older_cache(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.action = "gitlab"
    with ci_cache.job(shop) as job:
        job.build("./...")
    with ci_cache.job(shop, days=6) as job:
        job.build("-gcflags=-N", "./...")  # uses nothing that is in the cache, and trims
    with ci_cache.job(shop) as job:
        job.build("./...")
    text = failure(lambda: assert_warm(job))
    assert "but Go trims entries unused for five days, and the restored cache was 6 days old before step 2" in text
    assert "compiled since then" not in text


@pytest.mark.parametrize("action", ["gitlab", "cp -r", "buildkit"])
def test_the_last_save_wins(shop: GoModule, ci_cache: CiCache, action: str) -> None:
    ci_cache.action = action
    begun, saved = time.time(), 0.0
    for job in ci_cache.jobs(shop, [None, edit("stock/stock.go", 2), None]):
        times = [file.stat().st_mtime for file in job.gocache.path.glob("??/*-a")]
        if job.record.restored:
            assert all(moment == int(moment) for moment in times) is (action == "gitlab")
            assert all(moment > saved for moment in times) is (action == "cp -r")
        job.build("./...")
        saved = time.time()
    assert begun < saved
    assert_warm(job)
    assert all(job.record.saved for job in ci_cache.history)
    with pytest.raises(ZeroDivisionError), ci_cache.job(shop) as job:
        raise ZeroDivisionError
    assert job.record.saved is (action == "buildkit")


def test_setup_go_keys_by_go_mod_only(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.action = "setup-go"
    commits = [None, edit("price/price.go", 2), None, lambda m: m.append("go.mod", "\n// a comment\n")]
    for job in ci_cache.jobs(shop, commits):
        job.build("./...")
    first, _, third, fourth = ci_cache.history
    assert first.record.key.startswith(f"setup-go-Linux-X64-go-{shop.toolchain.version.number}-")
    text = failure(lambda: assert_warm(third)).replace(short_key(first.record.key), "setup-go-…")
    assert text == snapshot("""\
job 3 compiled 2 packages without a changed source [assert_warm]
  ./cart   nothing in its key changed since step 2, but the cache restored before step 3 is older: job 1 saved it (key setup-go-…)
  ./price  the same
  the cache was restored from job 1 (key setup-go-…), 2 jobs older: compiled since then: ./cart, ./price
  job 2 saved nothing: a job that restored the cache with its own key saves none
setup-go has no restore-keys: give it `cache: false`, and use actions/cache; end the key with ${{ github.run_id }}, and put the part before it into restore-keys\
""")
    assert fourth.record.restored is None
    ci_cache.restore_keys = ["setup-go-"]
    with pytest.raises(UsageError, match=r"^ci_cache.job: ci_cache.restore_keys: setup-go has none"):
        ci_cache.job(shop).__enter__()


def test_both_caches_are_kept_unless_the_paths_say_otherwise(
    go_module: GoModule, go_proxy: ModuleProxy, ci_cache: CiCache
) -> None:
    go_proxy.add("-- go.mod --\nmodule example.com/dep\n\ngo 1.21\n-- dep.go --\npackage dep\n")
    go_module.write("app.go", 'package app\n\nimport _ "example.com/dep"\n')
    go_module.go("get", "example.com/dep@v1.0.0")
    ci_cache.key = "both"
    for job in ci_cache.jobs(go_module, [None, None]):
        result = job.build("./...")
    assert_no_downloads(result)
    assert_warm(job)
    ci_cache.key, ci_cache.paths = "one", ["GOCACHE"]
    for job in ci_cache.jobs(go_module, [None, None]):
        result = job.build("./...")
    assert result.downloads
    assert_warm(job)
    ci_cache.key, ci_cache.paths = "other", ["GOMODCACHE"]
    for job in ci_cache.jobs(go_module, [None, None]):
        result = job.build("./...")
    assert not result.downloads
    assert "a new machine started with an empty build cache" in failure(lambda: assert_warm(job))


def test_git_revisions_are_commits(shop: GoModule, ci_cache: CiCache) -> None:
    def git(*args: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        done = subprocess.run(["git", *who, *args], cwd=shop.path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    shop.write("cmd/app/main.go", 'package main\n\nimport _ "example.com/app/price"\n\nfunc main() {}\n')
    git("init", "-q")
    for value in (1, 2):
        edit("price/price.go", value)(shop)
        git("add", ".")
        git("commit", "-q", "--allow-empty", "-m", str(value))
    git("commit", "-q", "--allow-empty", "-m", "empty")
    ci_cache.key, ci_cache.restore_keys = "go-${{ github.sha }}", ["go-"]
    for job in ci_cache.jobs(shop, ["HEAD~2", "HEAD~1", git("rev-parse", "HEAD")]):
        job.build("./...")
        if job.record.number > 1:
            assert_warm(job)
    # The stamp of a commit is the commit's change.
    assert [job.record.results[0].compiled_outside_std for job in ci_cache.history[2:]] == [{"example.com/app/cmd/app"}]
    with pytest.raises(UsageError, match=r"^ci_cache.jobs: git rev-parse fails in .*: fatal: Needed a single revision"):
        next(ci_cache.jobs(shop, ["nowhere"]))


def series(shop: GoModule, ci_cache: CiCache, days: float, number: int = 7) -> None:
    commits = [edit("price/price.go", value) for value in range(10, 10 + number)]
    for job in ci_cache.jobs(shop, commits, days=days):
        job.build("./...")


def test_go_bounds_the_growth_of_a_cache_with_its_times(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key, ci_cache.restore_keys = "go-${{ github.run_id }}", ["go-"]
    shop.write("say/say.go", 'package say\n\nimport _ "fmt"\n')
    series(shop, ci_cache, days=3, number=6)
    sizes = [job.record.size for job in ci_cache.history]
    assert sizes[0] < sizes[1]
    assert_bounded_growth(ci_cache.history)
    # Most of the cache is the standard library of the store, which does not count.
    job = ci_cache.history[-1]
    assert 0 < job.gocache.size(warm=False) == sizes[-1] < job.gocache.size() / 10


def test_a_cache_that_is_copied_without_times_grows_without_bound(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.action = "cp -r"
    series(shop, ci_cache, days=3, number=6)
    text = failure(lambda: assert_bounded_growth(ci_cache.history))
    assert re.sub(r"\d+\.\d kB", "…", text) == snapshot("""\
6 jobs of 15 days grew the cache from … to …, and still grow it [assert_bounded_growth]
  job 1  day 0: …; compiled ./cart, ./price, ./stock
  job 2  day 3: … (+…); compiled ./cart, ./price
  job 3  day 6: … (+…); compiled ./cart, ./price
  job 4  day 9: … (+…); compiled ./cart, ./price
  job 5  day 12: … (+…); compiled ./cart, ./price
  job 6  day 15: … (+…); compiled ./cart, ./price
cp -r gives every file of the cache a new time, so Go takes it for used and never trims it: keep the times (cp -a, tar)\
""")


def test_growth_that_nothing_shows_is_an_error(shop: GoModule, ci_cache: CiCache) -> None:
    ci_cache.key = "go-${{ github.run_id }}"
    series(shop, ci_cache, days=0, number=2)
    with pytest.raises(NoEvidenceError, match=r"^assert_bounded_growth: job 2 restored no cache \(key go-1000000002\)"):
        assert_bounded_growth(ci_cache.history)
    ci_cache.restore_keys = ["go-"]
    series(shop, ci_cache, days=1, number=3)
    with pytest.raises(
        NoEvidenceError, match=r"grew from \d+\.\d kB to \d+\.\d kB in 4 jobs of 3 days; whether that has an"
    ):
        assert_bounded_growth(ci_cache.history[1:])
    # Without new times of the sources, the same commit adds nothing. With new times, Go indexes each package again.
    for job in ci_cache.jobs(shop, [None, None, None], mtimes=1_700_000_000):
        job.build("./...")
    assert_bounded_growth(ci_cache.history[-2:])
    with pytest.raises(UsageError, match=r"growth needs at least two jobs, and got 1: pass ci_cache.history"):
        assert_bounded_growth(ci_cache.history[:1])
    with ci_cache.job(shop), pytest.raises(NoEvidenceError, match="job 9 has not ended"):
        assert_bounded_growth(ci_cache.history[-2:])


def test_mistakes_are_named(shop: GoModule, ci_cache: CiCache) -> None:
    def start(days: float = 0) -> None:
        with ci_cache.job(shop, days=days):
            pass

    with pytest.raises(UsageError, match=r"^ci_cache.job: ci_cache.key is not set, and actions/cache has no default"):
        start()
    with pytest.raises(UsageError, match=r"^ci_cache.action = 'gitlap': the actions are .*; near it: gitlab"):
        ci_cache.action = "gitlap"
    ci_cache.key = "go-${{ secrets.X }}"
    with pytest.raises(UsageError, match=r"^ci_cache.job: the key .* has \${{ secrets.X }}; known are hashFiles"):
        start()
    ci_cache.key = lambda module: f"go-{module.read('go.mod')[:6]}"
    with pytest.raises(UsageError, match=r"^ci_cache.job: days=-1: "):
        start(days=-1)
    ci_cache.paths = ["GOPATH"]
    with pytest.raises(
        UsageError, match=r"^ci_cache.job: ci_cache.paths has 'GOPATH': expected GOCACHE and GOMODCACHE"
    ):
        start()
    ci_cache.paths = ["GOCACHE"]
    assert not ci_cache.history
    with ci_cache.job(shop) as job:
        assert job.record.key == "go-module"
        with pytest.raises(UsageError, match=r"^ci_cache.job: job 1 has not ended: the runner has one job at a time"):
            start()
    with pytest.raises(UsageError, match=r"^ci_cache.job: the sources of a job are those of a module"):
        ci_cache.job(job).__enter__()
    # The module is where it was, and a job is in the same place as the one before.
    with ci_cache.job(shop) as second:
        assert second.path == job.path != shop.path
        with pytest.raises(UsageError, match="this machine is gone"):
            job.build("./...")
    shop.build("./...")
    # A wrong job leaves the runner as it was.
    with pytest.raises(UsageError, match=r"^ci_cache.job: mtimes='today': expected"):
        ci_cache.job(shop, mtimes="today").__enter__()  # type: ignore[arg-type]
    with (
        pytest.raises(UsageError, match=r"^ci_cache.job: job 3 cannot end: this machine is gone"),
        ci_cache.job(shop) as x,
    ):
        x.on_new_machine(path=x.path)
    with pytest.raises(UsageError, match=r"^ci_cache.job: a job comes after the last one: this machine is gone"):
        start()
