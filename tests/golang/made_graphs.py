"""Action graphs with the hash log that Go would write for them."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from pytest_gocache.golang.graph_node import GraphReferences, read_nodes
from pytest_gocache.golang.hashlog import HashBlock, parse_hash_log, short_id
from tests.golang.hash_lines import block

TEST_SUPPORT = "testing/internal/testdeps"


@dataclass
class MadeGraph:
    """A graph, built from its leaves up, and the log of its hashes."""

    nodes: list[dict[str, Any]] = field(default_factory=list)
    blocks: list[list[bytes]] = field(default_factory=list)

    def node(self, mode: str, package: str, deps: Sequence[int] = (), **fields: Any) -> int:
        """Add a node; returns its ID."""
        self.nodes.append({"ID": len(self.nodes), "Mode": mode, "Package": package, "Deps": list(deps), **fields})
        return len(self.nodes) - 1

    def compile(
        self,
        package: str,
        deps: Sequence[int] = (),
        *,
        files: Sequence[str] = ("a.go",),
        forced: bool = False,
        ran: bool = False,
    ) -> int:
        """Add a compile of ``files``; ``forced`` for a copy that Go makes for a test."""
        imports = [self.nodes[number] for number in deps]
        lines = ["compile\n", f"dir /src/{package}\n", "goos linux goarch amd64\n", f'import "{package}"\n']
        lines += ["omitdebug false\n", *(["forcelibrary\n"] if forced else []), "compile v1 [] []\n", "GOAMD64=v1\n"]
        lines += [f"file {name} {_hash(package + name)}\n" for name in files]
        lines += [f"import {node['Package']} {node['BuildID'].rpartition('/')[2]}\n" for node in imports]
        hashed = block(f"build {package}", [line.encode() for line in lines])
        self.blocks.append(hashed)
        action = short_id(bytes.fromhex(hashed[-1].decode().strip().rpartition(" ")[2]))
        command = [f"compile -p {package} ./{' ./'.join(files)}"] if ran else None
        return self.node("build", package, deps, ActionID=action, BuildID=f"{action}/{_hash(action)}", Cmd=command)

    def tested(self, package: str, imports: Sequence[int], support: int) -> int:
        """Add the generated main package of a test and its link; returns the main package's compile."""
        main = self.compile(f"{package}.test", [support, *imports], files=["_testmain.go"])
        self.node("link", f"{package}.test", [main])
        return main

    @property
    def text(self) -> str:
        """The graph."""
        return json.dumps(self.nodes)

    def stderr(self, seed: int | None = None) -> bytes:
        """The log: one hash after the other, or all at the same time, interleaved at random."""
        return b"".join(chain.from_iterable(self.blocks) if seed is None else interleaved(self.blocks, seed))

    def hashed(self, stderr: bytes) -> set[HashBlock]:
        """The blocks of a log of this graph."""
        return set(parse_hash_log(stderr, GraphReferences(read_nodes(self.text))))


def interleaved(blocks: Sequence[Sequence[bytes]], seed: int) -> list[bytes]:
    """The lines of all blocks, each block's in its order."""
    draw = random.Random(seed)
    owners = [number for number, lines in enumerate(blocks) for _ in lines]
    draw.shuffle(owners)
    left = [iter(lines) for lines in blocks]
    return [next(left[number]) for number in owners]


def _hash(text: str) -> str:
    return short_id(hashlib.sha256(text.encode()).digest())
