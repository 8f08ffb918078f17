"""Mutations of what a build is made of: files, go.mod, flags, environment, version control."""

from __future__ import annotations

from tests.with_go.mutation_module import commit, dependency, profile
from tests.with_go.mutations import Row, all_of, append, each, edit, go, keep_cold, remove, spare_file, touch, write

BODY = edit("lib/lib.go", '"!"', '"?"')
BROKEN = edit("lib/lib.go", '"!"', "undefined")
STAMP = "-ldflags=-X=main.version="
EMBEDDED = "assets/pages"
WRAPPER = b'#!/bin/sh\nexec gcc "$@"\n'
# What Go knows of a C compiler is the version that it prints with -###.
UPGRADED = b'#!/bin/sh\ncase "$*" in *-###*) echo "gcc version 99.1.0 (another)" >&2 ;; *) exec gcc "$@" ;; esac\n'
ASSEMBLY = all_of(
    write("fast/fast.go", "package fast\n\nfunc Nop()\n"),
    write("fast/fast.s", '#include "textflag.h"\n\nTEXT ·Nop(SB), NOSPLIT, $0\n\tRET\n'),
)
DEP = "example.com/dep"

FILES = [
    Row("body", {"compile lib": {"file lib.go"}}, BODY),
    Row("comment", {"compile lib": {"file lib.go"}}, edit("lib/lib.go", "greets", "hails!")),
    Row("line-added", {"compile lib": {"file lib.go"}}, edit("lib/lib.go", "// Hello", "// Words.\n\n// Hello")),
    Row("file-added", {"compile lib": {"file more.go"}}, write("lib/more.go", "package lib\n\nconst More = 1\n")),
    Row("file-removed", {"compile lib": {"file spare.go"}}, remove("lib/spare.go")),
    Row(
        "file-renamed",
        {"compile lib": {"file spare.go", "file rare.go"}},
        all_of(remove("lib/spare.go"), write("lib/rare.go", "package lib\n\nconst Spare = 1\n")),
    ),
    Row("main", {"compile cmd/app": {"file main.go"}}, edit("cmd/app/main.go", '"dev"', '"new"')),
    Row(
        "two-packages",
        {"compile lib": {"file lib.go"}, "compile cmd/app": {"file main.go"}},
        all_of(BODY, edit("cmd/app/main.go", '"dev"', '"new"')),
    ),
    Row(
        "package-added",
        {"compile lib": {"file lib.go"}, "compile extra": "first time"},
        all_of(
            write("extra/extra.go", "package extra\n\nconst Extra = 1\n"),
            edit("lib/lib.go", "\n// Hello", '\nimport _ "example.com/app/extra"\n\n// Hello'),
        ),
    ),
    Row("touched", {}, touch("lib/lib.go"), run="build ./lib"),
    Row("reverted", {}, all_of(BODY, go("build ./lib"), edit("lib/lib.go", '"?"', '"!"')), run="build ./lib"),
    Row("test-file", {}, edit("lib/lib_test.go", "the words say so", "they say so"), run="build ./lib"),
    Row("file-of-another-target", {}, write("lib/lib_windows.go", "package lib\n"), run="build ./lib"),
    Row("c-source", {"compile native": {"file native.c"}}, edit("native/native.c", "41", "40")),
    Row("c-header", {"compile native": {"file native.h"}}, edit("native/native.h", ");", ") ;")),
    Row("cgo-line", {"compile native": {"file native.go", "cgo C flags"}}, edit("native/native.go", "=1", "=2")),
    Row("embedded-file", {"compile assets": {"embedded file greeting.txt"}}, write("assets/greeting.txt", "hi\n")),
    Row(
        "embedded-file-in-a-subfolder",
        {"compile assets": {"embedded file pages/first.txt"}},
        write(f"{EMBEDDED}/first.txt", "page two\n"),
    ),
    Row(
        "embedded-file-added",
        {"compile assets": {"embedded file pages/second.txt"}},
        write(f"{EMBEDDED}/second.txt", "page two\n"),
    ),
    Row("hidden-file-beside-the-embedded", {}, write(f"{EMBEDDED}/.draft.txt", "no page\n"), run="build ./assets"),
    Row(
        "assembly",
        {"compile fast": {"file fast.s"}},
        edit("fast/fast.s", "RET", "RET //"),
        "build ./fast",
        prepare=ASSEMBLY,
    ),
    Row(
        "compile-error-repaired",
        {"compile lib": {"file lib.go"}, "compile cmd/app": "first time"},
        edit("lib/lib.go", "undefined", '"!"'),
        prepare=BROKEN,
    ),
    Row("compile-error-again", {"compile lib": "failed"}, prepare=BROKEN),
    Row(
        "overlay",
        {"compile lib": {"file spare.go"}},
        all_of(
            spare_file("spare.go", b"package lib\n\nconst Spare = 2\n"),
            lambda bench: (bench.spare / "overlay.json").write_text(
                f'{{"Replace": {{"{bench.module.path}/lib/spare.go": "{bench.spare}/spare.go"}}}}', encoding="utf-8"
            ),
        ),
        run="build -overlay=SPARE/overlay.json ./lib",
        first="build ./lib",
    ),
]

