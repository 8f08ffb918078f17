"""What the library adds to single go commands, compared with bare ones in the same module and cache."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_gocache import BuildCache, GoModule

FILES = {
    "fmt": 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n',
    "net/http": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe("localhost:0", nil) }\n',
}
BUILD = ("build", "-o", "app", ".")
CALLED = {"go version": ("version",), "go env GOOS": ("env", "GOOS"), "go build, warm": BUILD}
SHELL = "/bin/sh"

ROUNDS = int(os.environ["BENCH_ROUNDS"])
CALLS = int(os.environ["BENCH_CALLS"])


class Bare:
    """Go commands without the library, in the same module and cache."""

    def __init__(self, module: GoModule, cache: BuildCache) -> None:
        self.folder = module.path
        self.go = os.environ["BENCH_GO"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BENCH_", "PYTEST_"))}
        path = f"{os.path.dirname(self.go)}{os.pathsep}{kept['PATH']}"  # noqa: PTH120
        self.env = {**kept, "PATH": path, "GOCACHE": str(cache.path), "GOENV": "off", "GOTOOLCHAIN": "local"}
        self.env |= {"GOPROXY": "off", "GOFLAGS": "-buildvcs=false", "LC_ALL": "C", "GOWORK": "off"}

    def run(self, *argv: str) -> None:
        subprocess.run(argv, cwd=self.folder, env=self.env, check=True, capture_output=True)


def timed(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("case", ["again", "new sources"])
def test_one_warm_build(
    kind: str, case: str, go_module: GoModule, gocache: BuildCache, tell: Callable[..., None]
) -> None:
    go_module.write("main.go", FILES[kind])
    bare = Bare(go_module, gocache)
    state = 0

    def prepare() -> None:
        # A change of a file that no package compiles: before the build, the library cannot know that no key is new.
        nonlocal state
        state += 1
        if case == "new sources":
            go_module.write("other_plan9.go", f"package main\n\n// {state}\n")

    def library() -> float:
        prepare()
        return timed(lambda: go_module.build(*BUILD[1:]))

    def plain() -> float:
        prepare()
        return timed(lambda: bare.run(bare.go, *BUILD))

    library(), plain()
    for number in range(ROUNDS):
        if number % 2:
            measured, floor = library(), plain()
        else:
            floor, measured = plain(), library()
        tell(case=f"{kind}, {case}", library=measured, bare=floor)
    assert not go_module.build(*BUILD[1:]).compiled


@pytest.mark.parametrize("called", CALLED)
def test_calls_of_a_program(called: str, go_module: GoModule, gocache: BuildCache, tell: Callable[..., None]) -> None:
    go_module.write("main.go", FILES["fmt"])
    bare = Bare(go_module, gocache)

    def script(calls: int) -> tuple[str, ...]:
        return (
            SHELL,
            "-c",
            f"i=0; while [ $i -lt {calls} ]; do go {' '.join(CALLED[called])} || exit 1; i=$((i+1)); done",
        )

    def library(calls: int) -> float:
        return timed(lambda: go_module.exec(*script(calls)))

    def plain(calls: int) -> float:
        return timed(lambda: bare.run(*script(calls)))

    library(1), plain(1)
    for number in range(ROUNDS):
        ways = [library, plain] if number % 2 else [plain, library]
        seconds = {way: (way(0), way(CALLS)) for way in ways}
        (none, some), (bare_none, bare_some) = seconds[library], seconds[plain]
        per_call, bare_per_call = (some - none) / CALLS, (bare_some - bare_none) / CALLS
        tell(called=called, library=per_call, bare=bare_per_call, library_none=none, bare_none=bare_none)
