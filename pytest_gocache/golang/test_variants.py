"""Which package a compile makes: the plain one, the copy for a test, an external test or a generated main package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_gocache.errors import ActionGraphError
from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.graph_node import Node
from pytest_gocache.golang.hashlog import CompileBlocks, HashBlock

__all__ = ["PackageNames"]

# Every generated main package imports it; it is internal to the standard library, so no user's package can.
_TEST_SUPPORT = "testing/internal/testdeps"
_TEST_FILE = re.compile(r"_test\.go(?=[\s'\"]|$)")  # in a command line


class PackageNames:
    """The package names of a graph as `go list` prints them, with test variants: ``lib [lib.test]``.

    The graph gives a package and its copies for tests the same name. Go compiles the package under test anew if it has
    test files of its own, or is a main package, and with it every package between it and its external test
    (``recompileForTest`` in cmd/go/internal/load). So the copies for a test are what depends on the package under test,
    if that is a copy itself.
    """

    def __init__(self, nodes: Sequence[Node], blocks: CompileBlocks) -> None:
        self._blocks = blocks
        self._compiles = {node.id: node for node in nodes if node.kind is Kind.COMPILE}
        # Compile → the test (``lib.test``) that it was made for.
        self._mains: dict[int, str] = {}
        self._external: dict[int, str] = {}
        self._copies: dict[int, str] = {}
        self._last_importers: dict[int, int | None] = {}
        mains = list(self._generated_mains())
        vets = [node.deps[0] for node in nodes if node.kind is Kind.VET and node.deps and not node.facts_only]
        # A graph without tests needs no index.
        self._importers = self._index_of_importers() if mains or vets else {}
        for main in mains:
            self._name_test(main)
        if not mains:
            self._name_vetted([self._compiles[number] for number in vets if number in self._compiles])

    def _generated_mains(self) -> Iterator[Node]:
        support = {node.id for node in self._compiles.values() if node.package == _TEST_SUPPORT}
        for node in self._compiles.values():
            if node.package.endswith(".test") and not support.isdisjoint(node.deps):
                yield node

    def _index_of_importers(self) -> dict[int, list[Node]]:
        found: dict[int, list[Node]] = {}
        for node in self._compiles.values():
            for number in set(node.deps):
                found.setdefault(number, []).append(node)
        return found

    def _name_test(self, main: Node) -> None:
        """Name what a generated main package consists of."""
        test = self._mains[main.id] = main.package
        path = test.removesuffix(".test")
        imported = [self._compiles[number] for number in main.deps if number in self._compiles]
        tested = next((node for node in imported if node.package == path), None)
        external = next((node for node in imported if node.package == f"{path}_test"), None)
        if external is not None:
            self._external[external.id] = test
        if tested is not None and self._is_copy(tested, {main.id, *([external.id] if external else ())}):
            self._name_copies(tested, test)

    def _name_vetted(self, compiles: Sequence[Node]) -> None:
        """Name what ``go vet`` looks at, in its order: of each package itself, with its test files; its external test.

        Go vet, too, looks at a copy of each main package, tested or not. Without tests it is the plain package here.
        """
        for node in compiles:
            if node.package.endswith("_test") and self._is_external(node):
                self._external[node.id] = node.package.removesuffix("_test") + ".test"
        tests = {test: number for number, test in self._external.items()}
        for node in compiles:
            test = f"{node.package}.test"
            if node.id in self._external:
                continue
            # Test files tell alone: an external test has no inputs in the log when a package that it imports fails.
            if self._has_test_files(node) or (test in tests and self._is_copy(node, {tests[test]})):
                self._name_copies(node, test)

    def _name_copies(self, tested: Node, test: str) -> None:
        """Name a copy of the package under test, and all that depends on it."""
        found = [tested]
        while found:
            node = found.pop()
            if node.id not in self._mains and node.id not in self._external and node.id not in self._copies:
                external = f"{tested.package}_test"  # nothing else of this name can import the copy
                (self._external if node.package == external else self._copies)[node.id] = test
                found += self._importers.get(node.id, ())

    def _is_copy(self, tested: Node, own: set[int]) -> bool:
        """Whether a package under test is compiled for its test alone; ``own`` has the other compiles of the test."""
        if any(map(_TEST_FILE.search, tested.commands)):
            return True
        # Go builds a package before its copy when a different tested package imports it.
        if any(self._compiles[number].package == tested.package for number in self._imports(tested)):
            return True
        if self._importers.get(tested.id) and self._last_importer(tested) not in own:
            return False
        block = self._block(tested)
        return block is not None and block.for_test

    def _imports(self, node: Node) -> Iterator[int]:
        return (number for number in node.deps if number in self._compiles)

    def _last_importer(self, package: Node) -> int | None:
        """The one compile that nothing imports and that needs a package, directly or through others; None for several.

        Each compile is visited once for all calls, so the time is linear.
        """
        waiting = [(package, False)]
        while waiting:
            node, visited = waiting.pop()
            importers = self._importers.get(node.id, ())
            if visited:
                last = {self._last_importers[other.id] for other in importers}
                self._last_importers[node.id] = last.pop() if len(last) == 1 else None
            elif node.id not in self._last_importers:
                self._last_importers[node.id] = None if importers else node.id
                if importers:
                    waiting += [(node, True), *((other, False) for other in importers)]
        return self._last_importers[package.id]

    def _is_external(self, node: Node) -> bool:
        """Whether a compile is that of an external test, and not that of a package whose path ends like one."""
        if self._importers.get(node.id):
            return False
        block = self._block(node)
        return block is not None and not block.for_test and block.has_only_test_files

    def _has_test_files(self, node: Node) -> bool:
        if any(map(_TEST_FILE.search, node.commands)):
            return True
        block = self._block(node)
        return block is not None and block.has_test_files

    def _block(self, node: Node) -> HashBlock | None:
        """The inputs of a compile; None when Go did not come to hash them, because a dependency failed."""
        if not node.action_id:
            return None
        block = self._blocks.find(node.package, node.action_id)
        if block is None:
            raise ActionGraphError(
                f"neither the graph nor Go's hash log tells whether {node.package} is compiled for its test: the log "
                f"does not have the inputs of the action ID {node.action_id}"
            )
        return block

    def of(self, node: Node) -> tuple[str, str, bool]:
        """The full name, the import path that patterns match, and whether the package exists only for a test."""
        # A vet action depends on the compile of its package, which has the variant's name.
        number = node.deps[0] if node.kind is Kind.VET and node.deps else node.id
        if number in self._copies:
            return f"{node.package} [{self._copies[number]}]", node.package, False
        if number in self._external:
            test = self._external[number]
            return f"{node.package} [{test}]", test.removesuffix(".test"), True
        if node.id in self._mains or (node.kind is Kind.LINK and not self._mains.keys().isdisjoint(node.deps)):
            return node.package, node.package.removesuffix(".test"), True
        return node.package, node.package, False
