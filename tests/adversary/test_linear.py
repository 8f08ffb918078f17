"""The time of each parser grows with its input and no faster, whatever a program prints."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from pytest_gocache.errors import GoCacheError
from pytest_gocache.explain.key_inputs import changed_inputs, compile_flags
from pytest_gocache.golang.actiongraph import action_ids, parse_action_graph
from pytest_gocache.golang.command_line import FlagsForPackages, GoArguments, flags_of
from pytest_gocache.golang.compile_flags import compile_settings
from pytest_gocache.golang.goroutines import own_goroutines
from pytest_gocache.golang.hashlog import HashBlock, parse_hash_log, split_debug_lines, unquote
from pytest_gocache.golang.imports import imports_of
from pytest_gocache.golang.modfile import local_folders_of, module_path_of
from pytest_gocache.golang.patterns import Pattern, near_misses
from pytest_gocache.golang.quoted import split_words
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.golang.testcache_log import parse_lookups
from pytest_gocache.golang.txtar import parse_txtar
from pytest_gocache.golang.version import GoVersion

MEGABYTE = 1 << 20
# CPU seconds for a megabyte: what takes a tenth of it on an idle machine. Four times the input may take ten times as
# long, so that a busy machine fails no test; with a square it takes sixteen times as long.
LIMIT, GROWTH, TOO_SHORT = 5.0, 10, 0.05

SUM = "0" * 64
GOROUTINE = "goroutine 1 [select]:\na.b/c.f{0}()\n\t/a.go:{0}\n\n".format


def goroutines(text: str) -> object:
    return own_goroutines(text, lambda package: package == "runtime", 60)


def doubtful_blocks(size: int) -> str:
    """Blocks of one name, two of them open at the same time, with lines that nothing assigns to one of them."""
    one = "HASH[build p{n}_test]\n" * 2 + "".join(f'HASH[build p{{n}}_test]: "line {i}"\n' for i in range(14))
    one += f"HASH[build p{{n}}_test]: {SUM}\n" * 2
    return "".join(one.format(n=n) for n in range(size // len(one)))


def many_lines_and_doubtful_ones(size: int) -> str:
    name = "HASH[build p_test]"
    shared = "".join(f'{name}: "{n}"\n' * 2 for n in range(size // (2 * len(name) + 20)))
    doubtful = "".join(f'{name}: "line {i}"\n' for i in range(14))
    return f"{name}\n" * 2 + doubtful + shared + f"{name}: {SUM}\n" * 2


def graph(node: Callable[[int], dict[str, Any]]) -> Callable[[int], str]:
    """An action graph of the size, of nodes that are made with their numbers."""

    def made(size: int) -> str:
        nodes = [node(0)]
        while len(nodes) * len(json.dumps(nodes[-1])) < size:
            nodes.append(node(len(nodes)))
        return json.dumps(nodes)

    return made


def repeated(*parts: str) -> Callable[[int], str]:
    """The first part, the second as often as fits, and the third."""
    first, again, last = (*parts, "")[:3] if len(parts) > 1 else ("", parts[0], "")
    return lambda size: first + again * (size // len(again)) + last


def made_node(number: int) -> dict[str, Any]:
    package = f"p{number // 2}" + ".test" * (number % 2)
    return {"ID": number, "Mode": "build", "Package": package, "Deps": list(range(max(0, number - 9), number))}


def chain_above_tests(size: int) -> str:
    """Tests of packages that all lie below one chain of packages, at the end of which a program imports them."""
    count = size // 300
    nodes: list[dict[str, Any]] = [{"ID": 0, "Mode": "build", "Package": "testing/internal/testdeps"}]
    for number in range(1, count):
        nodes.append({"ID": number, "Mode": "build", "Package": f"p{number}"})
        main = {"ID": count + number, "Mode": "build", "Package": f"p{number}.test", "Deps": [0, number]}
        nodes.append(main)
    below = list(range(1, count))
    for number in range(2 * count, 4 * count):
        nodes.append({"ID": number, "Mode": "build", "Package": f"c{number}", "Deps": below})
        below = [number]
    return json.dumps(nodes)


def with_references(text: bytes) -> None:
    parse_hash_log(text, lambda _: [["import x "], ["vetout ", "line 1"]] * 4)


BYTES: dict[str, tuple[Callable[[bytes], Any], Callable[[int], str]]] = {
    "names that end often": (split_debug_lines, repeated("HASH[", ']: "', "\n")),
    "names that end often, parsed": (parse_hash_log, repeated("HASH[", ']: "', "\n")),
    "brackets": (parse_hash_log, repeated("HASH[", "]", "\n")),
    "openings": (parse_hash_log, repeated("HASH[build a]\n")),
    "openings without an end": (parse_hash_log, repeated("HASH[")),
    "file hashes": (split_debug_lines, repeated("HASH ", ": 00", "\n")),
    "subkeys": (split_debug_lines, repeated('HASH subkey 00 "', '" = 0', "\n")),
    "one long input": (parse_hash_log, repeated('HASH[a]\nHASH[a]: "', "\\\\n", f'"\nHASH[a]: {SUM}\n')),
    "doubtful blocks": (parse_hash_log, doubtful_blocks),
    "doubtful lines before others": (parse_hash_log, many_lines_and_doubtful_ones),
    "doubtful blocks that a graph knows": (with_references, doubtful_blocks),
    "doubtful lines that a graph knows": (with_references, many_lines_and_doubtful_ones),
    "escapes": (unquote, repeated('"', "\\x00", '"')),
    "escapes without an end": (unquote, repeated('"', "\\")),
    "lookups": (parse_lookups, repeated("testcache: a: input file ", ": file used", "\n")),
    "lookups of long names": (parse_lookups, repeated("testcache: ", "a:", "\n")),
    "action IDs": (action_ids, repeated('"ActionID": "')),
}
TEXT: dict[str, tuple[Callable[[str], Any], Callable[[int], str]]] = {
    "brackets in a graph": (parse_action_graph, repeated("[")),
    "a chain of imports": (parse_action_graph, graph(made_node)),
    "tests below a chain of imports": (parse_action_graph, chain_above_tests),
    "digits of a time": (
        parse_action_graph,
        repeated('[{"ID":1,"Mode":"","TimeStart":"2024-01-01T00:00:00.', "1", 'Z"}]'),
    ),
    "digits of a number": (parse_action_graph, repeated('[{"Mode":"","ID":', "1", "}]")),
    "an event of brackets": (parse_test_output, repeated('{"Action":', "[")),
    "events": (parse_test_output, repeated('{"Action":"output","Package":"a","Output":"FAIL\\ta\\t0.1s\\n"}\n')),
    "goroutines": (goroutines, repeated("SIGQUIT: quit\n", "\ngoroutine 1 [select]:\na.b/c.f()\n\t/a.go:1\n")),
    "different goroutines": (goroutines, lambda size: "SIGQUIT: quit\n" + "".join(map(GOROUTINE, range(size // 40)))),
    "brackets of a goroutine": (goroutines, repeated("SIGQUIT: quit\ngoroutine 1 ", "[", ":\nf()\n")),
    "a long frame": (goroutines, repeated("SIGQUIT: quit\ngoroutine 1 [a]:\n", "a/", ".f()\n")),
    "frames of one goroutine": (goroutines, repeated("SIGQUIT: quit\ngoroutine 1 [a]:\n", "a.b/c.f()\n")),
    "a long verdict": (parse_test_output, repeated("ok  \t", "a", "\t0.1s")),
    "digits of seconds": (parse_test_output, repeated("ok  \ta\t", "1", "s")),
    "coverage": (parse_test_output, repeated("\ta\t\tcoverage: 1", "\t", "")),
    "comments": (imports_of, repeated("package a\n/*", "*", "")),
    "comments in imports": (imports_of, repeated("package a\nimport (", "/**/", "")),
    "imports": (imports_of, repeated("package a\nimport (", '"a"\n', "")),
    "names of imports": (imports_of, repeated("package a\nimport (", "a", "")),
    "spaces in imports": (imports_of, repeated("package a\nimport", "\n", "")),
    "a module line": (module_path_of, repeated("module", " ", "")),
    "replacements": (local_folders_of, repeated("=> ")),
    "folders": (local_folders_of, repeated("use ./")),
    "a marker without an end": (parse_txtar, repeated("-- ", "a", "")),
    "a marker of spaces": (parse_txtar, repeated("-- a", " ", "\n")),
    "markers": (parse_txtar, repeated("-- a --\n")),
    "a version": (GoVersion.parse, repeated("go1.", "1", "")),
    "words": (split_words, repeated("'", "' '", "")),
    "a word without an end": (split_words, repeated("a ", "'a' ", "'")),
    "GOFLAGS": (flags_of, repeated("-a=b ")),
    "gcflags": (FlagsForPackages.read, repeated("a", " ", "=-N")),
    "compile flags": (lambda text: compile_settings(text.split()), repeated("-d=a,b -l ")),
    "arguments": (lambda text: GoArguments.read(text.split(), text), repeated("test ", "-p 1 a ", "")),
    "a wildcard in the middle": (lambda text: matches("a...a...a...b", text), repeated("a")),
    "wildcards": (lambda text: matches(text, "a" * 2_000), repeated("a...", "a...", "b")),
    "a long name": (lambda text: near_misses(text, [text[1:], "a"]), repeated("a")),
}
HASHED = {
    "compile lists": repeated("compile ", '["a" ', "\n"),
    "compile brackets": repeated("compile ", " [", "\n"),
    "link lists": repeated("link ", " [] ", "\n"),
    "cover": repeated('cover "', '" ', "\n"),
    "imports": repeated("import a", " a", ""),
    "settings": repeated('modinfo "', "\\\\n", '"\n'),
}


def matches(pattern: str, path: str) -> bool:
    return Pattern.parse(pattern).matches(path)


def explained(line: str) -> None:
    inputs = ("go1.27.3", line)
    block = HashBlock("build a", inputs, hashlib.sha256("".join(inputs).encode()).hexdigest())
    compile_flags(block)
    changed_inputs(HashBlock("build a", ("go1.27.3",), ""), block)


def seconds(parser: Callable[[Any], Any], given: str | bytes) -> float:
    start = time.process_time()
    with suppress(GoCacheError):
        parser(given)
    return time.process_time() - start


def grows_little(parser: Callable[[Any], Any], small: str | bytes, large: str | bytes) -> bool:
    """Whether four times the input takes less than `GROWTH` times as long; one busy moment must not decide."""
    pairs = [(seconds(parser, small), seconds(parser, large)) for _ in range(3)]
    longer = min(long for _, long in pairs)
    return longer <= TOO_SHORT or longer < GROWTH * min(short for short, _ in pairs)


SHAPES = [
    *(pytest.param(parser, lambda n, made=made: made(n).encode(), id=name) for name, (parser, made) in BYTES.items()),
    *(pytest.param(parser, made, id=name) for name, (parser, made) in TEXT.items()),
    *(pytest.param(explained, made, id=f"hashed {name}") for name, made in HASHED.items()),
]


@pytest.mark.parametrize(("parser", "made"), SHAPES)
def test_time_grows_with_the_input(parser: Callable[[Any], Any], made: Callable[[int], str | bytes]) -> None:
    # From 128 kB on, malloc takes memory from the system, page by page: a smaller one costs a fifth as much for each byte.
    small, large = made(MEGABYTE // 4), made(MEGABYTE)
    assert any(grows_little(parser, small, large) for _ in range(3))
    assert seconds(parser, large) < LIMIT
