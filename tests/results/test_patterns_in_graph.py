from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_gocache.results.patterns_in_graph import packages_in_graph
from tests.made_results import action, command

APP = "example.com/app"
NAMES = [APP, f"{APP}/lib", f"{APP}/lib/deep", f"{APP}/library", f"{APP}/tools/gen", "example.com/other", "fmt"]


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("./...", ["", "/lib", "/lib/deep", "/library", "/tools/gen"]),
        (".", [""]),
        ("./lib", ["/lib"]),
        ("./lib/...", ["/lib", "/lib/deep"]),
        ("./lib...", ["/lib", "/lib/deep", "/library"]),
        ("./tools/...", ["/tools/gen"]),
        ("./absent", []),
        ("../other", []),
        (f"{APP}/lib/...", ["/lib", "/lib/deep"]),
        (f"{APP}/.../deep", ["/lib/deep"]),
    ],
)
def test_a_pattern_names_packages_of_the_graph_in_the_modules(pattern: str, named: list[str]) -> None:
    actions = tuple(action(number, name) for number, name in enumerate(NAMES))
    result = replace(command("build ./..."), actions=actions, modules={".": APP, "tools": f"{APP}/tools"})
    assert packages_in_graph(result, [pattern]) == {pattern: frozenset(APP + name for name in named)}


def test_a_module_in_a_folder_of_a_different_name_has_its_folder() -> None:
    result = replace(
        command("build ./..."), actions=(action(0, "example.com/gen/x"),), modules={"tools": "example.com/gen"}
    )
    assert packages_in_graph(result, ["./tools/x"]) == {"./tools/x": frozenset({"example.com/gen/x"})}
