"""assert_same_bytes: two commands, or two files, and what makes the difference."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from pytest_gocache import GoModule, NoEvidenceError, Result, UsageError, assert_same_bytes, go_binary
from tests.messages import failure, normalised
from tests.with_go.programs import LIB, shell


@pytest.fixture
def app(go_module: GoModule) -> GoModule:
    go_module.load(LIB)
    go_module.env["CGO_ENABLED"] = "0"
    return go_module


def test_two_builds_with_the_same_bytes(app: GoModule) -> None:
    one = app.build("-trimpath", "-o", "one/app", "./cmd/app")
    other = app.build("-trimpath", "-p=1", "-o", "two/app", "./cmd/app")
    assert_same_bytes(one, other)
    assert_same_bytes(app.path / "one/app", str(app.path / "two" / "app"))
    assert_same_bytes(go_binary(app.path / "one/app"), app.path / "two/app")
    elsewhere = app.on_new_machine().exec("go", "build", "-trimpath", "-o", "app", "./cmd/app")
    assert_same_bytes(one, elsewhere)


def test_a_stamp_makes_the_difference(app: GoModule) -> None:
    one = app.build("-trimpath", "-ldflags=-X main.version=1", "-o", "one/app", "./cmd/app")
    other = app.build("-trimpath", "-ldflags=-X main.version=2", "-o", "two/app", "./cmd/app")
    message = failure(assert_same_bytes, one, other)
    assert normalised("\n".join(line for line in message.splitlines() if "sections of" not in line)) == snapshot("""\
1 output of `go build -trimpath '-ldflags=-X main.version=1' -o one/app ./cmd/app` (step 1) and `go build -trimpath '-ldflags=-X main.version=2' -o two/app ./cmd/app` (step 2) differs [assert_same_bytes]
  ./cmd/app  N bytes each
  link of ./cmd/app  link flags differs:
                       - -X main.version=1
                       + -X main.version=2\
""")


def test_an_edit_makes_the_difference_in_packages_too(app: GoModule) -> None:
    one = app.build("./lib", "./api")
    app.edit("lib/lib.go", '"hello"', '"good day"')
    other = app.build("./lib", "./api")
    assert normalised(failure(assert_same_bytes, one, other)) == snapshot("""\
2 outputs of `go build ./lib ./api` (step 1) and `go build ./lib ./api` (step 2) differ [assert_same_bytes]
  ./lib
  ./api
  ./lib  file lib.go differs:
           - func Hello() string { return "hello" }
           + func Hello() string { return "good day" }\
""")


def test_the_folder_makes_the_difference(app: GoModule) -> None:
    one = app.build("-o", "app", "./cmd/app")
    other = app.on_new_machine().build("-o", "app", "./cmd/app")
    message = failure(assert_same_bytes, one, other)
    assert "directory differs" in message
    assert f"folder        {app.path}" in message or f"folder  {app.path}" in message
    assert "build with -trimpath: it removes the paths of folders" in message


def test_files_of_any_kind(app: GoModule, tmp_path: Path) -> None:
    app.build("-o", "one", "./cmd/app", env={"GOARCH": "arm64"})
    app.build("-o", "two", "./cmd/app")
    message = failure(assert_same_bytes, app.path / "one", app.path / "two")
    assert "GOARCH: arm64 | amd64" in message or "GOARCH: arm64" in message
    (tmp_path / "a").write_text("abc")
    (tmp_path / "b").write_text("abd")
    assert failure(assert_same_bytes, tmp_path / "a", tmp_path / "b").splitlines() == [
        f"{tmp_path}/a and {tmp_path}/b differ [assert_same_bytes]",
        "    3 bytes each",
        "b differs from byte offset 2 on",
    ]


def test_binaries_of_programs(app: GoModule) -> None:
    one = shell(app, "go build -trimpath -o tmp ./cmd/app && mkdir a && mv tmp a/app")
    shutil.move(app.path / "a/app", app.path / "kept")
    other = shell(app, "go build -trimpath -o tmp -ldflags=-X=main.version=2 ./cmd/app && mv tmp a/app")
    assert "a later command replaced it" in failure(assert_same_bytes, one, other, raises=NoEvidenceError)
    assert "sections of app that differ: " in failure(assert_same_bytes, app.path / "kept", app.path / "a/app")
    again = app.on_new_machine()
    again.remove("a")
    same = shell(again, "go build -trimpath -o tmp -ldflags=-X=main.version=2 ./cmd/app && mkdir a && mv tmp a/app")
    assert_same_bytes(other, same)


def test_a_binary_that_is_replaced_is_no_evidence(app: GoModule) -> None:
    one = app.build("-o", "app", "./cmd/app")
    other = app.build("-ldflags=-X main.version=2", "-o", "app", "./cmd/app")
    assert "a later command replaced it" in failure(assert_same_bytes, one, other, raises=NoEvidenceError)
    plain = app.build("-ldflags=-buildid=", "-o", "plain", "./cmd/app")
    assert "it has no build ID" in failure(assert_same_bytes, plain, other, raises=NoEvidenceError)


def test_what_cannot_be_compared_is_an_error(app: GoModule, tmp_path: Path) -> None:
    file = tmp_path / "app"
    file.write_text("")
    lib, api = app.build("./lib"), app.build("-n", "./cmd/app")
    cases: list[tuple[Result | Path, Result | Path, str]] = [
        (lib, file, "one argument is a Result and the other a file: give two results, or two files"),
        (file, tmp_path / "ap", "'.*/ap' is no file; near it: app"),
        (file, tmp_path / "." / "app", "are the same file"),
        (lib, api, "compiles nothing: -n only prints"),
    ]
    for one, other, said in cases:
        with pytest.raises(UsageError, match=said):
            assert_same_bytes(one, other)
