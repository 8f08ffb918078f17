"""How the cost of results and explanations grows with the module: a tree of packages that all import ``p0``."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from unittest import mock

import pytest

if TYPE_CHECKING:
    from pytest_gocache import GoModule
    from pytest_gocache.results.result import Result

BRANCHES = 4
ROUNDS = int(os.environ["BENCH_ROUNDS"])
SIZES = [int(size) for size in os.environ["BENCH_SIZES"].split()]


def module_of(packages: int) -> dict[str, str]:
    """``main``, and a tree of packages that each import their parent: an edit of p0 recompiles all of them.

    Each has a test file without a test, so ``go vet`` analyses the test variant of each.
    """
    files = {"go.mod": "module example.com/app\n\ngo 1.21\n", "p0/p0.go": "package p0\n\nconst V = 1\n"}
    for number in range(1, packages - 1):
        above = (number - 1) // BRANCHES
        files[f"p{number}/p{number}.go"] = (
            f'package p{number}\n\nimport "example.com/app/p{above}"\n\nconst V = p{above}.V + {number}\n'
        )
    for number in range(packages - 1):
        files[f"p{number}/p{number}_test.go"] = f"package p{number}\n\nvar _ = V\n"
    first_of_last = (packages - 3) // BRANCHES + 1
    tops = range(first_of_last, packages - 1)
    imports = "".join(f'import _ "example.com/app/p{number}"\n' for number in tops)
    files["main.go"] = f"package main\n\n{imports}\nfunc main() {{}}\n"
    return files


@contextmanager
def recorded() -> Iterator[list[Callable[[], Result]]]:
    """For each go command, a function that reads its record again: graph, hash log and output into a result."""
    from pytest_gocache.run.go_command import GoCommand

    again: list[Callable[[], Result]] = []
    original = GoCommand.result

    def result(*args: object) -> Result:
        again.append(lambda: original(*args))  # type: ignore[arg-type]
        return original(*args)  # type: ignore[arg-type]

    with mock.patch.object(GoCommand, "result", result):
        yield again


def fresh(result: Result) -> Result:
    """The same result and the steps before it, with logs that are not parsed yet."""
    from pytest_gocache.results.logs import Logs

    logs = Logs()
    made: Result | None = None
    for step in reversed([result, *result.earlier()]):
        made = replace(step, circumstances=replace(step.circumstances, logs=logs), previous=made)
    assert made is not None
    return made


def failing(result: Result) -> None:
    from pytest_gocache import assert_cached

    with pytest.raises(AssertionError):
        assert_cached(result)


def timed(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def peak(run: Callable[[], object]) -> float:
    """Peak memory in megabytes, in a separate run: tracing memory slows everything down."""
    tracemalloc.start()
    run()
    top = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return top / 1024**2


@pytest.mark.parametrize("size", SIZES)
def test_size(size: int, go_module: GoModule, tell: Callable[..., None]) -> None:
    def say(case: str, go: float, own: float, **more: float) -> None:
        tell(size=size, case=case, go=go, own=own, **more)

    def explain(case: str, result: Result) -> None:
        for _ in range(ROUNDS):
            say(f"explain() {case}", result.seconds, timed(fresh(result).explain))
            copy = fresh(result)
            say(f"a failing assert {case}", result.seconds, timed(lambda: failing(copy)))  # noqa: B023
        tell(size=size, peak=peak(fresh(result).explain), of=f"explain() {case}")

    go_module.write(module_of(size))
    with recorded() as again:

        def read_again(case: str, result: Result) -> None:
            for _ in range(ROUNDS):
                say(f"result of {case}", result.seconds, timed(again[-1]))
            tell(size=size, peak=peak(again[-1]), of=f"result of {case}")

        cold = go_module.build("./...")
        assert len(cold.compiled_outside_std) == size
        read_again("a cold build", cold)

        last = f"p{size - 2}/p{size - 2}.go"
        go_module.append(last, "\nconst More = 1\n")
        edited = go_module.build("./...")
        assert len(edited.compiled_outside_std) == 2
        explain("after an edit of one package", edited)

        go_module.edit("p0/p0.go", "V = 1", "V = 2")
        followed = go_module.build("./...")
        assert len(followed.compiled_outside_std) == size
        explain("after an edit that all follow", followed)

        for number in range(ROUNDS):
            # A file that no package compiles: before the build, the library cannot know that no key is new.
            go_module.write("p0/other_plan9.go", f"package p0\n\n// {number}\n")
            begun = time.perf_counter()
            warm = go_module.build("./...")
            whole = time.perf_counter() - begun
            assert not warm.compiled
            say("result of a warm build", warm.seconds, timed(again[-1]))
            say("all but the go command of a warm build", warm.seconds, whole - warm.seconds)
        tell(size=size, peak=peak(again[-1]), of="result of a warm build")

        vetted = go_module.vet("./...")
        assert len(vetted.vetted) >= size
        read_again("a cold vet", vetted)
        go_module.edit("p0/p0.go", "V = 2", "V = 3")
        explain("after an edit that all follow, vet", go_module.vet("./..."))
