"""The nodes of an action graph, and what they tell of Go's hashes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.graph_node import GraphReferences, read_nodes


def read(*nodes: dict[str, Any]) -> GraphReferences:
    return GraphReferences(read_nodes(json.dumps(nodes)))


def test_a_node_has_defaults_for_absent_fields() -> None:
    (node,) = read_nodes('[{"ID": 3, "Mode": "build", "Package": "m/lib"}]')
    assert (node.id, node.kind, node.package, node.deps, node.commands) == (3, Kind.COMPILE, "m/lib", (), ())
    assert (node.action_id, node.build_id, node.ready) == ("", "", None)


def test_other_text_is_refused() -> None:
    with pytest.raises(ActionGraphError, match="not JSON"):
        read_nodes("[{")


def test_a_compile_hashes_the_content_of_its_imports_in_the_order_of_the_graph() -> None:
    references = read(
        {"ID": 0, "Mode": "build", "Package": "m/lib", "Deps": [2, 1, 3, 4, 9]},
        {"ID": 1, "Mode": "build", "Package": "fmt", "BuildID": "KEY/CONTENT"},
        {"ID": 2, "Mode": "build", "Package": "m/failed"},
        {"ID": 3, "Mode": "nop"},
        {"ID": 4, "Mode": "preprocess PGO profile"},
    )
    assert references("build m/lib") == [("import m/failed ", "import fmt CONTENT\n", "pgofile ")]
    assert references("build m/other") == references("testInputs") == []


def test_each_action_of_a_name_has_its_own_references() -> None:
    references = read(
        {"ID": 0, "Mode": "build", "Package": "m/lib", "Deps": [1]},
        {"ID": 1, "Mode": "build", "Package": "m/lib", "BuildID": "a/B"},
    )
    assert references("build m/lib") == [("import m/lib B\n",), ()]


def test_a_vet_hashes_the_vets_that_it_depends_on_and_a_link_the_packages() -> None:
    references = read(
        {"ID": 0, "Mode": "vet", "Package": "m/cmd", "Deps": [2, 1]},
        {"ID": 1, "Mode": "vet", "Package": "fmt"},
        {"ID": 2, "Mode": "build", "Package": "m/cmd", "BuildID": "K/C"},
        {"ID": 3, "Mode": "link", "Package": "m/cmd", "Deps": [2]},
    )
    assert references("vet m/cmd") == [('vetout "fmt" ',)]
    assert references("link m/cmd") == [("packagefile m/cmd=C\n", "packagemain K/C\n")]
