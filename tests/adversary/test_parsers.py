"""A fuzzer over all parsers: recorded and hand-made inputs, changed at random, raise only errors of the library."""

from __future__ import annotations

import hashlib
import json
import os
import random
import tarfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pytest_gocache.errors import GoCacheError
from pytest_gocache.explain.key_inputs import changed_inputs, compile_flags, variant_of
from pytest_gocache.golang.actiongraph import action_ids, parse_action_graph
from pytest_gocache.golang.command_line import FlagsForPackages, GoArguments, int_of, variant_flags, without_flag
from pytest_gocache.golang.compile_flags import CompileFlags
from pytest_gocache.golang.godebug import with_debug_setting
from pytest_gocache.golang.goroutines import own_goroutines
from pytest_gocache.golang.hashlog import HashBlock, parse_hash_log, quoted_words, split_debug_lines
from pytest_gocache.golang.imports import imports_of
from pytest_gocache.golang.modfile import local_folders_of, module_path_of
from pytest_gocache.golang.patterns import Pattern, near_misses
from pytest_gocache.golang.quoted import first_word, split_words
from pytest_gocache.golang.test_output import parse_test_output
from pytest_gocache.golang.testcache_log import parse_lookups, without_lookups
from pytest_gocache.golang.txtar import parse_txtar
from pytest_gocache.golang.version import GoVersion, check_specifier

INPUTS = int(os.environ.get("FUZZ_INPUTS", "500"))
SEED = os.environ.get("FUZZ_SEED", "1")
RECORDED = Path(__file__).parent.parent / "recorded"
WINDOW = 20_000  # characters of a recorded text that one input has

TEXTS = (
    'package a\n\nimport (\n\t"fmt" // one\n\tb `c/d`\n)\n/* x */ import "C"\n',
    "module example.com/app // x\n\nrequire a v1.0.0\n\nreplace a => ../a\nuse (\n\t./b\n)\n",
    "comment\n-- a/b.go --\npackage b\n-- c --\n",
    "-n '-ldflags=-X main.v=\"1\"' -tags=a\\ -gcflags=all=-N -p=0x10 --race=false",
    "-N -d=checkptr,nil=2 -l=4 -l -trimpath=/a -lang go1.21",
    "build -C dir -o x -race ./... -- -x",
    "go1.27.3",
    ">=1.21,<1.28",
    "./a...b/vendor/...",
    "example.com/app/lib [example.com/app/lib.test]",
    "gocachehash=1,http2debug=1",
    'compile compile version go1.27.3 ["-race"] ["-N" "-d=x"]\n',
    'fuzz ["-d=libfuzzer"]\n',
    'modinfo "path\\ta\\nbuild\\t-ldflags=x\\n"\n',
    'CC=["gcc"] [] ["-g" "-O2"] []\n',
    "SIGQUIT: quit\n\ngoroutine 5 [select]:\na.b/c.F(...)\n\t/c.go:1 +0x1\ncreated by a.b/c.G in goroutine 1\n\t/c.go:2\n",
)
TOKENS = (
    *('"', "'", "`", "\\", "\\777", "\\x4", "\\U00110000", "\n", "\r\n", "\t", " ", "\0", "é", "\u2028", "\udcff", "٣"),
    *(
        "[" * 3_000,
        "{" * 2_000,
        "9" * 5_000,
        "-1",
        "1e999",
        "NaN",
        "null",
        "true",
        '[["a"]]',
        "{}",
        "0001-01-01T00:00:00Z",
    ),
    *(
        "HASH[",
        "]: ",
        "HASH[build a]\n",
        "testcache: ",
        '{"Action":',
        "FAIL\t",
        "ok  \t",
        "-- ",
        " --\n",
        "...",
        "/*",
        "*/",
    ),
)


def read_hashed(text: str) -> None:
    """What explanations make of a line that a forged block holds: anybody can print the right sum."""
    inputs = ("go1.27.3", text)
    block = HashBlock("build a", inputs, hashlib.sha256("".join(inputs).encode("utf-8", "surrogateescape")).hexdigest())
    _ = block.verified, block.files, block.directory, block.vetted_id, variant_of(block), compile_flags(block).text
    changed_inputs(HashBlock("build a", ("go1.27.3",), ""), block)


def read_pattern(text: str) -> None:
    pattern = Pattern.parse(text, ["fmt"])
    pattern.matches(text, text)
    near_misses(text, ["example.com/app", text])


