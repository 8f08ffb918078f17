"""The modules and the commands of the adversary: shapes that have misled a reader of Go's builds before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pytest_gocache import GoModule, ModuleProxy
from pytest_gocache.golang.txtar import parse_txtar
from tests.with_go.mutation_module import profile

__all__ = ["CHANGES", "COMMANDS", "ENVIRONMENTS", "PROGRAMS", "SHAPES", "load"]

# The standard packages that any shape imports: one set, so that the store has one warm cache for each variant.
_BASE = """
-- pins/pins.go --
//go:build never

package pins

import "C"
import (
	_ "embed"
	_ "fmt"
	_ "os"
	_ "testing"
)
-- lib/lib.go --
package lib

func Hello() string { return "hello" }
-- api/api.go --
package api

import "example.com/app/lib"

func Greeting() string { return lib.Hello() + "!" }
-- cmd/app/main.go --
package main

import "example.com/app/api"

var version = "dev"

func main() { println(api.Greeting(), version) }
"""
_TEST = 'import "testing"\n\nfunc Test{}(*testing.T) {{}}\n'


@dataclass(frozen=True)
class Shape:
    """A part of a module that is there or not."""

    files: str = ""
    """A txtar archive."""
    go_mod: str = ""
    """More lines of go.mod."""
    go: str = ""
    """The Go versions that know these lines."""
    write: Callable[[GoModule], object] = lambda _: None
    """Writes what is no text."""


def _many_tests(module: GoModule) -> None:
    for number in range(16):
        module.write(f"many/m{number}_test.go", "package many\n\n" + _TEST.format(number))
    module.write("many/many.go", 'package many\n\nimport _ "example.com/app/lib"\n')
    module.write("many/x_test.go", 'package many_test\n\nimport _ "example.com/app/uses"\n')
    module.write("uses/uses.go", 'package uses\n\nimport _ "example.com/app/many"\n')


def _dependency(module: GoModule) -> None:
    proxy = ModuleProxy(module.path.parent / "proxy")
    proxy.add({"go.mod": "module example.com/dep\n\ngo 1.20\n", "dep.go": "package dep\n\nconst Word = 1\n"}, "v1.0.0")
    module.write("go.sum", proxy.go_sum)
    module.write("deps/deps.go", 'package deps\n\nimport "example.com/dep"\n\nconst Word = dep.Word\n')
    module.env["GOPROXY"] = proxy.file_url


SHAPES: Mapping[str, Shape] = {
    "tests": Shape(
        f"-- lib/lib_test.go --\npackage lib\n\n{_TEST.format('In')}"
        '-- lib/out_test.go --\npackage lib_test\n\nimport (\n\t"testing"\n\n\t"example.com/app/api"\n)\n\n'
        "func TestOut(t *testing.T) { t.Log(api.Greeting()) }\n"
    ),
    "outside tests only": Shape(f"-- api/out_test.go --\npackage api_test\n\n{_TEST.format('Out')}"),
    "tests only": Shape(f"-- alone/alone_test.go --\npackage alone\n\n{_TEST.format('Alone')}"),
    "main with tests": Shape(
        f"-- cmd/app/main_test.go --\npackage main\n\n{_TEST.format('Main')}"
        '-- cmd/app/out_test.go --\npackage main_test\n\nimport _ "example.com/app/lib"\n'
    ),
    "folder e2e_test": Shape(
        f"-- e2e/e2e.go --\npackage e2e\n-- e2e/e_test.go --\npackage e2e\n\n{_TEST.format('E')}"
        '-- e2e_test/e.go --\npackage e2e_test\n\nimport _ "example.com/app/lib"\n'
        f"-- e2e_test/a_test.go --\npackage e2e_test\n\n{_TEST.format('A')}"
    ),
    "folder lib.test": Shape('-- lib.test/l.go --\npackage l\n\nimport _ "example.com/app/lib"\n'),
    "many tests": Shape(write=_many_tests),
    "test that prints verdicts": Shape(
        '-- a/a.go --\npackage a\n\nimport _ "example.com/app/lib"\n-- a/a_test.go --\npackage a\n\nimport (\n'
        '\t"fmt"\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) {\n\tcode := m.Run()\n'
        '\tfmt.Print("ok  \\texample.com/app/lib\\t(cached)\\nFAIL\\texample.com/app/api [build failed]\\n"'
        '+\n\t\t"ok  \\texample.com/app/a\\t(cached)\\n...")\n\tos.Exit(code)\n}\n'
    ),
    "test that reads": Shape(
        "-- reads/testdata/words.txt --\nwords\n"
        '-- reads/r_test.go --\npackage reads\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestRead(t *testing.T) {\n'
        '\tif words, err := os.ReadFile("testdata/words.txt"); err != nil || string(words) == "bad\\n" {\n'
        '\t\tt.Fatal(err)\n\t}\n\tt.Log(os.Getenv("MODE"))\n}\n'
    ),
    "nested module": Shape(
        "-- nested/go.mod --\nmodule example.com/nested\n\ngo 1.20\n-- nested/n.go --\npackage nested\n\nconst N = 1\n"
        '-- outer/outer.go --\npackage outer\n\nimport "example.com/nested"\n\nconst N = nested.N\n',
        "require example.com/nested v0.0.0\n\nreplace example.com/nested => ./nested\n",
    ),
    "workspace": Shape(
        "-- go.work --\ngo 1.21\n\nuse (\n\t.\n\t./second\n)\n-- second/go.mod --\nmodule example.com/second\n\ngo 1.20\n"
        '-- second/s.go --\npackage second\n\nimport _ "example.com/app/lib"\n'
        "-- second/cmd/tool/main.go --\npackage main\n\nfunc main() {}\n"
    ),
    "dependency": Shape(go_mod="require example.com/dep v1.0.0\n", write=_dependency),
    "vendored": Shape(
        "-- vendor/modules.txt --\n# example.com/far v1.0.0\n## explicit\nexample.com/far\n"
        "-- vendor/example.com/far/far.go --\npackage far\n\nconst Far = 1\n"
        '-- near/near.go --\npackage near\n\nimport "example.com/far"\n\nconst Near = far.Far\n',
        "require example.com/far v1.0.0\n",
    ),
    "cgo": Shape(
        '-- native/native.go --\npackage native\n\n// #include "n.h"\nimport "C"\n\nconst One = C.ONE\n'
        f"-- native/n.h --\n#define ONE 1\n-- native/n_test.go --\npackage native\n\n{_TEST.format('N')}"
    ),
    "assembly": Shape("-- asm/a.go --\npackage asm\n\nfunc Nop()\n-- asm/a.s --\nTEXT ·Nop(SB), 4, $0-0\n\tRET\n"),
    "embedded": Shape(
        '-- page/page.go --\npackage page\n\nimport _ "embed"\n\n//go:embed page.txt\nvar Text string\n'
        "-- page/page.txt --\none\n"
    ),
    "tags": Shape(
        "-- lib/fast.go --\n//go:build fast\n\npackage lib\n\nconst Fast = true\n"
        "-- only/only.go --\n//go:build fast\n\npackage only\n"
        "-- lib/lib_windows.go --\npackage lib\n\nconst Windows = true\n"
    ),
    "profile": Shape(write=lambda module: module.write("cmd/app/default.pgo", profile(90))),
    "ignored folders": Shape(
        "-- testdata/p/p.go --\npackage p\n-- _x/x.go --\npackage x\n-- .x/x.go --\npackage x\n-- lib/testdata/q.go --\npackage q\n"
    ),
    "tool": Shape(
        "-- tl/main.go --\npackage main\n\nfunc main() { println(1) }\n", "tool example.com/app/tl\n", go=">=1.24"
    ),
    "odd names": Shape(
        "-- Upper/v2/u.go --\npackage u\n-- b.v1/b.go --\npackage b\n-- test/t.go --\npackage test\n"
        f"-- test/t_test.go --\npackage test\n\n{_TEST.format('T')}-- c-d/main.go --\npackage main\n\nfunc main() {{}}\n"
    ),
    "other go.mod": Shape("-- alt.mod --\nmodule example.com/app\n\ngo 1.20\n"),
    "overlay": Shape(
        '-- other/lib.go.txt --\npackage lib\n\nfunc Hello() string { return "other" }\n'
        f"-- overlay.json --\n{json.dumps({'Replace': {'lib/lib.go': 'other/lib.go.txt'}})}\n"
    ),
}

# With a vendor folder, Go wants every requirement of go.mod in it.
_NOT_VENDORED = {"dependency", "nested module", "workspace"}


def load(module: GoModule, shapes: Iterable[str], version_allows: Callable[[str], bool]) -> None:
    """Write the base and these shapes, each of them that the Go version allows and that goes with the others."""
    names = set(shapes)
    if "vendored" in names:
        names -= _NOT_VENDORED
    chosen = [SHAPES[name] for name in sorted(names) if not SHAPES[name].go or version_allows(SHAPES[name].go)]
    module.load(_BASE)
    module.write("go.mod", "module example.com/app\n\ngo 1.21\n" + "".join(f"\n{shape.go_mod}" for shape in chosen))
    for shape in chosen:
        for path, text in parse_txtar(shape.files).items():
            module.write(path, text)
        shape.write(module)


def _replaced(path: str, text: str) -> Callable[[GoModule, int], object]:
    """Write a file that depends on a number; with 0, remove it."""

    def change(module: GoModule, number: int) -> None:
        if number:
            module.write(path, text.replace("NUMBER", str(number)))
        elif (module.path / path).exists():
            module.remove(path)

    return change


def _appended(path: str, text: str) -> Callable[[GoModule, int], object]:
    def change(module: GoModule, number: int) -> None:
        if (module.path / path).exists():
            module.append(path, text.replace("NUMBER", str(number)))

    return change


def _rewritten(path: str, text: str) -> Callable[[GoModule, int], object]:
    def change(module: GoModule, number: int) -> None:
        if (module.path / path).exists():
            module.write(path, text.replace("NUMBER", str(number)))

    return change


def _link_error(module: GoModule, number: int) -> None:
    _replaced("cmd/app/stub.go", "package main\n\nfunc stub()\n\nfunc init() { stub() }\n")(module, number)
    _replaced("cmd/app/stub.s", "// no function\n")(module, number)


CHANGES: Mapping[str, Callable[[GoModule, int], object]] = {
    "nothing": lambda *_: None,
    "lib": _replaced("lib/more.go", "package lib\n\nfunc More() int { return NUMBER }\n"),
    "comment in lib": _appended("lib/lib.go", "// NUMBER"),
    "line in lib": _appended("lib/lib.go", "\nvar _ = NUMBER\n"),
    "type error": _replaced("lib/mistake.go", "package lib\n\nvar mistake int = undefinedNUMBER\n"),
    "syntax error": _replaced("api/mistake.go", "package api\n\n}\n"),
    "missing import": _replaced("api/missing.go", 'package api\n\nimport _ "example.com/app/nowhere"\n'),
    "vet finding": _replaced(
        "api/vet.go", 'package api\n\nimport "fmt"\n\nfunc Vet() string { return fmt.Sprintf("%d", "NUMBER") }\n'
    ),
    "test in lib": _replaced("lib/more_test.go", "package lib\n\n" + _TEST.format("NUMBER").replace("{{}}", "{}")),
    "failing test": _replaced(
        "api/fail_test.go",
        'package api\n\nimport "testing"\n\nfunc TestFail(t *testing.T) { t.Fatal("NUMBER") }\n',
    ),
    "test that does not compile": _replaced("api/bad_test.go", "package api\n\nvar _ = undefinedNUMBER\n"),
    "link error": _link_error,
    "main": _replaced("cmd/app/more.go", "package main\n\nconst more = NUMBER\n"),
    "new package": _replaced("extra/extra.go", 'package extra\n\nimport _ "example.com/app/lib"\n\nconst N = NUMBER\n'),
    "dependency inside": _appended("nested/n.go", "\nconst NNUMBER = 1 // another\n".replace("NNUMBER", "M")),
    "e2e test": _appended("e2e_test/a_test.go", "// NUMBER\n"),
    "many": _appended("many/many.go", "// NUMBER\n"),
    "header": _rewritten("native/n.h", "#define ONE NUMBER\n"),
    "C error": _rewritten("native/n.h", "#define ONE )\n"),
    "assembly": _appended("asm/a.s", "// NUMBER\n"),
    "page": _rewritten("page/page.txt", "NUMBER\n"),
    "words": _rewritten("reads/testdata/words.txt", "NUMBER\n"),
    "bad words": _rewritten("reads/testdata/words.txt", "bad\n"),
    "touch": lambda module, _: module.touch("lib/lib.go"),
    "profile": lambda module, number: module.write("cmd/app/default.pgo", profile(80 + number)),
}

COMMANDS = (
    # The commands of every day more often than the others.
    *("build ./...", "test ./...", "vet ./...", "build ./...", "test ./...", "test ./lib", "build ./cmd/app"),
    *("build ./...", "build ./lib", "build ./cmd/app", "build -o bin/ ./...", "build -o bin/app ./cmd/app"),
    *(
        "build -trimpath ./...",
        "build -gcflags=-N ./...",
        "build -gcflags=./lib=-l ./cmd/app",
        "build -tags=fast ./...",
    ),
    *("build -ldflags=-X=main.version=1 ./cmd/app", "build -p=1 ./...", "build -p=8 ./...", "build -C cmd/app ."),
    *(
        "build -modfile=alt.mod ./...",
        "build -overlay=overlay.json ./...",
        "build -mod=vendor ./...",
        "build -cover ./...",
    ),
    *(
        "build ./testdata/p ./_x ./lib",
        "build example.com/nested",
        "build ./nowhere ./lib",
        "build -buildvcs=false ./...",
    ),
    *("test ./...", "test ./lib", "test ./api ./lib", "test -count=1 ./lib", "test -run=In ./...", "test -v ./..."),
    *("test -p=1 ./...", "test -vet=off ./...", "test -c -o bin/lib.test ./lib", "test -short ./many ./e2e ./e2e_test"),
    *(
        "test -cover ./lib ./api",
        "test -coverpkg=./... ./lib",
        "test -coverprofile=cover.out ./lib",
        "test -json ./...",
    ),
    *("test -tags=fast ./lib", "test -exec=env ./lib", "test -C lib .", "test -args ./lib", "test -failfast ./..."),
    *("vet ./...", "vet ./lib", "vet ./native ./lib", "vet -tags=fast ./lib", "vet -printf=false ./api"),
    *(
        "list -export ./...",
        "list -test -deps -export ./lib",
        "list -e -export ./...",
        "list -compiled -export ./native",
    ),
    *("install ./...", "install ./cmd/app", "run ./cmd/app", "run -trimpath ./cmd/app", "fix ./lib"),
)
PROGRAMS = (
    "go build ./... ; go vet ./lib ; go test ./...",
    "go test ./... | cat",
    "go run ./cmd/app && GOFLAGS=-tags=fast go build ./...",
)
ENVIRONMENTS: tuple[Mapping[str, str], ...] = (
    {},
    {"MODE": "new"},
    {"GOFLAGS": "-gcflags=-l"},
    {"GOFLAGS": "'-tags=fast other' -p=1"},
    {"GOFLAGS": "-mod=mod"},
    {"GOOS": "windows", "CGO_ENABLED": "0"},
    {"CGO_ENABLED": "0"},
    {"GOWORK": "off"},
    {"GODEBUG": "panicnil=1"},
)
