"""Scripts as test items: collection, marks, toolchains, and how a failure reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import run

MODULE = """
-- go.mod --
module example.com/app

go 1.21
-- lib/lib.go --
package lib

func F() int { return 1 }
"""


def script(pytester: pytest.Pytester, text: str, name: str = "test_it.txtar", files: str = MODULE) -> None:
    (pytester.path / name).write_text(text + files, encoding="utf-8")


def test_a_script_passes_fails_and_is_skipped(pytester: pytest.Pytester, store: Path) -> None:
    script(pytester, "# gocache: warm=false\ngo build ./...\nrebuilt ./lib\n", "test_passes.txtar")
    script(pytester, "# gocache: warm=false\ngo build ./...\ncached\n", "test_fails.txtar")
    script(pytester, "[!go1.999] skip 'not yet'\ngo build ./...\ncached\n", "test_skips.txtar")
    script(pytester, "# gocache: go>=1.999\ngo build ./...\ncached\n", "test_too_old.txtar")
    script(pytester, "no script\n", "other.txtar")
    result = run(pytester, store, "-rsf")
    result.assert_outcomes(passed=1, failed=1, skipped=2)
    result.stdout.fnmatch_lines(
        ["SKIPPED*: not yet", "FAILED test_fails.txtar::test_fails - 1 package was rebuilt by*"]
    )
    run(pytester, store, "--lf").assert_outcomes(failed=1)
    run(pytester, store, "-k", "passes").assert_outcomes(passed=1)
    run(pytester, store, "test_passes.txtar::test_passes").assert_outcomes(passed=1)


def test_a_failure_shows_the_line_the_output_and_the_reason(pytester: pytest.Pytester, store: Path) -> None:
    script(
        pytester,
        "# gocache: warm=false\n\n# the first build\ngo build ./...\n"
        "# an edit\nreplace 'return 1' 'return 2' lib/lib.go\ngo build ./...\n! rebuilt ./lib\n",
    )
    result = run(pytester, store)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "    # an edit",
            "    replace 'return 1' 'return 2' lib/lib.go",
            "    go build ./...",
            ">   ! rebuilt ./lib",
            "E   AssertionError: 1 package was rebuilt by `go build ./...` (step 2) [[]assert_cached]",
            "E     ./lib  file lib.go changed since step 1:",
            "E              - func F() int { return 1 }",
            "E              + func F() int { return 2 }",
            "test_it.txtar:8: AssertionError",
            "> go build ./...",
            "*- go commands -*",
            "  2. go build ./...*",
        ]
    )
    assert "the first build" not in result.stdout.str()
    assert "scripts/engine.py" not in result.stdout.str()


LINES = [
    ("go vet ./missing", "*GoCommandError: `go vet ./missing` failed with exit status 1*"),
    ("! go build ./...", "AssertionError: `go build ./...` (step 1) succeeded, and must fail [[]! go]"),
    ("! exists go.mod", "AssertionError: `exists go.mod` succeeded, and must fail [[]! exists]"),
    ("exists lib/li.go", "AssertionError: there is no lib/li.go [[]exists]"),
    ("stdout x", "AssertionError: no match of 'x' in stdout [[]stdout]"),
    ("stdout '('", "*UsageError: test_it.txtar:2: stdout: '(' is not a regular expression*"),
    ("cached", "*UsageError: test_it.txtar:2: cached: cached judges a go command, and the script has run none"),
    ("cat nothing.txt", "AssertionError: No such file or directory: *nothing.txt* [[]cat]"),
    ("rm ../../../../etc", "*UsageError: test_it.txtar:2: rm: *: a script changes files in its own folders only*"),
    ("wait web", "*UsageError: test_it.txtar:2: wait: no command in the background has the name web*"),
    ("cache evit lib", "*UsageError: test_it.txtar:2: cache: write evict *did you mean evict?"),
    ("machine b restor=gocache", "*UsageError: test_it.txtar:2: machine: restor=gocache: did you mean restore=?*"),
    ("machine b restore=modcache", "*UsageError: test_it.txtar:2: machine: restore=modcache: the caches are*"),
    ("sleep 1", "*UsageError: test_it.txtar:2: sleep: '1' is no duration like 100ms or 1m30s"),
    ("chmod rwx go.mod", "*UsageError: test_it.txtar:2: chmod: 'rwx' is no mode*"),
    ("replace 'a' go.mod", "*UsageError: test_it.txtar:2: replace: the texts come in pairs*"),
    ("symlink a to b", "*UsageError: test_it.txtar:2: symlink: write a -> b"),
]


def test_a_line_that_fails_says_why(pytester: pytest.Pytester, store: Path) -> None:
    for number, (line, _) in enumerate(LINES, 10):
        script(pytester, f"# gocache: warm=false\n{line}\n", f"test_{number}.txtar")
    result = run(pytester, store)
    result.assert_outcomes(failed=len(LINES))
    for number, (line, message) in enumerate(LINES, 10):
        shown = [f">   {line}", f"E   {message.replace('test_it', f'test_{number}')}", f"test_{number}.txtar:2: *"]
        result.stdout.fnmatch_lines([shown[0].replace("[", "[[]"), *shown[1:]])


def test_a_verdict_that_must_not_hold_says_why_it_does(pytester: pytest.Pytester, store: Path) -> None:
    script(pytester, "# gocache: warm=false\ngo build ./...\n! onlyrebuilt ./lib\n")
    result = run(pytester, store)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E   AssertionError: `onlyrebuilt ./lib` holds for `go build ./...` (step 1), and must not*", "E * ./lib *"]
    )


MALFORMED = [
    ("go build\ncachd\n", "test_it.txtar:2: cachd: there is no such command; near it: cached"),
    ("go build\nstdout 'x\n", "test_it.txtar:2: 'x: the quotation mark is not closed*"),
    ("[lnux] go build\n", "test_it.txtar:1: [[]lnux]: there is no such condition; near it: [[]linux]*"),
    ("[exec] go build\n", "test_it.txtar:1: [[]exec]: the condition needs a value: [[]exec:…]"),
    ("cmp a\n", "test_it.txtar:1: cmp: write cmp [[]-q] FILE1 FILE2"),
    ("cd a &\n", "test_it.txtar:1: cd: only go, exec and sleep can run in the background"),
    ("go build\nrepo\n", "test_it.txtar:2: repo: it must be the first command"),
    ("# gocache: wram=false\n", "test_it.txtar:1: gocache: wram=false is not understood:*near it: warm="),
    (
        "go build\n# gocache: cgo=false\n",
        "test_it.txtar:2: gocache: the comment must stand before the first command*",
    ),
]


def test_a_malformed_script_is_an_error_of_collection(pytester: pytest.Pytester) -> None:
    for number, (text, _) in enumerate(MALFORMED, 10):
        script(pytester, text, f"test_{number}.txtar")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=len(MALFORMED))
    for number, (_, message) in enumerate(MALFORMED, 10):
        result.stdout.fnmatch_lines([message.replace("test_it", f"test_{number}")])


def test_each_toolchain_runs_each_script(pytester: pytest.Pytester) -> None:
    script(pytester, "go build\n")
    result = pytester.runpytest_inprocess("--collect-only", "-q", "--go-gate=1.25.5..1.27.3")
    result.stdout.fnmatch_lines(["test_it.txtar::test_it[[]go1.25.5]", "test_it.txtar::test_it[[]go1.27.3]"])


def test_other_names_and_marks(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeini("[pytest]\ngocache_scripts = *_cache.txt\nmarkers = slow\naddopts = --strict-markers")
    script(pytester, "# gocache: mark=slow warm=false\necho x\n", "build_cache.txt")
    script(pytester, "echo x\n", "test_it.txtar")
    run(pytester, store, "-m", "slow").assert_outcomes(passed=1)
    run(pytester, store, "-m", "not slow").assert_outcomes(deselected=1)


def test_a_script_works_on_a_copy_of_the_repository(pytester: pytest.Pytester, store: Path) -> None:
    repository = pytester.path / "repo"
    (repository / "lib").mkdir(parents=True)
    (repository / "go.mod").write_text("module example.com/repo\n\ngo 1.21\n")
    (repository / "lib/lib.go").write_text("package lib\n\nfunc F() int { return 1 }\n")
    text = "# gocache: warm=false\nrepo\ngo build ./...\nreplace 1 2 lib/lib.go\ngo build ./...\nonlyrebuilt ./lib\ngrep more extra.txt\n"
    script(pytester, text, files="-- extra.txt --\nmore\n")
    run(pytester, store, f"--go-repo={repository}").assert_outcomes(passed=1)
    assert "return 1" in (repository / "lib/lib.go").read_text()
    assert not (repository / "extra.txt").exists()


def test_the_layout_of_gos_own_scripts(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeini("[pytest]\ngocache_script_layout = gopath\n")
    text = "# gocache: warm=false env=GO111MODULE=off\nexists $WORK/gopath/src/lib/lib.go\ngo build lib\nrebuilt lib\n"
    script(pytester, text, files="-- lib/lib.go --\npackage lib\n")
    run(pytester, store).assert_outcomes(passed=1)


def test_what_runs_in_the_background_ends_with_the_script(pytester: pytest.Pytester, store: Path) -> None:
    script(pytester, "# gocache: warm=false\nexec sh -c 'sleep 0.05; touch '$WORK'/../ran; sleep 600' &\nsleep 200ms\n")
    result = run(pytester, store, "--durations=1", "--durations-min=0")
    result.assert_outcomes(passed=1)
    script(pytester, "# gocache: warm=false\nexec false &\nsleep 100ms\n")
    result = run(pytester, store)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E   AssertionError: line 2 failed: exec false & [[]wait]"])
