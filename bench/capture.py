"""What the capture of hash inputs costs a go command: the same commands with and without it, in turns."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from unittest import mock

from pytest_gocache import process
from pytest_gocache.environment import DEBUG_SETTING
from pytest_gocache.toolchain import GoToolchain

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
WAYS = ("no capture", "into a file", "through a pipe")


def measure(rounds: int, scratch: Path, toolchain: GoToolchain) -> list[tuple[str, dict[str, list[float]]]]:
    """Seconds of each command in each way, ``rounds`` times; the ways take turns."""
    for name, text in SERVER.items():
        (scratch / name).write_text(text, encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "HOME": str(scratch), "GOCACHE": str(scratch / "cache"), "GOENV": "off"}
    env |= {"GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "-buildvcs=false"}
    measured = []
    for title, args, edited in COMMANDS:
        seconds: dict[str, list[float]] = {way: [] for way in WAYS}
        for number in range(rounds + 1):
            for way in WAYS:
                # Go replays a test's result only under the same GODEBUG: each way warms its own.
                if not edited:
                    _run(args, way, env, scratch, toolchain)
                else:
                    state = f"package main\n\nconst state = {time.monotonic_ns()}\n"
                    (scratch / "state.go").write_text(state, encoding="utf-8")
                took = _run(args, way, env, scratch, toolchain)
                if number:  # the first round warmed the cache
                    seconds[way].append(took)
        measured.append((title, seconds))
    return measured


def _run(args: tuple[str, ...], way: str, env: Mapping[str, str], scratch: Path, toolchain: GoToolchain) -> float:
    argv = [str(toolchain.go), args[0], f"-debug-actiongraph={scratch / 'graph.json'}", *args[1:]]
    debug = {} if way == WAYS[0] else {"GODEBUG": DEBUG_SETTING}
    with mock.patch.object(process, "_large_pipe", return_value=None) if way == WAYS[1] else nullcontext():
        done = process.run(argv, cwd=scratch, env={**env, **debug}, output=scratch)
    assert done.returncode == 0, done.stderr[-500:]
    return done.seconds


def report(measured: list[tuple[str, dict[str, list[float]]]]) -> Iterator[str]:
    """Lines with medians in milliseconds, and the capture's share of the command: the median of the pairs."""
    yield f"{'':<22}" + "".join(f"{way:>16}" for way in WAYS) + f"{'share, file':>14}{'share, pipe':>14}"
    for title, seconds in measured:
        columns = "".join(f"{statistics.median(seconds[way]) * 1e3:>16.1f}" for way in WAYS)
        shares = []
        for way in WAYS[1:]:
            pairs = zip(seconds[WAYS[0]], seconds[way], strict=True)
            shares.append(statistics.median((captured - bare) / captured for bare, captured in pairs))
        yield f"{title:<22}{columns}" + "".join(f"{share:>14.1%}" for share in shares)
