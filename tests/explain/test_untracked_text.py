"""The lines of messages about what is in no key, with the remedy that fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from inline_snapshot import snapshot

from pytest_gocache import Result
from pytest_gocache.explain.untracked_text import untracked_in_build, untracked_in_explanation, untracked_in_tests
from pytest_gocache.results.file_tree import FileState
from tests.explain.test_untracked import NEW, OLD, again, with_env, with_files

Recorded = Callable[[str], list[Result]]


def of_build(recorded: Recorded, *names: str, package: str = "lib", **env: str) -> str:
    first, touched = recorded("lib-edited")[:2]
    before = with_files(first, dict.fromkeys(names, OLD))
    now = again(before, with_env(with_files(touched, dict.fromkeys(names, NEW)), **env))
    return "\n".join(untracked_in_build(now, [a for a in now.compiles() if a.import_path.endswith(package)]))


def of_test(recorded: Recorded, *names: str, **env: str) -> str:
    ran, cached = recorded("tested")[:2]
    before = with_files(ran, dict.fromkeys(names, OLD))
    now = again(before, with_env(with_files(cached, dict.fromkeys(names, NEW)), **env))
    return "\n".join(untracked_in_tests(now, [now.tests["example.com/app/lib"]]))


def test_nothing_changed(recorded: Recorded) -> None:
    assert of_build(recorded) == ""
    assert of_test(recorded) == snapshot(
        "-count=1 always runs the test: use it for a test that reads what Go does not track"
    )


def test_a_file_can_be_embedded(recorded: Recorded) -> None:
    assert of_build(recorded, "lib/src/codec.c") == snapshot("""\
changed since step 1, and in no key: lib/src/codec.c
`//go:embed src/codec.c` in ./lib puts the file into the key of the package\
""")
    assert of_build(recorded, "lib/lib_test.go") == snapshot("changed since step 1, and in no key: lib/lib_test.go")
    assert of_build(recorded, "README.md") == snapshot("changed since step 1, and in no key: README.md")


def test_a_variable_can_be_stamped(recorded: Recorded) -> None:
    assert of_build(recorded, "lib/x.txt", BACKEND="redis") == snapshot("""\
changed since step 1, and in no key: lib/x.txt, environment BACKEND
`//go:embed x.txt` in ./lib puts the file into the key of the package
no key of a build has variables such as BACKEND: pass the value with -ldflags=-X, or with -tags\
""")


def test_pkg_config_has_its_own_remedy(recorded: Recorded) -> None:
    assert of_build(recorded, "pkgconfig/tax.pc") == snapshot("""\
changed since step 1, and in no key: pkgconfig/tax.pc
no key has the answers of pkg-config: run `go clean -cache` when they change, or put the version into CGO_CFLAGS\
""")
    assert of_build(recorded, "lib/x.txt", PKG_CONFIG_PATH="/opt/lib/pkgconfig") == snapshot("""\
changed since step 1, and in no key: lib/x.txt, environment PKG_CONFIG_PATH
no key has the answers of pkg-config: run `go clean -cache` when they change, or put the version into CGO_CFLAGS
`//go:embed x.txt` in ./lib puts the file into the key of the package\
""")


def test_a_test_can_read_it_itself(recorded: Recorded) -> None:
    assert of_test(recorded, BACKEND="redis", REGION="eu") == snapshot("""\
changed since step 1, and in no key: environment BACKEND, environment REGION
Go does not track what init functions, TestMain before m.Run, and child processes read: read BACKEND and 1 more in the test itself, or run the test with -count=1\
""")
    assert of_test(recorded, "lib/main.txt", "README.md") == snapshot("""\
changed since step 1, and in no key: lib/main.txt
changed since step 1 outside of these packages, and in no key: README.md
Go does not track what init functions, TestMain before m.Run, and child processes read: open lib/main.txt in the test itself, or run the test with -count=1\
""")
    assert of_test(recorded, "lib/main.txt", BACKEND="redis") == snapshot("""\
changed since step 1, and in no key: lib/main.txt, environment BACKEND
Go does not track what init functions, TestMain before m.Run, and child processes read: read BACKEND and open lib/main.txt in the test itself, or run the test with -count=1\
""")
    # It need not be an input of this test.
    assert of_test(recorded, "README.md") == snapshot("""\
changed since step 1, and in no key: README.md
Go does not track what init functions, TestMain before m.Run, and child processes read: a test that needs such a file must run with -count=1\
""")


def test_an_explanation_says_the_same(recorded: Recorded) -> None:
    first, touched, edited = recorded("lib-edited")[:3]
    names = ("lib/x.txt", "README.md", "lone/x.txt")
    before, now = with_files(first, dict.fromkeys(names, OLD)), with_files(touched, dict.fromkeys(names, NEW))
    assert str(again(before, now).explain("./lib")) == snapshot("""\
`go build ./...` (step 2): none of the selected actions ran
changed since step 1, and in no key: lib/x.txt
changed since step 1 outside of these packages, and in no key: README.md, lone/x.txt
`//go:embed x.txt` in ./lib puts the file into the key of the package\
""")
    # With an edit, only the files of the packages that were cached.
    now = again(before, with_files(edited, dict.fromkeys(names, NEW)))
    assert [one.what for one in now.explain().untracked] == ["lone/x.txt"]
    found, advice = untracked_in_explanation(now, list(now.compiles()), anything_ran=False)
    assert [one.what for one in found] == ["lone/x.txt", "README.md", "lib/x.txt"]
    assert advice == snapshot(["`//go:embed x.txt` in ./lone puts the file into the key of the package"])


def test_an_explanation_of_a_test_names_a_variable_once(recorded: Recorded) -> None:
    ran, cached = recorded("tested")[:2]
    now = again(with_files(ran, {"lib/x": FileState(1, 1)}), with_env(cached, BACKEND="redis"))
    why = now.explain()
    assert [one.what for one in why.untracked] == ["lib/x (removed)", "environment BACKEND"]
    assert why.advice == snapshot(
        (
            "Go does not track what init functions, TestMain before m.Run, and child processes read: read BACKEND in the test itself, or run the test with -count=1",
        )
    )


def test_a_test_can_have_its_own_copy(recorded: Recorded) -> None:
    ran, cached = recorded("tested")[:2]
    log = b"# test log\nopen ../common/rates.csv\n"
    around = cached.circumstances
    with_log = replace(cached, circumstances=replace(around, test_log=lambda _: log))
    before, now = with_files(ran, {"common/rates.csv": OLD}), with_files(with_log, {"common/rates.csv": NEW})
    assert "\n".join(untracked_in_tests(again(before, now), now.tests.values())) == snapshot("""\
changed since step 1, and in no key: common/rates.csv
Go tracks only the files of the test's module: copy common/rates.csv into testdata, or use -count=1\
""")