GO_MOD = [
    Row(
        "go-line",
        {
            **each({"language version in go.mod"}, "lib", "assets", "native"),
            "compile cmd/app": {"language version in go.mod", "build setting DefaultGODEBUG"},
        },
        edit("go.mod", "go 1.21", "go 1.20"),
    ),
    Row(
        "godebug-line-in-go-mod",
        {"compile cmd/app": {"build setting DefaultGODEBUG"}, "link cmd/app": {"default GODEBUG settings"}},
        edit("go.mod", "go 1.21", "go 1.21\n\ngodebug panicnil=1"),
        go=">=1.23",
        # Links have these settings in their own keys since 1.24.
        differs={"<1.24": {"compile cmd/app": {"build setting DefaultGODEBUG"}}},
    ),
    Row(
        "godebug-line-in-main",
        {
            "compile cmd/app": {"file main.go", "build setting DefaultGODEBUG"},
            "link cmd/app": {"default GODEBUG settings"},
        },
        edit("cmd/app/main.go", "package main", "//go:debug panicnil=1\npackage main"),
        differs={"<1.24": {"compile cmd/app": {"file main.go", "build setting DefaultGODEBUG"}}},
    ),
    Row(
        "dependency-upgraded",
        {
            "compile example.com/dep": {"directory", "file dep.go"},
            "compile cmd/app": {"build setting dep example.com/dep"},
        },
        edit("go.mod", "v1.0.0", "v1.1.0"),
    ),
    Row(
        "dependency-upgraded-trimpath",
        {"compile example.com/dep": {"module version", "file dep.go"}},
        edit("go.mod", "v1.0.0", "v1.1.0"),
        run="build -trimpath ./lib",
        prepare=keep_cold,
    ),
    Row(
        "dependency-replaced-by-a-folder",
        {
            "compile example.com/dep": {"directory", "file dep.go"},
            # The replaced version has no checksum; the folder is stamped as its replacement.
            "compile cmd/app": {"build setting dep example.com/dep", "build setting => ./dep"},
        },
        all_of(
            lambda bench: bench.module.write({f"dep/{name}": text for name, text in dependency("three").items()}),
            append("go.mod", "\nreplace example.com/dep => ./dep\n"),
        ),
    ),
    Row("vendored", {"compile example.com/dep": {"directory"}}, go("mod vendor"), run="build ./lib"),
]

FLAGS = [
    Row(
        "gcflags",
        {
            **each({"compile flags"}, "lib", "assets", "native"),
            "compile cmd/app": {"compile flags"},
        },
        run="build -gcflags=-l ./...",
        first="build -gcflags=-N ./...",
    ),
    Row(
        "gcflags-of-one-package",
        {"compile lib": {"compile flags"}, "compile cmd/app": {"build setting -gcflags"}},
        run="build -gcflags=example.com/app/lib=-l ./...",
        first="build ./...",
    ),
    Row("goflags", {"compile lib": {"compile flags"}}, run="build ./lib", env={"GOFLAGS": "-gcflags=-l"}),
    Row(
        "asmflags",
        {"compile fast": {"assembler flags"}},
        run="build -asmflags=-D=TWO ./fast",
        first="build -asmflags=-D=ONE ./fast",
        prepare=ASSEMBLY,
    ),
    Row(
        "ldflags",
        {"compile cmd/app": {"build setting -ldflags"}, "link cmd/app": {"link flags"}},
        run=f"build -o bin/app {STAMP}2 ./cmd/app",
        first=f"build -o bin/app {STAMP}1 ./cmd/app",
    ),
    Row(
        "ldflags-trimpath",
        {"link cmd/app": {"link flags"}},
        run=f"build -o bin/app -trimpath {STAMP}2 ./cmd/app",
        first=f"build -o bin/app -trimpath {STAMP}1 ./cmd/app",
    ),
    Row("ldflags-of-a-library", {}, run=f"build {STAMP}2 ./lib", first="build ./lib"),
    Row(
        "trimpath",
        each({"-trimpath"}, "lib", DEP),
        keep_cold,
        run="build -trimpath ./lib",
        first="build ./lib",
    ),
    Row(
        "race",
        each({"compile flags"}, "lib", DEP),
        keep_cold,
        run="build -race ./lib",
        first="build ./lib",
    ),
    Row(
        "buildmode",
        each({"compile flags"}, "lib", DEP),
        keep_cold,
        run="build -buildmode=pie ./lib",
        first="build ./lib",
    ),
    Row(
        "tags",
        {"compile lib": {"file mode.go", "file mode_fast.go"}, "compile cmd/app": {"build setting -tags"}},
        keep_cold,
        run="build -tags=fast ./...",
        first="build ./...",
    ),
    Row(
        "tags-that-select-nothing",
        {"compile cmd/app": {"build setting -tags"}},
        keep_cold,
        run="build -tags=slow ./...",
        first="build ./...",
    ),
    Row("verbose", {}, run="build -v -x -p=1 ./lib", first="build ./lib"),
    Row(
        "forced",
        each("-a", "lib", DEP),
        run="build -a ./lib",
        first="build ./lib",
    ),
    Row(
        "profile",
        each({"PGO profile"}, "lib", DEP),
        all_of(spare_file("cpu.pprof", profile(90)), keep_cold),
        run="build -pgo=SPARE/cpu.pprof ./lib",
        first="build ./lib",
    ),
    Row(
        "profile-changed",
        each({"PGO profile"}, "lib", DEP),
        spare_file("cpu.pprof", profile(10)),
        run="build -pgo=SPARE/cpu.pprof ./lib",
        prepare=all_of(spare_file("cpu.pprof", profile(90)), keep_cold),
    ),
    Row(
        "profile-that-says-the-same",
        {},
        spare_file("cpu.pprof", profile(90, "a note")),
        run="build -pgo=SPARE/cpu.pprof ./lib",
        prepare=all_of(spare_file("cpu.pprof", profile(90)), keep_cold),
        # From 1.23 on Go hashes what it makes of a profile; before, the file.
        differs={"<1.23": each({"PGO profile"}, "lib", DEP)},
    ),
    Row(
        "default-profile",
        {
            **each({"PGO profile"}, "lib", "assets", "native", DEP),
            "compile cmd/app": {"PGO profile"},
        },
        write("cmd/app/default.pgo", profile(90)),
        run="build ./cmd/app",
    ),
]

