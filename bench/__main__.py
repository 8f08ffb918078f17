"""``python -m bench``: what isolation and observation cost, beside bare go commands in the same run."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.capture import measure, report
from pytest_gocache import GoModule
from pytest_gocache.toolchain import GoToolchain, find_default

HELLO = {
    "go.mod": "module example.com/app\n\ngo 1.21\n",
    "lib/lib.go": 'package lib\n\nimport "fmt"\n\nfunc Hello() string { return fmt.Sprint("hello") }\n',
    "lib/lib_test.go": 'package lib\n\nimport "testing"\n\nfunc TestHello(t *testing.T) { Hello() }\n',
    "cmd/app/main.go": 'package main\n\nimport "example.com/app/lib"\n\nfunc main() { println(lib.Hello()) }\n',
}
EDIT = ("lib/lib.go", '"hello"', '"bye"')

# The same steps three ways: build, touch, build, edit, build, test.
COMMANDS = (("build", "./..."), ("build", "./..."), ("build", "./..."), ("test", "./..."))


@dataclass
class Phases:
    """Seconds of each phase of each test, and of the go commands in it."""

    setup: list[float] = field(default_factory=list)
    call: list[float] = field(default_factory=list)
    teardown: list[float] = field(default_factory=list)
    go: list[float] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        getattr(self, report.when or "call").append(report.duration)


def one_test(module: GoModule, seen: Callable[[float], None]) -> None:
    """The body of a test, through the library."""
    module.write(HELLO)
    total = module.build("./...").seconds
    module.touch("lib/lib.go")
    total += module.build("./...").seconds
    module.edit(*EDIT)
    total += module.build("./...").seconds
    total += module.test("./...").seconds
    seen(total)


def through_the_library(tests: int, scratch: Path) -> Phases:
    """Run ``tests`` tests in this process."""
    phases = Phases()
    file = scratch / f"test_bench_{tests}.py"
    file.write_text(
        "import pytest\nfrom bench.__main__ import one_test\n\n"
        f"@pytest.mark.parametrize('i', range({tests}))\n"
        "def test_hello(i, go_module, pytestconfig):\n"
        "    one_test(go_module, pytestconfig.pluginmanager.getplugin('phases').go.append)\n"
    )
    (scratch / "pytest.ini").write_text("[pytest]\n")

    class Named:
        """Gives the phases a name that the tests find them by."""

        @pytest.hookimpl(tryfirst=True)
        def pytest_configure(self, config: pytest.Config) -> None:
            config.pluginmanager.register(phases, "phases")

    args = ["-p", "no:cacheprovider", "-p", "no:terminal", f"--rootdir={scratch}", str(file)]
    if pytest.main(args, plugins=[Named()]) != 0:
        raise SystemExit("the benchmark's tests failed")
    return phases


def bare(tests: int, scratch: Path, toolchain: GoToolchain) -> list[float]:
    """The floor: the same files and commands with subprocess, one warm cache for all, nothing observed."""
    env = {"PATH": os.environ["PATH"], "HOME": str(scratch), "GOCACHE": str(scratch / "cache"), "GOENV": "off"}
    env |= {"GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "-buildvcs=false"}
    seconds = []
    for number in range(tests + 1):
        begun = time.perf_counter()
        folder = scratch / f"bare{number}"
        for name, text in HELLO.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        for step, command in enumerate(COMMANDS):
            if step == len(COMMANDS) - 2:
                file = folder / EDIT[0]
                file.write_text(file.read_text().replace(*EDIT[1:]))
            subprocess.run([str(toolchain.go), *command], cwd=folder, env=env, check=True, capture_output=True)
        seconds.append(time.perf_counter() - begun)
    return seconds[1:]  # the first one warmed the cache


def row(name: str, values: Sequence[float]) -> str:
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{name:<44} {middle * 1e3:8.1f} {low * 1e3:8.1f} {high * 1e3:8.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tests", type=int, default=20, help="how many tests of each kind (default: 20)")
    tests = parser.parse_args().tests
    toolchain = find_default(os.environ)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        scratch = Path(folder).resolve()
        through_the_library(1, scratch)  # makes the store's entry, if need be
        floor = bare(tests, scratch, toolchain)
        phases = through_the_library(tests, scratch)
        (scratch / "capture").mkdir()
        captured = measure(tests, scratch / "capture", toolchain)
    whole = [sum(parts) for parts in zip(phases.setup, phases.call, phases.teardown, strict=True)]
    own = [call - go for call, go in zip(phases.call, phases.go, strict=True)]
    print(f"{toolchain.version}, {tests} tests of 4 go commands over a module that uses fmt; milliseconds")
    print(f"{'':<44} {'median':>8} {'min':>8} {'max':>8}")
    print(row("set-up of the fixtures", phases.setup))
    print(row("go commands of a test", phases.go))
    print(row("the library's own part of a test", own))
    print(row("tear-down", phases.teardown))
    print(row("a whole test", whole))
    print(row("the floor: bare commands, one shared cache", floor))
    print(f"a whole test / the floor: {statistics.median(whole) / statistics.median(floor):.2f}")
    print(f"\ncapture of the hash inputs, a module that uses net/http, {tests} rounds; milliseconds")
    for line in report(captured):
        print(line)


if __name__ == "__main__":
    main()
