"""Names of packages: test variants, external tests and generated main packages, by the graph's own structure."""

from __future__ import annotations

import json

import pytest

from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.graph_node import GraphReferences, read_nodes
from pytest_gocache.golang.hashlog import CompileBlocks
from pytest_gocache.golang.test_variants import PackageNames
from tests.golang.made_graphs import TEST_SUPPORT, MadeGraph

MANY = [f"f{number}_test.go" for number in range(20)]


@pytest.fixture
def made() -> MadeGraph:
    return MadeGraph()


def named(text: str, stderr: bytes) -> dict[int, tuple[str, str, bool]]:
    """The ID of each node → its name, the import path it belongs to, and whether it exists only for a test."""
    nodes = read_nodes(text)
    names = PackageNames(nodes, CompileBlocks(stderr, GraphReferences(nodes)))
    return {node.id: names.of(node) for node in nodes}


def names_of(made: MadeGraph, stderr: bytes | None = None) -> list[str]:
    return [name for name, _, _ in named(made.text, made.stderr() if stderr is None else stderr).values()]


def test_the_names_of_a_test_with_a_package_in_between(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    plain = made.compile("m/lib")
    tested = made.compile("m/lib", [support], files=["a.go", "a_test.go"], forced=True)
    between = made.compile("m/ext", [tested], forced=True)
    plain_between = made.compile("m/ext", [plain])
    external = made.compile("m/lib_test", [between, tested], files=["x_test.go"])
    main = made.tested("m/lib", [tested, external], support)
    program = made.compile("m/cmd", [plain_between])
    found = named(made.text, made.stderr())
    assert found[plain] == ("m/lib", "m/lib", False)
    assert found[plain_between] == ("m/ext", "m/ext", False)
    assert found[program] == ("m/cmd", "m/cmd", False)
    assert found[tested] == ("m/lib [m/lib.test]", "m/lib", False)
    assert found[between] == ("m/ext [m/lib.test]", "m/ext", False)
    assert found[external] == ("m/lib_test [m/lib.test]", "m/lib", True)
    assert found[main] == found[main + 1] == ("m/lib.test", "m/lib", True)


@pytest.mark.parametrize("ran", [False, True])
def test_names_do_not_depend_on_the_order_in_which_go_prints(made: MadeGraph, *, ran: bool) -> None:
    support = made.compile(TEST_SUPPORT)
    others = [made.compile(f"std{number}") for number in range(20)]
    plain = made.compile("m/lib", others[:5], ran=ran)
    tested = made.compile("m/lib", [support, *others], files=["a.go", *MANY], forced=True, ran=ran)
    external = made.compile("m/lib_test", [tested], files=["x_test.go"], ran=ran)
    made.tested("m/lib", [tested, external], support)
    made.compile("m/cmd", [plain])
    names = names_of(made)
    assert names[tested] == "m/lib [m/lib.test]"
    assert names[plain] == "m/lib"
    for seed in range(100):
        assert names_of(made, made.stderr(seed)) == names


def test_a_package_whose_copy_waits_for_it_is_told_without_a_log(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    plain = made.compile("m/lib")
    tested = made.compile("m/lib", [support, plain], files=["a.go", "a_test.go"], forced=True)
    made.tested("m/lib", [tested], support)
    assert names_of(made, b"")[tested] == "m/lib [m/lib.test]"
    assert names_of(made, b"")[plain] == "m/lib"


def test_a_package_that_only_its_external_test_needs_is_plain(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    tested = made.compile("m/lib")
    external = made.compile("m/lib_test", [tested], files=["x_test.go"])
    made.tested("m/lib", [tested, external], support)
    assert names_of(made)[tested] == "m/lib"
    assert names_of(made)[external] == "m/lib_test [m/lib.test]"


def test_test_files_in_the_command_tell_without_a_log(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    tested = made.compile("m/lib", files=["a.go", "a_test.go"], forced=True, ran=True)
    made.tested("m/lib", [tested], support)
    assert names_of(made, b"")[tested] == "m/lib [m/lib.test]"


def test_what_nothing_tells_is_an_error(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    tested = made.compile("m/lib", forced=True)
    made.tested("m/lib", [tested], support)
    log = made.stderr()
    with pytest.raises(ActionGraphError, match=r"neither the graph nor Go's hash log tells whether m/lib is compiled"):
        names_of(made, log.replace(b"file a.go", b"file b.go"))


def test_a_line_that_go_did_not_print_is_no_evidence(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    tested = made.compile("m/lib", forced=True)
    made.tested("m/lib", [tested], support)
    with pytest.raises(ActionGraphError, match="neither the graph nor"):
        names_of(made, b'HASH[build m/lib]: "\\q"\n' + made.stderr())


def test_a_package_under_test_that_was_never_hashed_is_plain(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    tested = made.node("build", "m/lib", [support])
    made.node("build", "m/lib.test", [support, tested])
    assert names_of(made)[tested] == "m/lib"


def test_a_package_between_two_tests_has_a_name_for_each(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    between = []
    for path in ("m/a", "m/b"):
        tested = made.compile(path, files=["a.go", "a_test.go"], forced=True)
        between.append(made.compile("m/ext", [tested], forced=True))
        external = made.compile(f"{path}_test", [between[-1]], files=["x_test.go"])
        made.tested(path, [tested, external], support)
    assert [names_of(made)[number] for number in between] == ["m/ext [m/a.test]", "m/ext [m/b.test]"]


def test_a_tested_package_in_between_is_told_from_its_own_copy(made: MadeGraph) -> None:
    # low_test imports top, top imports mid, mid imports low; mid has tests of its own.
    support = made.compile(TEST_SUPPORT)
    low_plain = made.compile("m/low")
    low = made.compile("m/low", files=["a.go", "a_test.go"], forced=True)
    mid_for_low = made.compile("m/mid", [low], forced=True)
    top_for_low = made.compile("m/top", [mid_for_low], forced=True)
    low_test = made.compile("m/low_test", [top_for_low], files=["x_test.go"])
    mid = made.compile("m/mid", [low_plain], files=["a.go", "a_test.go"], forced=True)
    made.tested("m/low", [low, low_test], support)
    made.tested("m/mid", [mid], support)
    names = {
        low_plain: "m/low",
        low: "m/low [m/low.test]",
        mid_for_low: "m/mid [m/low.test]",
        top_for_low: "m/top [m/low.test]",
        low_test: "m/low_test [m/low.test]",
        mid: "m/mid [m/mid.test]",
    }
    for seed in (None, *range(50)):
        found = names_of(made, made.stderr(seed))
        assert {number: found[number] for number in names} == names


def test_a_real_package_whose_path_ends_in_test_has_variants_of_its_own(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    sibling = made.compile("m/e2e")
    tested = made.compile("m/e2e_test", [sibling], files=["a.go", "a_test.go"], forced=True)
    made.tested("m/e2e_test", [tested], support)
    external = made.compile("m/e2e_test", [sibling], files=["x_test.go"])
    made.tested("m/e2e", [sibling, external], support)
    found = named(made.text, made.stderr())
    assert found[tested] == ("m/e2e_test [m/e2e_test.test]", "m/e2e_test", False)
    assert found[external] == ("m/e2e_test [m/e2e.test]", "m/e2e", True)
    assert found[sibling] == ("m/e2e", "m/e2e", False)


@pytest.mark.parametrize("package", ["m/lib.test", "m/lib_test", "m/x.test/y"])
def test_a_package_that_only_looks_like_a_test_is_a_package(made: MadeGraph, package: str) -> None:
    library = made.compile("m/lib")
    likely = made.compile(package, [library])
    made.node("link", package, [likely])
    assert list(named(made.text, made.stderr()).values())[1:] == [(package, package, False)] * 2


def test_a_real_folder_beside_the_test_of_its_name(made: MadeGraph) -> None:
    support = made.compile(TEST_SUPPORT)
    library = made.compile("m/lib")
    real = made.compile("m/lib.test", [library])
    tested = made.compile("m/lib", [support, library], files=["a.go", "a_test.go"], forced=True)
    main = made.tested("m/lib", [tested], support)
    scaffold = {number for number, (_, _, scaffold) in named(made.text, made.stderr()).items() if scaffold}
    assert scaffold == {main, main + 1}
    assert names_of(made)[real] == "m/lib.test"


# go vet has no generated main packages: it looks at a package with its test files, then at its external test.


def vet(made: MadeGraph, *compiles: int) -> None:
    for number in compiles:
        made.node("vet", made.nodes[number]["Package"], [number])


def test_the_names_of_go_vet(made: MadeGraph) -> None:
    plain = made.compile("m/lib")
    between_plain = made.compile("m/ext", [plain])
    tested = made.compile("m/lib", files=["a.go", *MANY], forced=True)
    between = made.compile("m/ext", [tested], forced=True)
    external = made.compile("m/lib_test", [between, tested], files=["x_test.go"])
    vet(made, between_plain, tested, external)
    for seed in (None, *range(50)):
        names = names_of(made, made.stderr(seed))
        assert names[:5] == ["m/lib", "m/ext", "m/lib [m/lib.test]", "m/ext [m/lib.test]", "m/lib_test [m/lib.test]"]
        assert names[5:] == ["m/ext", "m/lib [m/lib.test]", "m/lib_test [m/lib.test]"]


def test_go_vet_of_a_real_package_whose_path_ends_in_test(made: MadeGraph) -> None:
    sibling = made.compile("m/e2e")
    external = made.compile("m/e2e_test", [sibling], files=["x_test.go"])
    real = made.compile("m/e2e_test", [sibling], files=["a.go", "a_test.go"], forced=True)
    vet(made, sibling, external, real)
    for seed in (None, *range(50)):
        found = named(made.text, made.stderr(seed))
        assert found[external] == ("m/e2e_test [m/e2e.test]", "m/e2e", True)
        assert found[real] == ("m/e2e_test [m/e2e_test.test]", "m/e2e_test", False)
        assert found[sibling] == ("m/e2e", "m/e2e", False)


def test_go_vet_of_a_main_package_without_tests_is_of_the_plain_package(made: MadeGraph) -> None:
    vet(made, made.compile("m/cmd", files=["main.go"], forced=True))
    assert names_of(made) == ["m/cmd", "m/cmd"]


def test_an_import_chain_of_ten_thousand_packages_is_no_recursion(made: MadeGraph) -> None:
    depth = 10_000
    support = made.compile(TEST_SUPPORT)
    last = first = made.compile("m/lib", files=["a.go", "a_test.go"], forced=True)
    for number in range(depth):
        last = made.compile(f"m/p{number}", [last], forced=True)
    external = made.compile("m/lib_test", [last], files=["x_test.go"])
    made.tested("m/lib", [first, external], support)
    names = names_of(made)
    assert names[last] == f"m/p{depth - 1} [m/lib.test]"
    assert names[first] == "m/lib [m/lib.test]"


def test_dependencies_in_a_circle_do_no_harm() -> None:
    nodes = [
        {"ID": 0, "Mode": "build", "Package": "m/lib.test", "Deps": [1, 2, 99]},
        {"ID": 1, "Mode": "build", "Package": "m/lib", "Deps": [0, 1]},
        {"ID": 2, "Mode": "build", "Package": TEST_SUPPORT, "Deps": [1]},
        {"ID": 3, "Mode": "vet", "Package": "m/lib", "Deps": []},
    ]
    assert len(named(json.dumps(nodes), b"")) == 4
