"""Records what real go commands of each version do, for tests that need no Go.

It is a test module that nothing collects by itself. Folders are hashed into cache keys: these are nobody's own::

    cp -a "$(go env GOROOT)" /tmp/recorded-go  # when it is one of these versions
    python -m pytest tests/recorded/record.py --basetemp=/tmp/recorded --gocache-dir=/tmp/recorded-store \
        --go-toolchain 1.21.13 --go-toolchain 1.25.5 --go-toolchain /tmp/recorded-go

Each test below is a scenario. ``tests/recorded/<version>/scenarios.tar.xz`` gets a folder for each of its commands:
``lib-edited/2/`` with the ``graph.json`` and ``stderr`` that Go wrote, and ``step.json`` with the other facts of the
`Result`. `tests.recorded_results` makes the results again.
"""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_gocache import GoModule, GoToolchain, ModuleProxy, Result
from pytest_gocache.results.cache_event import CacheEvent

HERE = Path(__file__).parent
# With PATH the hosts' own folders would be recorded.
LEFT_OUT = ("PATH",)

APP = """
-- lib/lib.go --
package lib

// Hello greets.
func Hello() string { return "hello" }
-- lib/lib_test.go --
package lib

import (
	"os"
	"testing"
)

func TestHello(t *testing.T) {
	if Hello() == os.Getenv("WORD") {
		t.Fatal("no greeting")
	}
}
-- api/api.go --
package api

import "example.com/app/lib"

func Greeting() string { return lib.Hello() + "!" }
-- lone/lone.go --
package lone

const Answer = 42
-- cmd/app/main.go --
package main

import "example.com/app/api"

var version = "dev"

func main() { println(api.Greeting(), version) }
"""
EDIT = ("lib/lib.go", '"hello"', '"good day"')


class Recorder:
    """Runs the go commands of one scenario, and keeps what each one did."""

    def __init__(self, module: GoModule) -> None:
        self.module = module
        self.files: dict[str, bytes] = {}
        self._taken = 0

    def go(self, *args: str, env: Mapping[str, str] | None = None) -> Result:
        """Run ``go args``, whatever its exit status."""
        sources = self._sources()
        result = self.module.go(*args, env=env, check=False)
        self._taken += 1
        evidence = result.evidence
        assert evidence is not None
        for name in ("graph.json", "stderr"):
            if (evidence / name).is_file():
                self.files[f"{self._taken}/{name}"] = _shorter((evidence / name).read_bytes())
        facts = json.dumps(_facts(result, sources), indent=1, ensure_ascii=False)
        self.files[f"{self._taken}/step.json"] = facts.encode()
        return result

    def _sources(self) -> dict[str, str]:
        """The module's files before a command: path from its root -> text."""
        files = [path for path in sorted(self.module.path.rglob("*")) if path.suffix in (".go", ".txt", ".mod")]
        return {path.relative_to(self.module.path).as_posix(): path.read_text(encoding="utf-8") for path in files}


def _shorter(content: bytes) -> bytes:
    """Without what makes half of an archive and is read by nothing: module indexes, and times below a millisecond."""
    content = re.sub(rb"(?m)^HASH\[moduleIndex\].*\n", b"", content)
    return re.sub(rb"(?<=T\d\d:\d\d:\d\d\.)(\d{3})\d+Z", rb"\1Z", content)


def _facts(result: Result, sources: Mapping[str, str]) -> dict[str, Any]:
    around = result.circumstances
    return {
        "command": result.command,
        "step": result.step,
        "cwd": str(result.cwd),
        "returncode": result.returncode,
        "stdout": result.stdout,
        "seconds": round(result.seconds, 3),
        "modules": dict(result.modules),
        "downloads": result.downloads,
        "env": {name: value for name, value in sorted(around.env.items()) if name not in LEFT_OUT},
        "cpus": around.cpus,
        "started": around.started,
        "events": [_event(event) for event in around.events],
        "sources": sources,
    }


def _members(file: Path) -> Iterator[tuple[str, bytes]]:
    if file.is_file():
        with tarfile.open(file) as tar:
            for member in tar:
                content = tar.extractfile(member)
                assert content is not None
                yield member.name, content.read()


def _event(event: CacheEvent) -> list[Any]:
    return [event.operation.name, event.packages and sorted(event.packages), event.by and event.by.total_seconds()]


@pytest.fixture(scope="module")
def archive(request: pytest.FixtureRequest) -> Iterator[dict[str, dict[str, bytes]]]:
    """Version -> path in its archive -> content; the archives are written at the end.

    Scenarios that were not run stay as they are.
    """
    recorded: dict[str, dict[str, bytes]] = {}
    yield recorded
    if request.session.testsfailed:
        return
    for version, files in recorded.items():
        file = HERE / version / "scenarios.tar.xz"
        file.parent.mkdir(exist_ok=True)
        scenarios = {name.partition("/")[0] for name in files}
        files |= {n: content for n, content in _members(file) if n.partition("/")[0] not in scenarios}
        # All commands of a version in one: what they have in common is there once.
        with tarfile.open(file, "w:xz", preset=9) as tar:
            for name in sorted(files, key=lambda name: (name.rpartition("/")[2], name)):
                member = tarfile.TarInfo(name)
                member.size = len(files[name])
                tar.addfile(member, io.BytesIO(files[name]))


