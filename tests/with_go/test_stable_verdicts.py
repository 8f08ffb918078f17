"""Verdicts and explanations of parallel commands: the same however Go's own log interleaves."""

from __future__ import annotations

import os
import re
import time

import pytest

from pytest_gocache import GoModule, Result, assert_cached, assert_only_rebuilt, assert_rebuilt, assert_test_ran

APP = "example.com/app"
OLD = time.time() - 1000  # Go caches no result of a test that reads a file of the last two seconds
STD = [
    "bufio",
    "bytes",
    "errors",
    "fmt",
    "io",
    "math",
    "os",
    "path",
    "regexp",
    "sort",
    "strconv",
    "strings",
    "sync",
    "time",
    "unicode",
]


def explained(result: Result) -> str:
    """Every reason in full, without what differs from step to step."""
    lines = []
    for reason in result.explain().reasons:
        lines.append(f"{reason.label}: {reason.code.name}, follows {reason.follows}")
        lines += [f"{change.what}: {change.old} -> {change.new} {change.diff}" for change in reason.changes]
    text = re.sub(r"modified [-\d]+ [:.\d]+ \+0000 UTC", "modified", "\n".join(lines))
    # The content that the test writes, and with it the hashes of what imports it.
    text = re.sub(r"\breturn \d+|(?<![-\w])[-\w]{20}(?![-\w])", "X", text)
    return re.sub(r"(?<=variable ONLY_p3: )(\(not set\)|\d) -> (\(not set\)|\d)", "X", text)


def large_package(name: str) -> dict[str, str]:
    """A package with many test files and imports in them, and an external test that needs a package in between."""
    code = f'package {name}\n\nimport "{APP}/base"\n\nfunc Name() int {{ return base.Value() }}\n'
    files = {f"{name}/{name}.go": code}
    for number, imported in enumerate(STD):
        test = f'import (\n_ "{imported}"\n"testing"\n)\n\nfunc TestF{number}(t *testing.T) {{ Name() }}\n'
        files[f"{name}/f{number}_test.go"] = f"package {name}\n\n{test}"
    test = f'import (\n"testing"\n\n"{APP}/of{name}"\n)\n\nfunc TestX(t *testing.T) {{ of{name}.Name() }}\n'
    files[f"{name}/x_test.go"] = f"package {name}_test\n\n{test}"
    files[f"of{name}/o.go"] = (
        f'package of{name}\n\nimport "{APP}/{name}"\n\nfunc Name() int {{ return {name}.Name() }}\n'
    )
    return files


def test_a_large_package_and_its_test_variant_are_told_apart_every_time(go_module: GoModule) -> None:
    names = ("one", "two", "three")
    go_module.write("base/base.go", "package base\n\nfunc Value() int { return 0 }\n")
    for name in names:
        go_module.write(large_package(name))
    programs = {f"cmd/{n}/main.go": f'package main\n\nimport _ "{APP}/{n}"\n\nfunc main() {{}}\n' for n in names}
    go_module.write(programs)
    go_module.test("-run=XXX", "./...")
    compiled = {f"{APP}/base"}
    for name in names:
        test = f"[{APP}/{name}.test]"
        compiled |= {f"{APP}/{name}", f"{APP}/{name}.test", f"{APP}/cmd/{name}", f"{APP}/of{name}"}
        compiled |= {f"{APP}/{name} {test}", f"{APP}/{name}_test {test}", f"{APP}/of{name} {test}"}
    explanations = set()
    for number in range(6):
        go_module.edit("base/base.go", f"return {number} ", f"return {number + 1} ")
        result = go_module.test("-run=XXX", f"-p={(1, 2, 8)[number % 3]}", "./...")
        assert result.compiled == compiled
        explanations.add(explained(result))
    assert len(explanations) == 1
    text = explanations.pop()
    assert "./one [./one.test]: FOLLOWS_IMPORT" in text
    assert "NO_EVIDENCE" not in text
    assert "KEY_CHANGED" not in text


READING = """\
package {name}

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReads(t *testing.T) {{
	for _, pattern := range []string{{"testdata/*", "../common/*"}} {{
		names, _ := filepath.Glob(pattern)
		for _, name := range names {{
			os.Stat(name)
			if _, err := os.ReadFile(name); err != nil {{
				t.Fatal(err)
			}}
		}}
	}}
	path, _ := filepath.EvalSymlinks("../common/link")
	os.Stat(path)
	os.Getenv("ONLY_{name}")
}}
"""


