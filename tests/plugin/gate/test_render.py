"""How a comparison of two toolchains reads: as text, Markdown, workflow commands and JSON."""

from __future__ import annotations

import json
from typing import Any

from inline_snapshot import snapshot

from pytest_gocache.gocache_toml import Accepted
from pytest_gocache.plugin.gate.compare import Comparison, compare
from pytest_gocache.plugin.gate.render import as_json, as_markdown, as_text, summary, workflow_commands
from tests.plugin.gate.made_runs import BUILD, command, held, run, texts, writes


def test_the_text_has_what_changed_and_nothing_else() -> None:
    changed = (
        run(command(vet_app="ran", compile_app="cached", compile_other="cached")),
        run(command(vet_app="cached", compile_app="ran", compile_other="cached")),
    )
    comparison = compare(
        "old",
        "new",
        {
            "test_a": dict(zip(("old", "new"), changed, strict=True)),
            "test_b": {"old": run(command()), "new": run(command())},
        },
        [Accepted("*", "*", "vet *", "known")],
    )
    assert as_text(comparison) == snapshot(
        [
            "test_a  `go build ./...` (step 1)",
            "  compile app  cached -> ran",
            "  vet app      ran -> cached  accepted: known",
            "old..new: 1 change, 1 accepted, 2 tests compared; go commands took 1.00 times as long",
        ]
    )


def many(old: str, new: str, *accepted: Accepted, strict: bool = False) -> Comparison:
    """Five packages with the same change of their vet, and one compile that is more work."""
    names = [f"vet_p{number}" for number in range(5)]
    before: dict[str, Any] = dict.fromkeys(names, old)
    after: dict[str, Any] = dict.fromkeys(names, new)
    sides = {"old": run(command(**before, compile_app="cached")), "new": run(command(**after, compile_app="ran"))}
    return compare("old", "new", {"test_a": sides}, accepted, strict=strict)


def test_packages_with_the_same_change_are_one_row() -> None:
    less = many("ran", "not run")
    assert as_text(less) == snapshot(
        [
            "test_a  `go build ./...` (step 1)",
            "  compile app                                cached -> ran",
            "  vet of 5 packages (p0, p1, p2 and 2 more)  ran -> not run  improvement: less work",
            "old..new: 1 change, 5 improvements, 1 test compared; go commands took 1.00 times as long",
        ]
    )
    assert "| vet of 5 packages (p0, p1, p2 and 2 more) | ran | not run | improvement: less work |" in as_markdown(less)
    assert [change["subject"] for change in as_json({}, [], {}, less)["gate"]["changes"]] == [
        "compile app",
        *(f"vet p{number}" for number in range(5)),
    ]
    runs = {"test_a": {"new": run()}}
    assert len(workflow_commands(many("not run", "ran"), runs)) == 2
    assert len(workflow_commands(less, runs)) == 1


def test_rows_of_accepted_changes_and_of_a_strict_gate() -> None:
    assert as_text(many("ran", "not run", Accepted("*", "*", "vet p0: *", "known"))) == snapshot(
        [
            "test_a  `go build ./...` (step 1)",
            "  compile app                                cached -> ran",
            "  vet p0                                     ran -> not run  accepted: known",
            "  vet of 4 packages (p1, p2, p3 and 1 more)  ran -> not run  improvement: less work",
            "old..new: 1 change, 4 improvements, 1 accepted, 1 test compared; go commands took 1.00 times as long",
        ]
    )
    assert as_text(many("ran", "not run", strict=True)) == snapshot(
        [
            "test_a  `go build ./...` (step 1)",
            "  compile app                                cached -> ran",
            "  vet of 5 packages (p0, p1, p2 and 2 more)  ran -> not run",
            "old..new: 6 changes, 1 test compared; go commands took 1.00 times as long",
        ]
    )


def test_how_large_binaries_are_is_told_and_no_change() -> None:
    larger = {
        **writes("b", 1),
        "outputs": {"bin/app": {"bytes": 15, "sha256": "b"}, "bin/new": {"bytes": 9, "sha256": "c"}},
    }
    comparison = held(run(writes("a", 1)), run(larger))
    assert comparison.bytes == (10, 15)
    assert texts(comparison) == snapshot(["output bin/new: absent -> made"])
    assert summary(comparison).endswith("; go commands took 1.00 times as long; binaries are 1.50 times as large")


def test_no_change_is_one_line() -> None:
    assert as_text(held(run(), run())) == snapshot(["old..new: no change, 1 test compared"])


def test_what_cannot_be_compared_is_in_the_text() -> None:
    lines = as_text(held(run(), None))
    assert lines[:2] == snapshot(["not comparable:", "  test_a.py::test_a: not run on new"])
    assert summary(held(run(), None)) == snapshot("old..new: no change, 0 tests compared, 1 not comparable")


def test_markdown_survives_what_is_in_test_ids() -> None:
    sides = {"old": run(command(compile_app="cached")), "new": run(command(compile_app="ran"))}
    text = as_markdown(compare("old", "new", {"test_a[x|y]": sides, "test_<b>": {}}))
    assert text.startswith("### Go toolchain gate failed: old..new: 1 change")
    assert "| test_a[x\\|y] | `go build ./...` | compile app | cached | ran |  |" in text
    assert "- test_&lt;b>: not run on old" in text


def test_workflow_commands_are_one_line_each() -> None:
    sides = {"old": run(), "new": run(outcome="failed", detail="50% of: a,b")}
    sides["new"].file, sides["new"].line = "tests/a,b.py", 7
    runs = {"test_a": sides}
    assert workflow_commands(compare("old", "new", runs), runs) == snapshot(
        [
            "::error file=tests/a%2Cb.py,line=7,title=Go new%3A verdict::test_a: verdict: passed -> failed (50%25 of: a,b)"
        ]
    )
    changed = run(command(compile_app="cached")), run(command(compile_app="ran"))
    assert workflow_commands(held(*changed, Accepted("*", "*", "*", "r")), {}) == []


def test_json_is_plain_and_whole() -> None:
    sides = {"old": run(command(compile_app="ran")), "new": run(command(compile_app="cached"))}
    comparison = compare("old", "new", {"test_a": sides}, [Accepted("x", "*", "*", "r")])
    data = as_json({"python": "3.13"}, [{"go": "go1.27.3"}], {"test_a": sides}, comparison)
    assert json.loads(json.dumps(data)) == data
    assert data["schema"] == "pytest-gocache runs 4"
    assert (data["run"], data["toolchains"]) == ({"python": "3.13"}, [{"go": "go1.27.3"}])
    assert [(test["test"], test["toolchain"], test["outcome"]) for test in data["tests"]] == [
        ("test_a", "old", "passed"),
        ("test_a", "new", "passed"),
    ]
    assert data["gate"]["changes"] == [
        {
            "test": "test_a",
            "step": 1,
            "command": BUILD,
            "subject": "compile app",
            "base": "ran",
            "candidate": "cached",
            "reason": "",
            "less_work": True,
            "issue": "",
        }
    ]
    assert data["gate"]["unused"] == [{"test": "x", "command": "*", "change": "*", "reason": "r"}]
    assert data["gate"]["seconds"] == {"base": 1.0, "candidate": 1.0}
    assert data["gate"]["bytes"] == {"base": 0, "candidate": 0}
    assert as_json({}, [], {}, None) == {
        "schema": "pytest-gocache runs 4",
        "run": {},
        "toolchains": [],
        "packages": [],
        "tests": [],
        "gate": None,
    }
