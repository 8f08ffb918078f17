"""Mutations of what is in the cache, and of what tests and vet are made of."""

from __future__ import annotations

import time
from datetime import timedelta

from tests.with_go.mutations import Row, all_of, append, each, edit, go, keep_cold, remove, set_time, touch, write
from tests.with_go.mutations_of_builds import BODY, DEP

LIB = "example.com/app/lib"
VARIANT = "lib [example.com/app/lib.test]"
TESTED = f"compile {VARIANT}"
WORDS = "lib/testdata/words.txt"
OUTSIDE = all_of(
    write("mid/mid.go", 'package mid\n\nimport "example.com/app/lib"\n\nfunc Mid() string { return lib.Hello() }\n'),
    write("lib/outside_test.go", 'package lib_test\n\nimport "example.com/app/mid"\n\nvar Word = mid.Mid()\n'),
)
LISTS = 'package lists\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestList(*testing.T) { os.ReadDir("testdata") }\n'
TIME_ONLY = "modification time of file testdata/words.txt"
A_MINUTE_AGO = time.time() - 60

CACHE = [
    Row("evicted", {"compile lib": "evicted"}, lambda bench: bench.cache.evict(LIB)),
    Row("damaged", {"compile lib": "damaged"}, lambda bench: bench.cache.corrupt(LIB)),
    Row("emptied", each("emptied", "lib", DEP), lambda bench: bench.cache.clear(), run="build ./lib"),
    Row("go-clean-cache", each("emptied", "lib", DEP), all_of(go("clean -cache"), keep_cold), run="build ./lib"),
    Row("another-gocache", each("GOCACHE changed", "lib", DEP), run="build ./lib", env={"GOCACHE": "SPARE/cache"}),
    Row(
        "restored",
        each("restore", "lib", DEP),
        lambda bench: bench.cache.restore(bench.spare / "saved"),
        run="build ./lib",
        prepare=lambda bench: bench.cache.save(bench.spare / "saved"),
    ),
    Row(
        "aged",
        each("aged", "lib", DEP),
        # The build of another package trims what it does not use.
        all_of(lambda bench: bench.cache.age(timedelta(days=6)), go("build ./fast"), keep_cold),
        run="build ./lib",
        prepare=write("fast/fast.go", "package fast\n"),
    ),
    Row("binary-removed", {"link cmd/app": "was missing"}, remove("bin/app"), run="build -o bin/app ./cmd/app"),
    Row("binary-kept", {}, run="build -o bin/app ./cmd/app"),
]

