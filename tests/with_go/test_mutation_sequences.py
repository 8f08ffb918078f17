"""Whatever happens in whatever order: every action that ran is explained once, with evidence."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings, strategies as st

from pytest_gocache import GoToolchain, UsageError
from pytest_gocache.host.files import remove_tree
from pytest_gocache.plugin.session import session_of
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.running import Steps
from tests.with_go.mutation_module import load_app
from tests.with_go.mutations import Bench, gaps

LIB = "example.com/app/lib"


def optional_file(path: str, text: str) -> Callable[[Bench, int], object]:
    """A file that is there with 1 and 2, with another content, and not with 0: so that changes are taken back."""

    def change(bench: Bench, number: int) -> None:
        if number:
            bench.module.write(path, text.replace("NUMBER", str(number)))
        elif (bench.module.path / path).exists():
            bench.module.remove(path)

    return change


def go_line(bench: Bench, number: int) -> None:
    text = bench.module.read("go.mod")
    bench.module.write(
        "go.mod", text[: text.index("go 1.")] + f"go 1.2{number % 2}" + text[text.index("\n\nrequire") :]
    )


def dependency(bench: Bench, number: int) -> None:
    text = bench.module.read("go.mod")
    bench.module.write("go.mod", text[: text.index(" v1.")] + f" v1.{number % 2}.0\n")


def evict(bench: Bench, number: int) -> None:
    with contextlib.suppress(UsageError):  # nothing of it is there yet
        bench.cache.evict(("example.com/dep", LIB, "example.com/app/cmd/app")[number])


def corrupt(bench: Bench, number: int) -> None:
    with contextlib.suppress(UsageError):
        bench.cache.corrupt(("example.com/dep", LIB, "example.com/app/assets")[number])


# Left out: what makes the standard library cold, which takes long.
MUTATIONS: Mapping[str, Callable[[Bench, int], object]] = {
    "nothing": lambda *_: None,
    "lib": optional_file("lib/more.go", "package lib\n\nfunc More() int { return NUMBER }\n"),
    "mistake": optional_file("lib/mistake.go", "package lib\n\nvar mistake int = undefinedNUMBER\n"),
    "test": optional_file("lib/more_test.go", 'package lib\n\nimport "testing"\n\nfunc TestNUMBER(*testing.T) {}\n'),
    "outside test": optional_file(
        "lib/outside_test.go", f'package lib_test\n\nimport _ "{LIB}"\n\nconst Number = NUMBER\n'
    ),
    "words": optional_file("lib/testdata/words.txt", "NUMBER\n"),
    "page": optional_file("assets/pages/second.txt", "page NUMBER\n"),
    "c": lambda bench, number: bench.module.write("native/more.c", f"int more{number};\n"),
    "main": optional_file("cmd/app/more.go", "package main\n\nconst more = NUMBER\n"),
    "package": optional_file("extra/extra.go", f'package extra\n\nimport _ "{LIB}"\n\nconst Number = NUMBER\n'),
    "go line": go_line,
    "dependency": dependency,
    "touch": lambda bench, _: bench.module.touch("lib/lib.go"),
    "evict": evict,
    "corrupt": corrupt,
    "clear tests": lambda bench, _: bench.cache.clear_tests(),
    "clean tests": lambda bench, _: bench.go("clean -testcache"),
}
COMMANDS = (
    "build ./...",
    "build -gcflags=-l ./...",
    "build -trimpath ./lib",
    "build -tags=fast -o bin/app ./cmd/app",
    "build -ldflags=-X=main.version=1 -o bin/app ./cmd/app",
    "build -a ./lib",
    "install ./cmd/app",
    "run ./cmd/app",
    "test ./...",
    "test ./lib",
    "test -run=Words ./lib",
    "test -count=1 ./lib",
    "vet ./...",
)
ENVIRONMENTS: tuple[Mapping[str, str], ...] = (
    {},
    {"APP_MODE": "new"},
    {"GOFLAGS": "-gcflags=-N"},
    {"GODEBUG": "panicnil=1"},
)

STEPS = st.tuples(
    st.sampled_from(sorted(MUTATIONS)), st.integers(0, 2), st.sampled_from(COMMANDS), st.sampled_from(ENVIRONMENTS)
)


def new_bench(config: pytest.Config, toolchain: GoToolchain, folder: Path) -> Bench:
    """A bench as the fixtures make it, one for each example."""
    session = session_of(config)
    machine = Machine.create(folder, toolchain, session.ambient)
    root = folder / "app"
    root.mkdir()
    module = session.module(machine, root, Steps(folder / "steps"))
    load_app(module, folder / "proxy")
    return Bench(module, machine.build_cache, folder)


@pytest.mark.gocache(cgo=True)
@pytest.mark.usefixtures("go_module")
def test_every_action_of_a_sequence_is_explained(
    go_toolchain: GoToolchain, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> None:
    explained = 0

    # Five examples and no shrinking: each takes seconds.
    @settings(max_examples=5, phases=[Phase.generate])
    @given(st.lists(STEPS, min_size=3, max_size=6))
    def check(steps: list[tuple[str, int, str, Mapping[str, str]]]) -> None:
        nonlocal explained
        folder = tmp_path_factory.mktemp("sequence").resolve()
        try:
            bench = new_bench(pytestconfig, go_toolchain, folder)
            for mutation, number, command, env in steps:
                MUTATIONS[mutation](bench, number)
                result = bench.go(command, env)
                assert gaps(result) == [], f"{result.title}\n{result.explain()}"
                explained += len(result.explain().reasons)
        finally:
            remove_tree(folder)

    check()

    assert explained >= 60
