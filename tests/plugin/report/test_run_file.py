"""The JSON file of a run: written and merged."""

from __future__ import annotations

import json

from pytest_gocache.plugin.report.run_file import merged, packed, run_text
from tests.plugin.report.made_run import FOLLOWED, command, made_test, row, run_of

RUN = run_of(made_test("test_a", FOLLOWED, command()), made_test("test_b"))


def test_packages_of_actions_are_numbers() -> None:
    assert RUN["packages"] == [
        *({"name": name, "std": False} for name in ("lib", "api", "other")),
        {"name": "fmt", "std": True},
        {"name": "app", "std": False},
    ]
    (first, _), () = (test["commands"] for test in RUN["tests"])
    assert [action[:2] for action in first["actions"]][-2:] == [["compile", 3], ["link", 4]]
    assert "std" not in first


def test_runs_of_several_hosts_are_one() -> None:
    other = run_of(
        made_test("test_c", command(row("compile new", "0-1"), row("compile lib", "1-2"), row("vet fmt", "2-3")))
    )
    both = merged([RUN, other])
    assert [test["test"] for test in both["tests"]] == ["test_a", "test_b", "test_c"]
    names = [package["name"] for package in both["packages"]]
    assert names == ["lib", "api", "other", "fmt", "app", "new"]
    assert [package["name"] for package in both["packages"] if package["std"]] == ["fmt"]
    (last,) = both["tests"][2]["commands"]
    assert [names[action[1]] for action in last["actions"]] == ["new", "lib", "fmt"]
    assert both["toolchains"] == RUN["toolchains"]
    assert merged([RUN]) == RUN


def test_packing_leaves_the_tests_as_they_are() -> None:
    test = made_test("test_a", command(row("compile a", "0-1")))
    before = json.dumps(test)
    packed([test])
    assert json.dumps(test) == before


def test_a_command_is_a_line_of_json() -> None:
    text = run_text(RUN)
    assert json.loads(text) == RUN
    assert sum("go build" in line for line in text.split("\n")) == 2
    assert json.loads(run_text(run_of())) == run_of()