@pytest.fixture
def recorder(
    request: pytest.FixtureRequest,
    go_module: GoModule,
    go_toolchain: GoToolchain,
    archive: dict[str, dict[str, bytes]],
) -> Iterator[Recorder]:
    go_module.load(APP)
    # So that it is no input of a key which version of the language the module asks for.
    go_module.write("go.mod", "module example.com/app\n\ngo 1.21\n")
    made = Recorder(go_module)
    yield made
    scenario = request.node.originalname.removeprefix("test_").replace("_", "-")
    files = archive.setdefault(go_toolchain.version.number, {})
    files.update((f"{scenario}/{name}", content) for name, content in made.files.items())


FROM_NOTHING = """
-- lib/lib.go --
package lib

import "fmt"

// Hello greets.
func Hello() string { return fmt.Sprint("hello") }
-- lib/lib_test.go --
package lib

import "testing"

func TestHello(t *testing.T) {
	if Hello() == "" {
		t.Fatal("no greeting")
	}
}
-- lib/outside_test.go --
package lib_test

import (
	"testing"

	"example.com/app/ext"
)

func TestOutside(t *testing.T) {
	if ext.Greeting() == "" {
		t.Fatal("no greeting")
	}
}
-- ext/ext.go --
package ext

import "example.com/app/lib"

func Greeting() string { return lib.Hello() + "!" }
-- cmd/app/main.go --
package main

import (
	"os"

	"example.com/app/lib"
)

func main() { os.Stdout.WriteString(lib.Hello()) }
"""


@pytest.mark.gocache(warm=False)
def test_from_nothing(recorder: Recorder) -> None:
    for path in ("api", "lone"):
        recorder.module.remove(path)
    recorder.module.load(FROM_NOTHING)
    recorder.go("build", "./...")
    recorder.go("test", "./...")
    recorder.go("test", "./...")
    recorder.go("vet", "./...")
    recorder.module.edit("lib/lib.go", 'return fmt.Sprint("hello")', "fmt.Sprint()")
    recorder.go("build", "./...")
    recorder.go("test", "./...")


def test_lib_edited(recorder: Recorder) -> None:
    recorder.go("build", "./...")
    recorder.module.touch("lib/lib.go")
    recorder.go("build", "./...")
    recorder.module.edit(*EDIT)
    recorder.go("build", "./...")
    recorder.go("build", "-a", "./lone")
    recorder.go("build", "-n", "./...")
    recorder.go("version")


def test_compile_flags(recorder: Recorder) -> None:
    recorder.go("build", "./cmd/app")
    recorder.go("build", "-gcflags=-N -l", "./cmd/app")
    recorder.go("build", "-gcflags=all=-trimpath=/home/a", "./lib")
    recorder.go("build", "-gcflags=all=-trimpath=/home/b", "./lib")
    recorder.go("build", "./lib", env={"GOFLAGS": "-trimpath -gcflags=./api=-m"})
    recorder.go("build", "-gcflags=./...=-N", "./lib")


def test_stamped(recorder: Recorder) -> None:
    recorder.go("build", "-ldflags=-X main.version=1", "./...")
    recorder.go("build", "-ldflags=-X main.version=2", "./...")
    recorder.go("build", "-trimpath", "-ldflags=-X main.version=1", "./...")
    recorder.go("build", "-trimpath", "-ldflags=-X main.version=2024-01-02T03:04:05Z", "./...")
    recorder.go("build", "-trimpath", "-ldflags=-X main.version=2024-01-02T03:04:06Z", "./...")
    recorder.go("install", "./cmd/app")
    recorder.go("install", "./cmd/app")


def test_tested(recorder: Recorder) -> None:
    recorder.go("test", "./...")
    recorder.go("test", "./...")
    recorder.go("test", "-count=1", "./lib")
    recorder.go("test", "./lib", env={"WORD": "new"})
    recorder.go("test", "-run=Hello", "./lib")
    recorder.module.edit(*EDIT)
    recorder.go("test", "./...")
    recorder.go("test", "./lib", env={"WORD": "good day"})
    recorder.go("test", "./lib", env={"WORD": "good day"})
    recorder.go("clean", "-testcache")
    recorder.go("test", "./lib")
    recorder.go("test", "./api")


DATA_TEST = """
-- data/data.go --
package data
-- data/data_test.go --
package data

import (
	"os"
	"testing"
)

func TestWords(t *testing.T) {
	if _, err := os.ReadFile("testdata/words.txt"); err != nil {
		t.Fatal(err)
	}
}
-- data/testdata/words.txt --
one
"""
LONG_AGO = 1_700_000_000.0


