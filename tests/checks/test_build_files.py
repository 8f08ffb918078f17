"""Which go commands are found in the files of a repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.checks.build_files import KINDS, commands_in
from tests.with_pytest.real_repository import write

FILES = {
    "Makefile": (
        (
            "GO ?= go\nbuild: bin/app\n\nbin/app: main.go\n\t@$(GO) build \\\n\t  -o $@ .\n\n"
            "# go test ./...\ntest:\n\tgo vet ./...\n\tgo test ./...\ntools:\n\tgo install example.com/tool@v1\n"
            "linter := example.com/linter@v1\nlint: $(BIN)\n\tgo install $(linter)\n"
            "GO_BUILD := $(GO) build \\\n  -trimpath\nall:\n\t$(GO_BUILD) -o app .\n"
        ),
        [
            "build make build :5 $(GO) build -o $@ .",
            "test make test :11 go test ./...",
            "build make all :20 $(GO) build -trimpath -o app .",
        ],
    ),
    "Taskfile.yml": (
        (
            "version: '3'\ntasks:\n  build:\n    desc: runs go build\n    cmds:\n      - go build ./...\n"
            "  t:\n    cmds:\n      - cmd: go test -count=1 ./...\n  short: go install ./cmd/a\n"
        ),
        [
            "build task build :6 go build ./...",
            "test task t :9 go test -count=1 ./...",
            "build task short :10 go install ./cmd/a",
        ],
    ),
    "magefile.go": (
        'package main\n\n// Build builds.\nfunc Build() error {\n\treturn sh.RunV("go", "build", "./...")\n}\n',
        ['build mage build :5 return sh.RunV("go", "build", "./...")'],
    ),
    ".github/workflows/ci.yml": (
        (
            "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          set -e\n"
            "          go test -race ./...\n      - run: go build -o /out .\n      - run: go install ./...\n        working-directory: x\n"
        ),
        [
            "test go test -race ./... :8 go test -race ./...",
            "build  :9 go build -o /out .",
            "build  :10 go install ./...",
        ],
    ),
    ".goreleaser.yaml": (
        "version: 2\nbuilds:\n  - main: ./cmd/a\n",
        ["build goreleaser build --snapshot --clean --single-target :3 builds"],
    ),
    "Dockerfile": (
        "FROM golang\nRUN --mount=type=cache,target=/x go mod download && go build -o app ./cmd/a\nRUN CGO_ENABLED=0 \\\n  go build .\n",
        ["build go build -o app ./cmd/a :2 go build -o app ./cmd/a", "build  :3 CGO_ENABLED=0 go build ."],
    ),
    ".ko.yaml": ("defaultBaseImage: x\n", ["build  :1 ko build"]),
}


@pytest.mark.parametrize("name", FILES)
def test_the_go_commands_of_a_file(tmp_path: Path, name: str) -> None:
    text, expected = FILES[name]
    write(tmp_path, {name: text})
    found, unread = commands_in(tmp_path)
    assert [f"{one.purpose} {' '.join(one.command)} :{one.line} {one.text}" for one in found] == expected
    assert {one.file for one in found} == {name}
    assert not unread


def test_every_kind_is_tried() -> None:
    assert len(FILES) == len(KINDS)


def test_a_file_that_is_no_yaml_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"Taskfile.yml": "a: [\n", "Makefile": "test:\n\tgo test\n"})
    found, unread = commands_in(tmp_path)
    assert [one.command for one in found] == [("make", "test")]
    assert len(unread) == 1
    assert unread[0].startswith("Taskfile.yml cannot be read: ")