def read_flags(text: str) -> None:
    words = split_words(text) or []
    arguments = GoArguments.read(words, text)
    variant_flags(arguments)
    without_flag(words, "o")
    FlagsForPackages.read(text)
    flags = CompileFlags(tuple(words))
    _ = int_of(text), first_word(text), arguments.builds, flags.settings, flags.text, flags.flag_files


def read_goroutines(text: str) -> None:
    own_goroutines(text, "fmt".__eq__, 60)


OF_BYTES: tuple[Callable[[bytes], Any], ...] = (
    *(parse_action_graph, action_ids, parse_hash_log, split_debug_lines, parse_lookups, without_lookups),
)
OF_TEXT: tuple[Callable[[str], Any], ...] = (
    *(parse_action_graph, parse_test_output, imports_of, module_path_of, local_folders_of, parse_txtar, quoted_words),
    *(GoVersion.parse, check_specifier, with_debug_setting, read_hashed, read_pattern, read_flags),
    read_goroutines,
)


def recorded(name: str) -> list[bytes]:
    """The files of this name that the commands of three versions wrote, which started with an empty build cache."""
    found = []
    for archive in sorted(RECORDED.rglob("scenarios.tar.xz")):
        with tarfile.open(archive) as opened:
            chosen = [m for m in opened if m.name.startswith("from-nothing/") and m.name.endswith(f"/{name}")]
            found += [file.read() for member in chosen if (file := opened.extractfile(member)) is not None]
    return found


def window(rng: random.Random, data: bytes) -> str:
    start = rng.randrange(max(1, len(data) - WINDOW))
    return data[start : start + WINDOW].decode("utf-8", "surrogateescape")


def changed_text(rng: random.Random, text: str) -> str:
    for _ in range(rng.randrange(1, 8)):
        start, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        end = min(end, start + rng.choice((0, 1, 20, 2_000)))
        middle = rng.choice(("", rng.choice(TOKENS), text[start:end] * 2, text[start:end][::-1]))
        text = text[:start] + middle + text[end:]
    return text[: 4 * WINDOW]


def changed_graph(rng: random.Random, nodes: Sequence[dict[str, Any]]) -> str:
    """Some nodes of a graph, with fields that have values of other types and other nodes' values."""
    chosen = [dict(node) for node in rng.sample(nodes, min(len(nodes), rng.randrange(1, 40)))]
    values: list[Any] = [
        None,
        True,
        0,
        -1,
        2**70,
        0.5,
        "",
        "x",
        "2024-01-01T00:00:00inf",
        "\ud800",
        [],
        [[1]],
        [None],
        {},
    ]
    for _ in range(rng.randrange(1, 4)):
        node = rng.choice(chosen)
        field = rng.choice([*node, "Target", "Deps", "Cmd", "New"])
        node[field] = rng.choice([*values, rng.choice(list(rng.choice(nodes).values()))])
    return json.dumps(chosen)


def an_input(rng: random.Random, graphs: Sequence[list[dict[str, Any]]], texts: Sequence[bytes]) -> str:
    kind = rng.randrange(5)
    if kind == 0:
        return changed_graph(rng, rng.choice(graphs))
    if kind == 1:
        return changed_text(rng, changed_graph(rng, rng.choice(graphs)))
    return changed_text(rng, window(rng, rng.choice(texts)) if kind == 2 else rng.choice(TEXTS))


def outcome(parser: Callable[[Any], Any], given: str | bytes) -> str:
    try:
        parser(given)
    except GoCacheError:
        return "refused"
    except Exception as error:  # noqa: BLE001 - any error is what this test looks for
        return f"{error!r} of {parser.__name__}({given[:300]!r})"
    return "read"


def test_parsers_read_anything_or_raise_errors_of_the_library() -> None:
    graphs = [json.loads(data) for data in recorded("graph.json")]
    texts = [*recorded("stderr"), *(json.loads(step)["stdout"].encode() for step in recorded("step.json"))]
    seen: Counter[str] = Counter()
    for number in range(INPUTS):
        text = an_input(random.Random(f"{SEED}-{number}"), graphs, texts)
        seen.update(outcome(parser, text.encode("utf-8", "surrogatepass")) for parser in OF_BYTES)
        seen.update(outcome(parser, text) for parser in OF_TEXT)
    assert sorted(set(seen) - {"read", "refused"}) == []
    assert seen["read"] > seen["refused"] > INPUTS / 10
