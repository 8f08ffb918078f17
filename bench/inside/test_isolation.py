"""The same small tests in four ways: an empty cache each, a copied one each, one for all, and with the library."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_gocache import GoModule

# Each test has sources of its own: in a shared cache, no test gets a hit from the edit of a different one.
FILES = {
    "fmt": {
        "go.mod": "module example.com/app\n\ngo 1.21\n",
        "lib/lib.go": 'package lib\n\nimport "fmt"\n\nfunc Hello() string { return fmt.Sprint("hello @") }\n',
        "lib/lib_test.go": 'package lib\n\nimport "testing"\n\nfunc TestHello(t *testing.T) { Hello() }\n',
        "cmd/app/main.go": 'package main\n\nimport "example.com/app/lib"\n\nfunc main() { println(lib.Hello()) }\n',
    },
    "net/http": {
        "go.mod": "module example.com/app\n\ngo 1.21\n",
        "lib/lib.go": 'package lib\n\nimport "net/http"\n\n'
        'func Hello() string { return http.StatusText(200) + "hello @" }\n',
        "lib/lib_test.go": 'package lib\n\nimport "testing"\n\nfunc TestHello(t *testing.T) { Hello() }\n',
        "cmd/app/main.go": 'package main\n\nimport "example.com/app/lib"\n\nfunc main() { println(lib.Hello()) }\n',
    },
}
EDITED = "lib/lib.go"
OWN = {"example.com/app/lib", "example.com/app/cmd/app"}

KIND = os.environ["BENCH_KIND"]
each = pytest.mark.parametrize("number", range(int(os.environ["BENCH_COUNT"])))


def texts(number: int, word: str = "hello") -> dict[str, str]:
    unique = f"{word} {os.environ['BENCH_ROUND']} {number}"
    return {name: text.replace("hello @", unique) for name, text in FILES[KIND].items()}


def in_subprocesses(folder: Path, cache: Path, number: int) -> None:
    """Build, touch, build, edit, build, test. With ``-v``, go names what it compiles, which proves the steps."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BENCH_", "PYTEST_"))}
    env |= {"GOCACHE": str(cache), "GOENV": "off", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
    env["GOFLAGS"] = "-buildvcs=false"

    def go(*args: str) -> subprocess.CompletedProcess[str]:
        argv = [os.environ["BENCH_GO"], *args]
        return subprocess.run(argv, cwd=folder, env=env, check=True, capture_output=True, text=True)

    for name, text in texts(number).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    assert set(go("build", "-v", "./...").stderr.split()) >= OWN
    (folder / EDITED).touch()
    assert not go("build", "-v", "./...").stderr
    (folder / EDITED).write_text(texts(number, "bye")[EDITED])
    assert set(go("build", "-v", "./...").stderr.split()) == OWN
    assert "(cached)" not in go("test", "-v", "./...").stdout


@each
def test_empty(tmp_path: Path, number: int) -> None:
    in_subprocesses(tmp_path, tmp_path / "gocache", number)


@each
def test_copied(tmp_path: Path, number: int) -> None:
    shutil.copytree(os.environ["BENCH_CACHE"], tmp_path / "gocache")
    in_subprocesses(tmp_path, tmp_path / "gocache", number)


@each
def test_shared(tmp_path: Path, number: int) -> None:
    in_subprocesses(tmp_path, Path(os.environ["BENCH_CACHE"]), number)


@each
def test_library(go_module: GoModule, number: int, tell: Callable[..., None]) -> None:
    from pytest_gocache import assert_cached, assert_only_rebuilt, assert_test_ran

    go_module.write(texts(number))
    results = [go_module.build("-v", "./...")]
    assert results[-1].compiled_outside_std == OWN
    go_module.touch(EDITED)
    results.append(go_module.build("-v", "./..."))
    assert_cached(results[-1])
    go_module.edit(EDITED, f"hello {os.environ['BENCH_ROUND']}", f"bye {os.environ['BENCH_ROUND']}")
    results.append(go_module.build("-v", "./..."))
    assert_only_rebuilt(results[-1], *OWN)
    results.append(go_module.test("-v", "./..."))
    assert_test_ran(results[-1], "./lib")
    tell(go=sum(result.seconds for result in results))


def test_nothing() -> None:
    """Only pytest itself."""
