"""BareRun: what the oracle reads from the commands that ``go -x`` prints, in the forms of Go 1.21.13 and 1.27.3."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from pytest_gocache import Kind, Result, Status
from pytest_gocache.golang.action import TestOutcome, TestStatus
from tests.adversary.bare_go import Archives, BareRun, UnreadableError
from tests.adversary.referee import disagreements
from tests.made_results import action, result

SUM = "ac" * 32


def compile_line(folder: str, package: str, key: str, *files: str) -> str:
    return (
        f'/go/pkg/tool/linux_amd64/compile -o $WORK/{folder}/_pkg_.a -trimpath "$WORK/{folder}=>" -p {package} '
        f"-complete -buildid {key}/{key} -importcfg $WORK/{folder}/importcfg -pack {' '.join(files)}"
    )


def written(path: str, text: str) -> str:
    return f"cat >/tmp/go-build7/{path} << 'EOF' # internal\n{text}\nEOF"


def bare(*lines: str, archives: Archives | None = None, returncode: int = 0) -> BareRun:
    return BareRun("\n".join(["WORK=/tmp/go-build7", *lines]), archives or Archives(), returncode)


def names(run: BareRun) -> dict[str, str | None]:
    return {one.key: one.name for one in run.compiles.values()}


def test_a_compile_has_its_key_and_its_package() -> None:
    run = bare(compile_line("b1", "example.com/app/lib", "key", "./lib/lib.go"))
    assert names(run) == {"key": "example.com/app/lib"}


@pytest.mark.parametrize(
    "ended", ["go tool buildid -w $WORK/b1/_pkg_.a # internal", "/go/buildid -w $WORK/b1/_pkg_.a # internal"]
)
def test_a_compile_without_an_end_has_failed(ended: str) -> None:
    line = compile_line("b1", "p", "key", "./p.go")
    assert [one.ended for run in (bare(line), bare(line, ended)) for one in run.compiles.values()] == [False, True]


@pytest.mark.parametrize(
    ("package", "files", "name"),
    [
        ("a/lib", ("./lib.go", "./lib_test.go"), "a/lib [a/lib.test]"),
        ("a/lib_test", ("./out_test.go", "./more_test.go"), "a/lib_test [a/lib.test]"),
        # a folder whose real name ends like an external test
        ("a/e2e_test", ("./e.go", "./e_test.go"), "a/e2e_test [a/e2e_test.test]"),
        ("a/e2e_test", ("./e.go",), "a/e2e_test"),
        ("a/native", ("$WORK/b1/_cgo_gotypes.go", "$WORK/b1/n.cgo1.go", "./n_test.go"), "a/native [a/native.test]"),
        ("main", ("./main.go",), None),
    ],
)
def test_the_files_name_the_variant(package: str, files: tuple[str, ...], name: str | None) -> None:
    assert names(bare(compile_line("b1", package, "key", *files))) == {"key": name}


@pytest.mark.parametrize(("known", "name"), [({SUM: "a/lib"}, "a/api [a/lib.test]"), ({}, "a/api")])
def test_a_package_that_imports_a_variant_is_a_copy_for_its_test(known: dict[str, str], name: str) -> None:
    archives = Archives(known)
    config = written("b2/importcfg", f"packagefile a/lib=/cache/ac/{SUM}-d")
    run = bare(config, compile_line("b2", "a/api", "key", "./api.go"), archives=archives)
    assert names(run) == {"key": name}


def test_a_variant_is_known_by_its_file_in_the_cache() -> None:
    archives = Archives()
    kept = f"cp $WORK/b1/_pkg_.a /cache/ac/{SUM}-d # internal"
    bare(compile_line("b1", "a/lib", "key", "./lib_test.go", "./lib.go"), kept, archives=archives)
    assert archives.variants == {SUM: "a/lib"}


def test_a_link_names_the_main_package_that_it_links() -> None:
    config = written(
        "b1/importcfg.link", "packagefile a/lib.test=/tmp/go-build7/b1/_pkg_.a\npackagefile a/lib=/cache/x-d"
    )
    link = (
        "GOROOT='/go' /go/link -o $WORK/b1/lib.test -importcfg $WORK/b1/importcfg.link -s -w -buildid=key/main/x/key y"
    )
    started = "$WORK/b1/lib.test -test.paniconexit0 -test.timeout=10m0s"
    run = bare(compile_line("b1", "main", "main", "$WORK/b1/_testmain.go"), config, link, started)
    assert (run.links, names(run), run.tested) == ({"key": "a/lib.test"}, {"main": "a/lib.test"}, {"a/lib"})


def test_each_go_command_of_a_program_has_folders_of_its_own() -> None:
    line = compile_line("b1", "p", "one", "./p.go")
    run = bare(line, "WORK=/tmp/go-build8", line.replace("one", "two"))
    assert names(run) == {"one": "p", "two": "p"}


@pytest.mark.parametrize(("facts_only", "vetted"), [(True, set()), (False, {"a/lib [a/lib.test]"})])
@pytest.mark.parametrize("tool", ["vet -atomic", "fix"])
def test_a_vet_is_one_that_reports(facts_only: object, vetted: set[str], tool: str) -> None:
    config = {"ImportPath": "a/lib", "GoFiles": ["/a/lib/lib.go", "/a/lib/lib_test.go"], "VetxOnly": facts_only}
    run = bare(written("b1/vet.cfg", json.dumps(config)), f"TERM='dumb' /go/{tool} $WORK/b1/vet.cfg")
    assert run.vetted == vetted


def test_a_package_for_which_only_cgo_ran_has_stopped_before_its_compile() -> None:
    cgo = "TERM='dumb' /go/cgo -objdir $WORK/b1/ -importpath a/native -- ./n.go"
    assert bare(cgo).stopped == {"a/native"}
    assert bare(cgo, compile_line("b1", "a/native", "key", "n.go")).stopped == set()


def test_a_test_binary_that_nobody_linked_is_an_error() -> None:
    with pytest.raises(UnreadableError, match="not linked"):
        bare("$WORK/b1/lib.test -test.timeout=10m0s")


def told(*actions: tuple[str, str, Kind, Status], lib: TestOutcome | None = None) -> Result:
    made = [
        replace(action(n, name, status, kind), action_id=key) for n, (key, name, kind, status) in enumerate(actions)
    ]
    return replace(result(*made), tests={"lib": lib} if lib else {})


LIB = ("key", "lib", Kind.COMPILE, Status.RAN)
RUN = bare(compile_line("b1", "lib", "key", "./lib.go"), "go tool buildid -w $WORK/b1/_pkg_.a # internal")


@pytest.mark.parametrize(
    ("mine", "found"),
    [
        (told(LIB), []),
        (told(), ["compiled according to bare go only: lib (key)"]),
        (told(LIB, ("other", "api", Kind.COMPILE, Status.RAN)), ["compiled according to the result only: api (other)"]),
        (told(LIB, ("other", "api", Kind.COMPILE, Status.CACHED)), []),
        (told(("key", "lib [lib.test]", Kind.COMPILE, Status.RAN)), ["compiled: lib [lib.test]; bare: lib"]),
        (
            told(("key", "lib", Kind.COMPILE, Status.FAILED)),
            ["failed compiles: according to the result only ['key'], to bare go only []"],
        ),
        (told(LIB, ("link", "app", Kind.LINK, Status.RAN)), ["linked according to the result only: app (link)"]),
        (
            told(LIB, ("", "lib", Kind.VET, Status.RAN)),
            ["vetted: according to the result only ['lib'], to bare go only []"],
        ),
        (
            told(LIB, lib=TestOutcome("lib", TestStatus.PASSED, cached=False, seconds=0.1)),
            ["tested: according to the result only ['lib'], to bare go only []"],
        ),
        (told(LIB, lib=TestOutcome("lib", TestStatus.PASSED, cached=True, seconds=None)), []),
        (replace(told(LIB), returncode=1), ["exit status 1; bare: 0"]),
    ],
)
def test_a_disagreement_is_told(mine: Result, found: list[str]) -> None:
    assert list(disagreements(mine, RUN, Counter())) == found