ENVIRONMENT = [
    Row(
        "target",
        each({"target"}, "lib", DEP),
        keep_cold,
        run="build ./lib",
        env={"GOOS": "windows", "CGO_ENABLED": "0"},
    ),
    Row(
        "goamd64",
        each({"GOAMD64"}, "lib", DEP),
        keep_cold,
        run="build ./lib",
        env={"GOAMD64": "v3"},
        goarch="amd64",
    ),
    Row(
        "goexperiment",
        each({"GOEXPERIMENT"}, "lib", DEP),
        keep_cold,
        run="build ./lib",
        env={"GOEXPERIMENT": "fieldtrack"},
    ),
    Row(
        "cgo-cflags",
        {
            **each({"cgo C flags"}, "native", "runtime/cgo"),
            "compile cmd/app": {"build setting CGO_CFLAGS"},
        },
        keep_cold,
        env={"CGO_CFLAGS": "-O1"},
    ),
    Row(
        "cgo-cppflags",
        each({"cgo preprocessor flags"}, "native", "runtime/cgo"),
        keep_cold,
        run="build ./native",
        env={"CGO_CPPFLAGS": "-DUNUSED"},
    ),
    Row(
        "cgo-ldflags",
        each({"cgo linker flags"}, "native", "runtime/cgo"),
        keep_cold,
        run="build ./native",
        env={"CGO_LDFLAGS": "-lm"},
    ),
    Row(
        "c-compiler",
        # A wrapper around the same compiler: its identity, which is its version, stays.
        each({"C compiler command"}, "native", "runtime/cgo"),
        all_of(spare_file("cc", WRAPPER, 0o755), keep_cold),
        run="build ./native",
        env={"CC": "SPARE/cc"},
    ),
    Row(
        "c-compiler-identity",
        each({"C compiler identity"}, "native", "runtime/cgo"),
        spare_file("cc", UPGRADED, 0o755),
        run="build ./native",
        prepare=all_of(
            spare_file("cc", WRAPPER, 0o755),
            go("build ./native"),
            keep_cold,
            lambda bench: bench.module.env.update(CC=str(bench.spare / "cc")),
        ),
    ),
    Row("unrelated-variable", {}, run="build ./lib", env={"APP_MODE": "new", "EDITOR": "ed"}),
    Row(
        "commit",
        {
            "compile cmd/app": {
                "build setting vcs.revision",
                "build setting vcs.time",
                "build setting mod example.com/app",
            }
        },
        lambda bench: commit(bench.module, 2),
        prepare=lambda bench: commit(bench.module, 1),
        # The main module's version is made of the commit since 1.24.
        differs={"<1.24": {"compile cmd/app": {"build setting vcs.revision", "build setting vcs.time"}}},
    ),
    Row(
        "uncommitted-file",
        {"compile cmd/app": {"build setting vcs.modified", "build setting mod example.com/app"}},
        write("notes.txt", "to do\n"),
        prepare=lambda bench: commit(bench.module, 1),
        differs={"<1.24": {"compile cmd/app": {"build setting vcs.modified"}}},
    ),
    Row(
        "commit-without-stamps",
        {},
        lambda bench: commit(bench.module, 2),
        run="build -buildvcs=false ./...",
        prepare=lambda bench: commit(bench.module, 1),
    ),
]

ROWS = [*FILES, *GO_MOD, *FLAGS, *ENVIRONMENT]
