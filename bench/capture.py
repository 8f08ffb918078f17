"""What the capture of hash inputs adds to a go command: the same commands with and without it, in turns."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench.measure import Row, ratios, take_turns
from bench.scratch import ChildFailedError, Scratch
from pytest_gocache.golang.godebug import DEBUG_SETTING
from pytest_gocache.host import process

PART = "capture"
SERVER = {
    "go.mod": "module example.com/app\n\ngo 1.21\n",
    "main.go": (
        'package main\n\nimport "net/http"\n\n'
        'func main() { println(http.ListenAndServe("localhost:0", nil).Error(), state) }\n'
    ),
    "state.go": "package main\n\nconst state = 0\n",
    "main_test.go": 'package main\n\nimport "testing"\n\nfunc TestNothing(*testing.T) {}\n',
}
COMMANDS = (
    ("build, warm", ("build", "-o", "app", "."), False),
    ("build after an edit", ("build", "-o", "app", "."), True),
    ("test, cached", ("test", "."), False),
    ("test after an edit", ("test", "."), True),
    ("vet, warm", ("vet", "."), False),
)
WAYS = ("no capture", "thrown away", "into a file", "through a pipe")
"""Where the lines go. Thrown away, they cost only the time that Go needs to format them."""


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part: each command of a module that imports net/http, in four ways that take turns."""
    folder = scratch.folder("capture")
    for name, text in SERVER.items():
        (folder / name).write_text(text, encoding="utf-8")
    for way in WAYS:
        (folder / way).mkdir()
    (folder / WAYS[1] / "stderr").symlink_to(os.devnull)
    env = {**scratch.go_env, "GOCACHE": str(folder / "cache")}
    go = str(scratch.toolchain.go)
    for title, args, edited in COMMANDS:
        scratch.say(f"{PART}: {title}")

        def run(way: str, args: tuple[str, ...] = args, *, edited: bool = edited) -> Callable[[int], float]:
            def measured(_: int) -> float:
                # Go replays a test result only under the same GODEBUG: each way warms its own result.
                if not edited:
                    _run(go, args, way, env, folder)
                else:
                    state = f"package main\n\nconst state = {time.monotonic_ns()}\n"
                    (folder / "state.go").write_text(state, encoding="utf-8")
                return _run(go, args, way, env, folder)

            return measured

        ways = {way: run(way) for way in WAYS}
        take_turns(1, ways)  # warms the cache
        taken = take_turns(scratch.rounds, ways)
        bare = taken[WAYS[0]]
        yield Row(PART, f"{title}, {WAYS[0]}", bare)
        for way in WAYS[1:]:
            yield Row(PART, f"{title}, {way}", taken[way], against=WAYS[0], ratios=ratios(taken[way], bare))


def _run(go: str, args: tuple[str, ...], way: str, env: Mapping[str, str], folder: Path) -> float:
    argv = [go, args[0], f"-debug-actiongraph={folder / 'graph.json'}", *args[1:]]
    debug = {} if way == WAYS[0] else {"GODEBUG": DEBUG_SETTING}
    done = process.run(argv, cwd=folder, env={**env, **debug}, output=folder / way, logs=way == WAYS[3])
    if done.returncode != 0:
        raise ChildFailedError(f"{argv} failed:\n{done.stderr.decode()[-500:]}")
    return done.seconds