def test_what_parallel_tests_read_is_told_apart_every_time(go_module: GoModule) -> None:
    names = [f"p{number}" for number in range(6)]
    for name in names:
        go_module.write({f"{name}/p.go": f"package {name}\n", f"{name}/p_test.go": READING.format(name=name)})
        for number in range(15):
            go_module.write(f"{name}/testdata/f{number}.txt", "x" * number)
    for number in range(15):
        go_module.write(f"common/s{number}.txt", "y" * number)
    (go_module.path / "common" / "link").symlink_to("s1.txt")
    for file in go_module.path.rglob("*"):
        os.utime(file, (OLD, OLD))
    go_module.test("./...")
    explanations = set()
    for number in range(6):
        touched = OLD + 10 * (number + 1)
        go_module.touch("common/s3.txt", touched)
        go_module.touch("p2/testdata/f4.txt", touched)
        os.utime(go_module.path / "p4" / "testdata", (touched, touched))
        result = go_module.test(f"-p={(1, 2, 8)[number % 3]}", "./...")
        assert_test_ran(result, "./...")
        explanations.add(explained(result))
        hit = go_module.test(f"-p={(1, 2, 8)[number % 3]}", "./...", env={"ONLY_p3": str(number)})
        assert {name for name, test in hit.tests.items() if test.ran} == {f"{APP}/p3"}
        explanations.add(explained(hit))
    # The variable is unset again after its first use, which is one more change.
    assert len(explanations) == 3
    for text in explanations:
        assert "NO_EVIDENCE" not in text
        assert "READS_MIXED" not in text
        assert "(unknown)" not in text


# Folders that are called as what Go generates for tests.


def test_a_real_package_whose_path_ends_in_test(go_module: GoModule) -> None:
    go_module.load("""
-- e2e/e.go --
package e2e

func F() {}
-- e2e/x_test.go --
package e2e_test

import (
	"testing"

	"example.com/app/e2e"
)

func TestX(t *testing.T) { e2e.F() }
-- e2e_test/a.go --
package e2e_test

func F() {}
-- e2e_test/t_test.go --
package e2e_test

import "testing"

func TestA(t *testing.T) { F() }
""")
    for command in (go_module.test, go_module.vet):
        result = command("./...")
        assert {f"{APP}/e2e_test [{APP}/e2e.test]", f"{APP}/e2e_test [{APP}/e2e_test.test]"} <= result.packages
    go_module.append("e2e_test/t_test.go", "\n// A comment.\n")
    result = go_module.test("./...")
    assert_cached(result, "./e2e")
    with pytest.raises(AssertionError, match="e2e_test"):
        assert_cached(result, "./e2e_test")
    assert_only_rebuilt(result, "./e2e_test")
    go_module.append("e2e/x_test.go", "\n// A comment.\n")
    result = go_module.test("./...")
    assert_cached(result, "./e2e_test")
    assert result.compiled == {f"{APP}/e2e_test [{APP}/e2e.test]"}


def test_a_real_folder_that_is_called_as_a_test_binary(go_module: GoModule) -> None:
    go_module.load("""
-- lib/lib.go --
package lib

func F() {}
-- lib/lib_test.go --
package lib

import "testing"

func TestF(t *testing.T) { F() }
-- lib.test/main.go --
package main

import "example.com/app/lib"

func main() { lib.F() }
""")
    result = go_module.build("./...")
    assert_rebuilt(result, "./lib.test", "./lib")
    go_module.append("lib.test/main.go", "\n// A comment.\n")
    result = go_module.build("./...")
    assert_only_rebuilt(result, "./lib.test")
    with pytest.raises(AssertionError, match=r"lib\.test"):
        assert_only_rebuilt(result, "./lib")
    with pytest.raises(AssertionError, match=r"lib"):
        assert_rebuilt(result, "./...")
    result = go_module.test("./...")
    assert {action.package for action in result.actions if action.scaffold} == {f"{APP}/lib.test"}
    assert {f"{APP}/lib", f"{APP}/lib.test", f"{APP}/lib [{APP}/lib.test]"} <= result.packages


def test_vet_of_a_package_is_of_its_test_variant_though_its_external_test_cannot_be_compiled(
    go_module: GoModule,
) -> None:
    go_module.write(
        {
            "lib/lib.go": "package lib\n\nfunc Name() string { return `lib` }\n",
            "lib/lib_test.go": 'package lib\n\nimport "testing"\n\nfunc TestName(*testing.T) { Name() }\n',
            "lib/x_test.go": f'package lib_test\n\nimport (\n\t"testing"\n\n\t"{APP}/api"\n)\n\n'
            "func TestApi(*testing.T) { api.Name() }\n",
            "api/api.go": f'package api\n\nimport "{APP}/lib"\n\nfunc Name() string {{ return lib.Name() }}\n',
        }
    )
    go_module.test("./lib")
    go_module.append("api/api.go", "mistake\n")
    result = go_module.vet("./lib", check=False)
    assert result.vetted == {f"{APP}/lib [{APP}/lib.test]"}
    assert result.failed == {f"{APP}/api [{APP}/lib.test]"}
    own = [action for action in result.actions if action.package.startswith(APP) and action.kind.explained]
    names = {action.package: action.import_path for action in own}
    assert names == {
        f"{APP}/lib [{APP}/lib.test]": f"{APP}/lib",
        f"{APP}/api [{APP}/lib.test]": f"{APP}/api",
        f"{APP}/lib_test [{APP}/lib.test]": f"{APP}/lib",
    }