def test_test_data(recorder: Recorder) -> None:
    module = recorder.module
    module.load(DATA_TEST)
    module.touch("data/testdata/words.txt", LONG_AGO)
    recorder.go("test", "./data")
    recorder.go("test", "./data")
    module.write("data/testdata/words.txt", "two words\n")
    module.touch("data/testdata/words.txt", LONG_AGO)
    recorder.go("test", "./data")
    module.touch("data/testdata/words.txt", LONG_AGO + 60)
    recorder.go("test", "./data")
    module.write("data/testdata/words.txt", "three words or more\n")
    recorder.go("test", "./data")


READING = """\
package {name}

import (
	"os"
	"testing"
)

func TestReads(t *testing.T) {{
	os.Getenv("ONLY_{name}")
	for _, name := range []string{{"a", "b", "c"}} {{
		os.Stat("../data/" + name + ".txt")
		os.Stat("../data/" + name + ".txt")
		if _, err := os.ReadFile("../data/" + name + ".txt"); err != nil {{
			t.Fatal(err)
		}}
	}}
	os.ReadDir("testdata")
	os.Stat("missing")
}}
"""
STD = ("bufio", "bytes", "errors", "fmt", "io", "os", "path", "sort", "strconv", "strings", "sync", "time", "unicode")


def test_large_tests(recorder: Recorder) -> None:
    # More test files, imports in them and files to read than could be told apart by trial. -p=1 is one after the other.
    module = recorder.module
    for path in ("api", "lone", "lib", "cmd"):
        module.remove(path)
    for name in ("one", "two"):
        module.write(
            f"{name}/{name}.go", f'package {name}\n\nimport "strings"\n\nvar Name = strings.ToUpper("{name}")\n'
        )
        for number, imported in enumerate((*STD, "math", "math/rand", "regexp")):
            test = f'import (\n\t_ "{imported}"\n\t"testing"\n)\n\nfunc TestF{number}(t *testing.T) {{ _ = Name }}\n'
            module.write(f"{name}/f{number}_test.go", f"package {name}\n\n{test}")
        module.write(f"{name}/reads_test.go", READING.format(name=name))
        test = f'import (\n\t"testing"\n\n\t"example.com/app/of{name}"\n)\n\nfunc TestX(t *testing.T) {{ _ = of{name}.Name }}\n'
        module.write(f"{name}/x_test.go", f"package {name}_test\n\n{test}")
        module.write(
            f"of{name}/o.go", f'package of{name}\n\nimport "example.com/app/{name}"\n\nvar Name = {name}.Name\n'
        )
        module.write({f"{name}/testdata/t{number}.txt": name * number for number in range(4)})
        module.write(
            f"cmd/{name}/main.go", f'package main\n\nimport _ "example.com/app/of{name}"\n\nfunc main() {{}}\n'
        )
    module.write({f"data/{name}.txt": name for name in "abc"})
    _set_times(module, LONG_AGO)
    recorder.go("test", "-p=1", "./...")
    module.write("data/c.txt", "changed")
    module.write("two/testdata/t3.txt", "changed as well")
    _set_times(module, LONG_AGO)
    recorder.go("test", "-p=1", "./...")


def _set_times(module: GoModule, seconds: float) -> None:
    for path in module.path.rglob("*"):
        os.utime(path, (seconds, seconds))


def test_vetted(recorder: Recorder) -> None:
    recorder.go("vet", "./...")
    recorder.go("vet", "./...")
    recorder.module.edit(*EDIT)
    recorder.go("vet", "./...")


def test_broken(recorder: Recorder) -> None:
    recorder.go("build", "./...")
    recorder.module.append("lib/lib.go", "\nvar _ = undefined\n")
    recorder.go("build", "-gcflags=-N", "./...")
    recorder.go("build", "-gcflags=-N", "./...")
    recorder.go("test", "./...")


def test_cache_damaged(recorder: Recorder) -> None:
    recorder.go("build", "./...")
    recorder.module.gocache.evict("example.com/app/lib")
    recorder.go("build", "./...")
    recorder.module.gocache.clear()
    recorder.go("build", "./lib")
    recorder.go("clean", "-cache")
    recorder.go("build", "./lib")


def test_one_at_a_time(recorder: Recorder) -> None:
    recorder.go("build", "-p=1", "./lib", "./lone")
    recorder.go("build", "./lib", "./lone", "./api", env={"GOFLAGS": "-p=1", "GOMAXPROCS": "2"})


def test_downloaded(recorder: Recorder, go_proxy: ModuleProxy) -> None:
    go_proxy.add({"go.mod": "module example.com/Dep\n", "dep.go": "package dep\n"})
    recorder.module.append("go.mod", "\nrequire example.com/Dep v1.0.0\n")
    recorder.module.write("go.sum", go_proxy.go_sum)
    recorder.module.write("use/use.go", 'package use\n\nimport _ "example.com/Dep"\n')
    recorder.go("build", "./use")
    recorder.go("build", "./use")
    recorder.module.gomodcache.clear()
    recorder.go("build", "./use")