TESTS = [
    Row("test-of-an-edited-package", {TESTED: {"file lib.go"}}, BODY, run="test ./lib"),
    Row(
        "test-of-an-upgraded-dependency",
        {"compile example.com/dep": {"directory", "file dep.go"}},
        edit("go.mod", "v1.0.0", "v1.1.0"),
        run="test ./lib",
    ),
    Row("test-edited", {TESTED: {"file lib_test.go"}}, edit("lib/lib_test.go", "the words", "they"), run="test ./lib"),
    Row(
        "test-added",
        # The main package that Go generates, with a list of the tests, only follows.
        {TESTED: {"file lib_test.go"}},
        append("lib/lib_test.go", "\nfunc TestMore(t *testing.T) {}\n"),
        run="test ./lib",
    ),
    # Go compiles the packages between a package and its external tests once more.
    Row("outside-test", {TESTED: {"file lib.go"}}, BODY, run="test ./lib", prepare=OUTSIDE),
    Row(
        "outside-test-edited",
        {"compile lib_test [example.com/app/lib.test]": {"file outside_test.go"}},
        append("lib/outside_test.go", "\nvar More = Word\n"),
        run="test ./lib",
        prepare=OUTSIDE,
    ),
    Row(
        "package-below-an-outside-test",
        {"compile mid [example.com/app/lib.test]": {"file mid.go"}},
        edit("mid/mid.go", "lib.Hello()", 'lib.Hello() + "."'),
        run="test ./lib",
        prepare=OUTSIDE,
    ),
    Row("variable", {"test lib": {"environment variable APP_MODE"}}, run="test ./lib", env={"APP_MODE": "new"}),
    Row("unread-variable", {}, run="test ./lib", env={"APP_OTHER": "new"}),
    Row(
        "test-data",
        {"test lib": {"file testdata/words.txt"}},
        all_of(write(WORDS, "goodbye\n"), touch(WORDS, A_MINUTE_AGO)),
        run="test ./lib",
    ),
    Row("test-data-just-written", {"test lib": {"file testdata/words.txt"}}, write(WORDS, "bye\n"), run="test ./lib"),
    Row(
        "test-data-touched",
        {"test lib": {TIME_ONLY}},
        touch(WORDS, A_MINUTE_AGO),
        run="test ./lib",
    ),
    Row("unread-test-data", {}, write("lib/testdata/other.txt", "goodbye\n"), run="test ./lib"),
    Row("test-data-too-young", {"test lib": "less than two seconds"}, prepare=touch(WORDS), run="test ./lib"),
    Row(
        "variable-and-test-data",
        {"test lib": {"environment variable APP_MODE", TIME_ONLY}},
        touch(WORDS, A_MINUTE_AGO),
        run="test ./lib",
        env={"APP_MODE": "new"},
    ),
    Row(
        "test-folder",
        {"test lists": {"folder testdata"}},
        all_of(write("lists/testdata/b.txt", "b\n"), set_time("lists/testdata", A_MINUTE_AGO)),
        run="test ./lists",
        prepare=all_of(
            write("lists/lists_test.go", LISTS),
            write("lists/testdata/a.txt", "a\n"),
            set_time("lists/testdata", A_MINUTE_AGO - 60),
        ),
    ),
    Row("count", {"test lib": "-count=1"}, run="test -count=1 ./lib", first="test ./lib"),
    Row("count-again", {"test lib": "-count=1"}, run="test -count=1 ./lib"),
    Row("run-flag", {"test lib": {"test arguments"}}, run="test -run=Words ./lib", first="test ./lib"),
    Row("go-clean-testcache", {"test lib": "clean -testcache"}, go("clean -testcache"), run="test ./lib"),
    Row("expired", {"test lib": "expired"}, lambda bench: bench.cache.clear_tests(), run="test ./lib"),
    Row("failed-before", {"test lib": "failed"}, prepare=write(WORDS, "fail\n"), run="test ./lib"),
    Row(
        "failed-and-repaired",
        {"test lib": "failed"},
        write(WORDS, "hello\n"),
        prepare=write(WORDS, "fail\n"),
        run="test ./lib",
    ),
    Row(
        "godebug",
        {"test lib": {"environment variable GODEBUG"}},
        run="test ./lib",
        env={"GODEBUG": "panicnil=1"},
        # Go hashes it for test results since 1.23.
        differs={"<1.23": {}},
    ),
    Row(
        "cover",
        {TESTED: {"coverage mode"}},
        run="test -cover ./lib",
        first="test ./lib",
    ),
    Row(
        "covermode",
        {TESTED: {"coverage mode"}},
        run="test -covermode=atomic ./lib",
        first="test -covermode=set ./lib",
    ),
    Row(
        "more-packages",
        # Nothing but the tested package was compiled before.
        each("first time", "lib", "assets", "native", "cmd/app"),
        run="test ./...",
        first="test ./lib",
    ),
    Row(
        "first-test",
        {TESTED: "first time", "compile lib.test": "first time", "test lib": "first time"},
        run="test ./lib",
        first="build ./lib",
    ),
]

VET = [
    Row("vet", {TESTED: {"file lib.go"}}, BODY, run="vet ./lib"),
    Row(
        "vet-of-an-edited-test",
        {TESTED: {"file lib_test.go"}},
        edit("lib/lib_test.go", "the words", "they"),
        run="vet ./lib",
    ),
    Row("vet-flags", {f"vet {VARIANT}": {"vet flags"}}, run="vet -printf=false ./lib", first="vet ./lib"),
    # From 1.26 on, its result is cached.
    Row("vet-again", {}, run="vet ./lib", differs={"<1.26": {f"vet {VARIANT}": "1.26"}}),
]

ROWS = [*CACHE, *TESTS, *VET]
