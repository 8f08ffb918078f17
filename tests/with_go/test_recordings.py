"""Results that are saved, and loaded in place of the commands of a test."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pytest_gocache import GoModule, Result, assert_cached, assert_same_compiles, assert_test_cached, load_result

TOKEN = "t0ken-of-the-environment"  # noqa: S105 - a made-up one
READS = """\
package lib

import (
	"os"
	"testing"
)

func TestReads(t *testing.T) {
	if os.Getenv("BACKEND") == "" || os.Getenv("API_TOKEN") == "" {
		t.Fatal("not set")
	}
}
"""


def saved(result: Result, folder: Path) -> Result:
    result.save(folder)
    return load_result(folder)


def content(folder: Path) -> bytes:
    files = sorted(folder.iterdir())
    return b"".join(gzip.decompress(f.read_bytes()) if f.suffix == ".gz" else f.read_bytes() for f in files)


def test_a_build_is_held_against_one_of_a_different_machine(go_module: GoModule, tmp_path: Path) -> None:
    go_module.write("lib/lib.go", "package lib\n\nconst Word = 1\n")
    go_module.write("main.go", 'package main\n\nimport "example.com/app/lib"\n\nfunc main() { println(lib.Word) }\n')
    old = saved(go_module.build("-trimpath", "."), tmp_path / "old")
    other = go_module.on_new_machine()
    assert_same_compiles(old, other.build("-trimpath", "."))

    other.edit("lib/lib.go", "1", "2")
    new = other.build("-trimpath", ".")

    with pytest.raises(AssertionError) as failure:
        assert_cached(new, "./...", against=old)
    lines = [" ".join(line.split()) for line in str(failure.value).splitlines()]
    assert "./lib file lib.go changed since the recording:" in lines
    assert "└─ example.com/app imports it" in lines


@pytest.mark.parametrize("place", ["environment", "go env -w"])
def test_a_recording_has_no_secret_of_the_environment(go_module: GoModule, tmp_path: Path, place: str) -> None:
    go_module.write("lib/lib.go", "package lib\n")
    go_module.write("lib/lib_test.go", READS)
    secrets = {"GOPROXY": f"https://user:{TOKEN}@127.0.0.1", "GOAUTH": TOKEN, "GONOSUMDB": TOKEN}
    if place == "environment":
        go_module.env.update(secrets)
    else:
        go_module.write("env", "".join(f"{name}={value}\n" for name, value in secrets.items()))
        go_module.env.update({"GOENV": str(go_module.path / "env"), **dict.fromkeys(secrets)})
    go_module.env.update({"API_TOKEN": TOKEN, "NPM_TOKEN": TOKEN, "UNRELATED": TOKEN, "BACKEND": "memory"})

    go_module.test("./lib").save(tmp_path / "test")
    go_module.exec("sh", "-c", 'echo "$UNRELATED"; echo "$UNRELATED" >&2; go vet ./lib').save(tmp_path / "sh")

    assert TOKEN.encode() not in content(tmp_path / "test") + content(tmp_path / "sh")
    assert b"memory" in content(tmp_path / "test")


def test_a_variable_that_a_test_reads_is_named_with_both_values(go_module: GoModule, tmp_path: Path) -> None:
    go_module.write("lib/lib.go", "package lib\n")
    go_module.write("lib/lib_test.go", READS)
    go_module.env.update({"API_TOKEN": "first", "BACKEND": "memory"})
    old = saved(go_module.test("./lib"), tmp_path / "old")
    go_module.env.update({"API_TOKEN": "second", "BACKEND": "postgres"})
    new = saved(go_module.test("./lib"), tmp_path / "new")

    with pytest.raises(AssertionError) as failure:
        assert_test_cached(new, against=old)
    text = str(failure.value)
    assert "environment variable BACKEND changed" in text
    assert "memory" in text
    assert "postgres" in text
    assert "environment variable API_TOKEN" in text
    assert "second" not in text


def test_a_program_is_saved_with_its_go_commands(go_module: GoModule, tmp_path: Path) -> None:
    go_module.write("lib/lib.go", "package lib\n")
    result = go_module.exec("sh", "-c", "go build ./... && go vet ./...")
    back = saved(result, tmp_path / "old")
    assert [command.command for command in back.commands] == [command.command for command in result.commands]
    assert back.actions == result.actions
    assert back.cached == result.cached
    assert_cached(saved(go_module.exec("sh", "-c", "go build ./..."), tmp_path / "new"), "./lib", against=back)
