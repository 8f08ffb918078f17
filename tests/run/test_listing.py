"""Listing: where Go is asked, with which flags, and when it is not asked again."""

from __future__ import annotations

import os
import re
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from pytest_gocache import NoEvidenceError, Result
from pytest_gocache.caches.source_scan import Sources
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.results.result import Circumstances, Layout
from pytest_gocache.run.listing import Listing, layout_of
from tests.messages import failure

# Writes down where and how it was called, and names two packages for each pattern.
GO = """#!/bin/sh
echo "$PWD $GOFLAGS $*" >> "$LOG"
while [ "$1" != -- ]; do shift; done
shift
for pattern; do
    case $pattern in
    *bad*) echo "bad pattern: $pattern" >&2; exit 1 ;;
    ./nowhere) printf '%s\\t%s\\n' "$pattern" "$pattern" ;;
    *) printf 'm/one\\t%s\\nm/two\\t%s\\n' "$pattern" "$pattern" ;;
    esac
done
"""


SAME = Layout(modules=1, files=1)


class Asked:
    """A module, a go that answers, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.root, self.log = folder / "test" / "app", folder / "log"
        self.goroot = folder / "goroot"
        for path, text in {"go.mod": "module m\n", "nested/go.mod": "module n\n", "lib/lib.go": ""}.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, encoding="ascii")
        (self.goroot / "bin").mkdir(parents=True)
        (self.goroot / "bin" / "go").write_text(GO, encoding="ascii")
        (self.goroot / "bin" / "go").chmod(0o755)
        self.here: set[Hashable] = set()
        self.listing = Listing(lambda: folder / "listing")

    def result(self, line: str, env: Mapping[str, str] | None = None, cwd: str = "", layout: Layout = SAME) -> Result:
        home = str(self.root.parent / "home")
        full = {"PATH": os.defpath, "LOG": str(self.log), "HOME": home, "GOWORK": "off", **(env or {})}
        around = Circumstances(env=full, goroot=self.goroot, cwd=self.root / cwd, layout=layout)
        return Result(("go", *line.split()), 1, self.root, 0, "", "", 0.1, circumstances=around)

    def ask(self, result: Result, patterns: Sequence[str], layout: Layout) -> Mapping[str, frozenset[str]]:
        return self.listing.ask(result, patterns, layout, self.here)

    def calls(self) -> list[str]:
        """The folders, flags and patterns of the calls since the last time."""
        text = self.log.read_text(encoding="utf-8") if self.log.is_file() else ""
        self.log.unlink(missing_ok=True)
        lines = text.replace(str(self.root), "ROOT").splitlines()
        return [re.sub(r" -buildvcs=false list -find -e -f .*\{\{end\}\}", "", line) for line in lines]


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path.resolve())


def test_one_call_for_all_patterns_and_none_for_known_ones(asked: Asked) -> None:
    command = asked.result("build ./...")
    both = frozenset({"m/one", "m/two"})
    assert asked.ask(command, ["./...", "./lib", "m/..."], SAME) == dict.fromkeys(["./...", "./lib", "m/..."], both)
    assert asked.calls() == ["ROOT -- ./... ./lib m/..."]
    asked.ask(command, ["./lib", "./..."], SAME)
    asked.ask(asked.result("test ./lib"), ["./..."], SAME)
    assert asked.calls() == []


def test_the_flags_that_decide_are_those_of_the_command(asked: Asked) -> None:
    (asked.root / "go.mod.alt").write_text("module m\n", encoding="ascii")
    line = "build -race -tags=a,b -modfile=go.mod.alt -ldflags=-X -o x ./..."
    asked.ask(asked.result(line, {"GOFLAGS": "-mod=mod -json -tags=c"}), ["./..."], SAME)
    (call,) = asked.calls()
    assert call == "ROOT -tags=a,b -mod=readonly -modfile=ROOT/go.mod.alt -race -- ./..."


@pytest.mark.parametrize(
    ("line", "cwd", "pattern", "calls"),
    [
        # From the root, whatever the folder of the command in the same module.
        ("build ./...", "", "./lib", ["ROOT -- ./lib"]),
        ("-C lib build .", "", "./lib", ["ROOT -- ./lib"]),
        # A different module below the root is asked too, about what is in it.
        (
            "-C nested build ./...",
            "",
            "./nested/x",
            ["ROOT -- ./nested/x", "ROOT/nested -- ./x"],
        ),
        (
            "build ./...",
            "nested",
            "./nested/...",
            ["ROOT -- ./nested/...", "ROOT/nested -- ./..."],
        ),
        ("-C nested build ./...", "", "./...", ["ROOT -- ./..."]),
        ("-C nested build ./...", "", "n/...", ["ROOT/nested -- n/..."]),
    ],
)
def test_where_go_is_asked(asked: Asked, line: str, cwd: str, pattern: str, calls: list[str]) -> None:
    asked.ask(asked.result(line, cwd=cwd), [pattern], SAME)
    assert asked.calls() == calls


def test_without_a_module_at_the_root_all_below_is_asked_of_the_commands_module(asked: Asked) -> None:
    (asked.root / "go.mod").unlink()
    asked.ask(asked.result("-C nested build ./..."), ["./...", "./lib"], SAME)
    assert asked.calls() == ["ROOT/nested -- ./..."]


def other_test(asked: Asked, folder: Path) -> Asked:
    """The same module in the folder of a different test, with the same listing, go and log."""
    other = Asked(folder)
    other.listing, other.goroot, other.log = asked.listing, asked.goroot, asked.log
    return other


def test_go_is_asked_once_for_the_same_module_in_several_tests(asked: Asked, tmp_path: Path) -> None:
    answer = asked.ask(asked.result("build ./..."), ["./..."], SAME)
    other = other_test(asked, tmp_path.resolve() / "other")
    assert len(asked.calls()) == 1
    assert other.ask(other.result("build ./..."), ["./..."], SAME) == answer
    assert asked.calls() == []


def test_what_a_different_test_asked_decides_nothing(asked: Asked, tmp_path: Path) -> None:
    asked.ask(asked.result("build ./..."), ["./..."], SAME)
    other = other_test(asked, tmp_path.resolve() / "other")
    changed = Layout(modules=1, files=2)
    found = failure(other.ask, other.result("build ./..."), ["./..."], changed, raises=NoEvidenceError)
    assert "Go files came, went" in found


@pytest.mark.parametrize("difference", ["layout", "environment", "go.mod above", "no module folder"])
def test_a_test_in_which_something_differs_asks_itself(asked: Asked, tmp_path: Path, difference: str) -> None:
    asked.ask(asked.result("build ./..."), ["./..."], SAME)
    asked.calls()
    other = other_test(asked, tmp_path.resolve() / "other")
    layout, env = SAME, {}
    if difference == "layout":
        layout = Layout(modules=1, files=2)
    elif difference == "environment":
        env = {"GOOS": "plan9"}
    elif difference == "go.mod above":
        (other.root.parent / "go.mod").write_text("module above\n", encoding="ascii")
    else:
        env = {"HOME": "relative"}
    other.ask(other.result("build ./...", env, layout=layout), ["./..."], layout)
    assert len(other.calls()) == 1


@pytest.mark.parametrize("pattern", ["./testdata/mod", "./lib/_gen/...", "./.tools"])
def test_a_folder_that_the_layout_leaves_out_is_asked_each_time(asked: Asked, pattern: str) -> None:
    for _ in range(2):
        asked.ask(asked.result("build ./..."), [pattern, "./..."], SAME)
    assert [call.rpartition(" -- ")[2] for call in asked.calls()] == [f"./... {pattern}", pattern]


def test_the_folder_of_the_listing_can_be_deleted(asked: Asked, tmp_path: Path) -> None:
    asked.ask(asked.result("build ./..."), ["./..."], SAME)
    assert (tmp_path / "listing").is_dir()
    asked.listing.clear()
    assert not (tmp_path / "listing").exists()


def test_a_known_answer_stays_after_a_change(asked: Asked) -> None:
    command = asked.result("build ./...")
    answer = asked.ask(command, ["./..."], SAME)
    assert asked.ask(command, ["./..."], Layout(modules=2, files=2)) == answer


@pytest.mark.parametrize(
    ("layout", "pattern", "why"),
    [
        (Layout(modules=1, files=2), "./...", "Go files came, went or got other build constraints"),
        (Layout(modules=1, files=2), "m/...", "Go files came, went or got other build constraints"),
        (Layout(modules=2, files=1), "./...", "go.mod or go.work changed"),
        (Layout(modules=2, files=1), "./lib", "go.mod or go.work changed"),
        (
            Layout(modules=2, files=2),
            "./lib/...",
            "go.mod or go.work changed and Go files came, went or got other build constraints",
        ),
    ],
)
def test_what_a_changed_module_named_is_no_evidence(asked: Asked, layout: Layout, pattern: str, why: str) -> None:
    found = failure(asked.ask, asked.result("build ./..."), [pattern], layout, raises=NoEvidenceError)
    assert found == (
        f"it is not known which packages {pattern} named in `go build ./...` (step 1): since then {why}; name the packages "
        "by their import paths, or call the assertion before the change"
    )


def test_a_folder_has_its_import_path_whatever_its_files(asked: Asked) -> None:
    files = Layout(modules=1, files=2)
    assert asked.ask(asked.result("build ./..."), ["./lib"], files) == {"./lib": frozenset({"m/one", "m/two"})}


def test_what_go_refuses_is_no_evidence(asked: Asked) -> None:
    assert failure(asked.ask, asked.result("build ./..."), ["./bad"], SAME, raises=NoEvidenceError) == snapshot(
        "it is not known which packages ./bad names in `go build ./...` (step 1); go list says: bad pattern: ./bad"
    )


def test_a_folder_without_a_package_is_none(asked: Asked) -> None:
    assert asked.ask(asked.result("build ./..."), ["./nowhere"], SAME) == {"./nowhere": frozenset()}


@pytest.mark.parametrize("path", ["alt.mod", "overlay.json", "other.go"])
def test_files_that_flags_name_decide_too(tmp_path: Path, path: str) -> None:
    (tmp_path / "alt.mod").write_text("module m\n", encoding="ascii")
    (tmp_path / "overlay.json").write_text('{"Replace": {"lib.go": "other.go"}}', encoding="ascii")
    (tmp_path / "other.go").write_text("package lib\n", encoding="ascii")
    arguments = GoArguments.read(["build", "-modfile=alt.mod", "./..."], "-overlay=overlay.json")

    def layout() -> Layout:
        env = {"GOWORK": "off"}
        return layout_of(Sources(frozenset(), {}, ()), arguments, env, tmp_path)

    before = layout()
    (tmp_path / path).write_text("//go:build x\n\npackage lib\n", encoding="ascii")
    assert layout() != before
