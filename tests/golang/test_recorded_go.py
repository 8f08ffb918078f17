"""The parsers against what real go commands of three versions wrote.

The module: ``cmd/app`` imports ``lib``, ``ext`` imports ``lib``, ``lib`` has a test in the package and one outside,
which imports ``ext``. The commands, in one GOCACHE: ``build1``: go build ./... with an empty cache; ``test1`` and
``test2``: go test ./..., twice; ``vet1``: go vet ./...; ``fail`` and ``failt``: go build ./... and go test ./... once
lib.go no longer compiles.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from pytest_gocache.explain.key_inputs import changed_inputs
from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome, TestStatus
from pytest_gocache.golang.actiongraph import parse_action_graph
from pytest_gocache.golang.hashlog import HashBlock, parse_hash_log, split_debug_lines, test_variants as variants_in
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.results.result import Result

DATA = Path(__file__).parents[1] / "recorded"
VERSIONS = ("1.21.13", "1.25.5", "1.27.3")
# The second run's keys are the first one's: that is what cached means.
_STDERR_OF = {"test2": "test1"}


def graph(version: str, name: str) -> bytes:
    return gzip.decompress((DATA / version / f"{name}.json.gz").read_bytes())


def has_stderr(version: str, name: str) -> bool:
    return (DATA / version / f"{_STDERR_OF.get(name, name)}.err.gz").exists()


@functools.cache
def stderr(version: str, name: str) -> bytes:
    return gzip.decompress((DATA / version / f"{_STDERR_OF.get(name, name)}.err.gz").read_bytes())


def stdout(version: str, name: str) -> str:
    file = DATA / version / f"{name}.out"
    return file.read_text(encoding="utf-8") if file.exists() else ""


@functools.cache
def blocks(version: str, name: str) -> tuple[HashBlock, ...]:
    return parse_hash_log(stderr(version, name))


@functools.cache
def actions(version: str, name: str) -> tuple[Action, ...]:
    variants = variants_in(stderr(version, name)) if has_stderr(version, name) else {}
    return parse_action_graph(graph(version, name), variants)


def result(version: str, name: str) -> Result:
    found = actions(version, name)
    return Result(
        command=("go", name),
        step=1,
        cwd=Path("/src/app"),
        returncode=0,
        stdout=stdout(version, name),
        stderr="",
        seconds=1.0,
        actions=found,
        tests=parse_test_output(stdout(version, name)),
        std=frozenset(a.package for a in found if not a.package.startswith("example.com/")),
    )


each_version = pytest.mark.parametrize("version", VERSIONS)
RECORDED_STDERR = [(v, n) for v in VERSIONS for n in ("build1", "test1", "vet1", "failt") if has_stderr(v, n)]
GRAPHS = [(v, n) for v in VERSIONS for n in ("build1", "test1", "test2", "vet1", "fail", "failt")]

APP = "example.com/app"
LIB_TEST = f"[{APP}/lib.test]"

RAN, CACHED, NOT_RUN, FAILED = Status.RAN, Status.CACHED, Status.NOT_RUN, Status.FAILED

# (kind, name) -> (import path, exists only for a test)
IN_A_TEST_RUN = {
    (Kind.COMPILE, f"{APP}/cmd/app"): (f"{APP}/cmd/app", False),
    (Kind.COMPILE, f"{APP}/ext"): (f"{APP}/ext", False),
    (Kind.COMPILE, f"{APP}/lib"): (f"{APP}/lib", False),
    (Kind.COMPILE, f"{APP}/ext {LIB_TEST}"): (f"{APP}/ext", False),
    (Kind.COMPILE, f"{APP}/lib {LIB_TEST}"): (f"{APP}/lib", False),
    (Kind.COMPILE, f"{APP}/lib_test {LIB_TEST}"): (f"{APP}/lib", True),
    (Kind.COMPILE, f"{APP}/lib.test"): (f"{APP}/lib", True),
    (Kind.LINK, f"{APP}/lib.test"): (f"{APP}/lib", True),
    (Kind.VET, f"{APP}/cmd/app"): (f"{APP}/cmd/app", False),
    (Kind.VET, f"{APP}/ext"): (f"{APP}/ext", False),
    (Kind.VET, f"{APP}/lib"): (f"{APP}/lib", False),
    (Kind.VET, f"{APP}/ext {LIB_TEST}"): (f"{APP}/ext", False),
    (Kind.VET, f"{APP}/lib {LIB_TEST}"): (f"{APP}/lib", False),
    (Kind.VET, f"{APP}/lib_test {LIB_TEST}"): (f"{APP}/lib", True),
    (Kind.TEST, f"{APP}/cmd/app"): (f"{APP}/cmd/app", False),
    (Kind.TEST, f"{APP}/ext"): (f"{APP}/ext", False),
    (Kind.TEST, f"{APP}/lib"): (f"{APP}/lib", False),
}


def of_the_module(version: str, name: str) -> dict[tuple[Kind, str], Action]:
    found = [a for a in actions(version, name) if a.package.startswith(APP) and a.kind is not Kind.OTHER]
    by_name = {(a.kind, a.package): a for a in found}
    assert len(by_name) == len(found), "two actions of one kind have one name"
    return by_name


@each_version
@pytest.mark.parametrize("name", ["test1", "test2", "failt"])
def test_test_variants_are_named_as_go_lists_them(version: str, name: str) -> None:
    named = {key: (a.import_path, a.scaffold) for key, a in of_the_module(version, name).items()}
    assert named == IN_A_TEST_RUN


@each_version
def test_statuses_of_a_first_test_run(version: str) -> None:
    found = {key: a.status for key, a in of_the_module(version, "test1").items()}
    plain = {(Kind.COMPILE, f"{APP}/{p}") for p in ("cmd/app", "ext", "lib")}
    tests = {key for key in found if key[0] is Kind.TEST}
    assert found == {key: CACHED if key in plain else NOT_RUN if key in tests else RAN for key in IN_A_TEST_RUN}


@each_version
def test_statuses_of_a_repeated_test_run(version: str) -> None:
    found = {key: a.status for key, a in of_the_module(version, "test2").items()}
    compiles = {key for key in IN_A_TEST_RUN if key[0] is Kind.COMPILE}
    assert {key for key, status in found.items() if status is CACHED} == compiles
    assert found[Kind.LINK, f"{APP}/lib.test"] is NOT_RUN
    vetted = {key for key, status in found.items() if status is RAN}
    if version == "1.27.3":  # vet is cached from 1.26 on
        assert vetted == set()
    else:
        assert vetted == {
            (Kind.VET, f"{APP}/{p}") for p in ("cmd/app", "ext", f"lib {LIB_TEST}", f"lib_test {LIB_TEST}")
        }


@each_version
def test_statuses_of_a_build_that_fails(version: str) -> None:
    assert {key: a.status for key, a in of_the_module(version, "fail").items()} == {
        (Kind.COMPILE, f"{APP}/lib"): FAILED,
        (Kind.COMPILE, f"{APP}/ext"): NOT_RUN,
        (Kind.COMPILE, f"{APP}/cmd/app"): NOT_RUN,
        (Kind.LINK, f"{APP}/cmd/app"): NOT_RUN,
    }


@each_version
def test_statuses_of_a_test_run_that_does_not_build(version: str) -> None:
    found = {key: a.status for key, a in of_the_module(version, "failt").items()}
    assert found.pop((Kind.COMPILE, f"{APP}/lib")) is FAILED
    assert set(found.values()) == {NOT_RUN}


@pytest.mark.parametrize("version", ["1.21.13"])
def test_test_variants_of_go_vet_belong_to_the_package_that_they_test(version: str) -> None:
    external = [a for a in actions(version, "vet1") if a.package.startswith(f"{APP}/lib_test")]
    assert {a.kind for a in external} == {Kind.COMPILE, Kind.VET}
    assert {(a.package, a.import_path, a.scaffold) for a in external} == {
        (f"{APP}/lib_test {LIB_TEST}", APP + "/lib", True)
    }
    compiled = {a.package for a in actions(version, "vet1") if a.kind is Kind.COMPILE and a.import_path == f"{APP}/lib"}
    assert {f"{APP}/lib", f"{APP}/lib {LIB_TEST}"} <= compiled


@pytest.mark.parametrize(("version", "name"), GRAPHS)
def test_a_graph_is_consistent(version: str, name: str) -> None:
    found = actions(version, name)
    numbers = {a.id for a in found}
    assert len(numbers) == len(found)
    assert all(set(a.deps) <= numbers for a in found)
    assert all(0 <= a.started <= a.ended < 3600 for a in found)
    assert all(bool(a.commands) is a.ran for a in found)
    assert all(a.build_id.startswith(a.action_id) for a in found if a.build_id and a.kind is Kind.COMPILE)
    assert all(a.content_id for a in found if a.build_id)
    assert not any(a.scaffold and a.kind is Kind.OTHER for a in found)


@pytest.mark.parametrize(("version", "name"), RECORDED_STDERR)
def test_the_inputs_of_every_block_hash_to_its_sum(version: str, name: str) -> None:
    found = blocks(version, name)
    for block in found:
        text = "".join(block.inputs).encode("utf-8", "surrogateescape")
        assert hashlib.sha256(text).hexdigest() == block.sum, block.name
        assert block.inputs[0] == f"go{version}"
        assert block.verified
    closed = re.findall(rb"^HASH\[([^\n]*)\]: [0-9a-f]{64}$", stderr(version, name), re.MULTILINE)
    names = Counter(n.decode() for n in closed if n != b"moduleIndex")
    assert Counter(block.name for block in found) == names, "a block was lost"


@each_version
def test_every_kind_of_block_is_read(version: str) -> None:
    kinds = {block.name.split(" ")[0] for block in blocks(version, "test1")}
    assert {"build", "link", "vet", "testResult", "testInputs"} <= kinds


@pytest.mark.parametrize(("version", "name"), RECORDED_STDERR)
def test_every_compile_and_link_with_a_key_has_its_block(version: str, name: str) -> None:
    by_id = {block.action_id: block.name for block in blocks(version, name)}
    keyed = [a for a in actions(version, name) if a.action_id and a.kind in (Kind.COMPILE, Kind.LINK)]
    assert keyed
    for action in keyed:
        what = "build" if action.kind is Kind.COMPILE else "link"
        plain = action.package.split(" [")[0]
        assert by_id[action.action_id] in {f"{what} {plain}", f"{what} {action.import_path}"}


@pytest.mark.parametrize(("version", "name"), RECORDED_STDERR)
def test_the_commands_own_stderr_is_what_is_left(version: str, name: str) -> None:
    left = split_debug_lines(stderr(version, name)).decode()
    if name == "failt":
        assert left.startswith(f"# {APP}/lib\n")
        assert left.endswith("missing return\n")
        assert left.count("\n") == 3
    else:
        assert not left


@pytest.mark.parametrize(("version", "name"), RECORDED_STDERR)
def test_no_two_inputs_of_a_compile_or_link_share_a_name(version: str, name: str) -> None:
    # The second would hide a change of the first.
    for block in blocks(version, name):
        if block.name.startswith(("build ", "link ")):
            # A main package's own two lines are one input: its content, and its key with its content.
            lines = tuple(line for line in block.inputs if not line.startswith("packagemain "))
            nothing = HashBlock(block.name, (), block.sum)
            one_by_one = [changed_inputs(HashBlock(block.name, (line,), block.sum), nothing) for line in lines]
            whole = HashBlock(block.name, lines, block.sum)
            assert len(changed_inputs(whole, nothing)) == sum(map(len, one_by_one)), block.name


@each_version
def test_a_test_variant_differs_from_its_package_in_what_it_imports(version: str) -> None:
    by_id = {block.action_id: block for block in blocks(version, "test1")}
    found = of_the_module(version, "test1")
    plain, variant = (by_id[found[Kind.COMPILE, f"{APP}/ext{suffix}"].action_id] for suffix in ("", f" {LIB_TEST}"))
    changes = {c.what: c for c in changed_inputs(plain, variant)}
    assert set(changes) == {"test variant", f"import {APP}/lib"}
    assert changes[f"import {APP}/lib"].imported == f"{APP}/lib"
    assert changes["test variant"].how == "test variant was added"


@each_version
def test_a_first_build_compiles_everything_and_links(version: str) -> None:
    first = result(version, "build1")
    assert first.compiled == first.packages
    assert first.cached == first.failed == first.vetted == frozenset()
    assert first.compiled_outside_std == {f"{APP}/cmd/app", f"{APP}/ext", f"{APP}/lib"}
    assert {"runtime", "fmt", "os"} <= first.compiled
    assert first.linked == {f"{APP}/cmd/app"}
    assert first.max_parallel == 2  # it was recorded on two processors


@each_version
def test_a_first_test_run_compiles_the_variants_only(version: str) -> None:
    first = result(version, "test1")
    variants = {f"{APP}/ext {LIB_TEST}", f"{APP}/lib {LIB_TEST}", f"{APP}/lib_test {LIB_TEST}", f"{APP}/lib.test"}
    assert first.compiled_outside_std == variants
    assert first.compiled | first.cached == first.packages
    assert not first.compiled & first.cached
    assert {f"{APP}/ext", f"{APP}/lib", f"{APP}/cmd/app", "runtime"} <= first.cached
    assert first.linked == {f"{APP}/lib.test"}
    assert first.vetted == {f"{APP}/cmd/app", f"{APP}/ext", f"{APP}/lib {LIB_TEST}", f"{APP}/lib_test {LIB_TEST}"}


@each_version
def test_a_repeated_test_run_does_nothing(version: str) -> None:
    second = result(version, "test2")
    assert second.compiled == second.linked == second.failed == frozenset()
    assert second.cached == second.packages
    assert second.max_parallel == 0


@each_version
@pytest.mark.parametrize("name", ["fail", "failt"])
def test_a_failed_compile_is_compiled_and_failed(version: str, name: str) -> None:
    broken = result(version, name)
    assert broken.failed == broken.compiled == {f"{APP}/lib"}
    assert broken.linked == frozenset()
    assert broken.max_parallel == 1


@each_version
def test_go_vet_reports_on_the_named_packages_only(version: str) -> None:
    names = {name.split(" [")[0] for name in result(version, "vet1").vetted}
    assert names == {f"{APP}/cmd/app", f"{APP}/ext", f"{APP}/lib", f"{APP}/lib_test"}


@each_version
@pytest.mark.parametrize(("name", "seconds"), [("test1", 0.002), ("test2", None)])
def test_verdicts_of_a_test_run(version: str, name: str, seconds: float | None) -> None:
    lib = TestOutcome(f"{APP}/lib", TestStatus.PASSED, cached=name == "test2", seconds=seconds)
    assert result(version, name).tests == {
        f"{APP}/cmd/app": TestOutcome(f"{APP}/cmd/app", TestStatus.NO_TESTS, cached=False, seconds=None),
        f"{APP}/ext": TestOutcome(f"{APP}/ext", TestStatus.NO_TESTS, cached=False, seconds=None),
        f"{APP}/lib": lib,
    }
    assert lib.ran is (name == "test1")


@each_version
def test_verdicts_of_a_test_run_that_does_not_build(version: str) -> None:
    found = result(version, "failt").tests
    # Go 1.21 names only the package that has tests.
    assert {*found} == ({f"{APP}/lib"} if version == "1.21.13" else {f"{APP}/{p}" for p in ("cmd/app", "ext", "lib")})
    assert {outcome.status for outcome in found.values()} == {TestStatus.BUILD_FAILED}
    assert not any(outcome.ran or outcome.cached for outcome in found.values())
