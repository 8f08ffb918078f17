"""GOFLAGS, -gcflags and the like: what Go understands is what the library reads, for random text."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from pytest_gocache import GoModule, GoToolchain
from pytest_gocache.explain.history import log_of
from pytest_gocache.golang.command_line import FlagsForPackages, flags_of, int_of
from pytest_gocache.golang.hashlog import quoted_words
from pytest_gocache.golang.quoted import split_words

PIECES = (
    *(
        " ",
        " ",
        "\t",
        "\n",
        "\r",
        "\v",
        "\f",
        "\x1c",
        "\u00a0",
        "\u2003",
        "'",
        "'",
        "'",
        '"',
        '"',
        '"',
        "\\",
        "''",
        '""',
    ),
    *(
        "=",
        "-",
        "-N",
        "-n",
        "a",
        "O'Brien",
        "\\ -n",
        "-X=main.v=1",
        "é",
        "#",
        "$x",
        "`",
        ";",
        "all=",
        "-d=checkptr",
        "@f",
    ),
)
GOFLAGS = (
    *(" ", " ", "\t", "\n", "'", '"', "\\", "---", "-", "x", "-installsuffix=", "-installsuffix=O'B"),
    *("'-installsuffix=a b'", "-a", "--trimpath", "-n", "-ldflags=-X=main.owner=O'Brien", "-tags=a\\", '"-tags=a b"'),
)

SPLIT = """
-- go.mod --
module example.com/app
-- main.go --
package main

import (
	"encoding/json"
	"os"

	"example.com/app/quoted"
)

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	read := [][]string{}
	for _, text := range texts {
		words, err := quoted.Split(text)
		if err == nil && words == nil {
			words = []string{}
		}
		read = append(read, words)
	}
	if err := json.NewEncoder(os.Stdout).Encode(read); err != nil {
		panic(err)
	}
}
"""


def random_texts(seed: int, number: int) -> list[str]:
    rng = random.Random(seed)
    return ["".join(rng.choices(PIECES, k=rng.randrange(9))) for _ in range(number)]


def test_words_are_what_gos_own_code_makes_of_them(go_module: GoModule, go_toolchain: GoToolchain) -> None:
    texts = random_texts(1, 5_000)
    go_module.load(SPLIT)
    source = Path(go_toolchain.goroot, "src/cmd/internal/quoted/quoted.go")
    go_module.write("quoted/quoted.go", source.read_text(encoding="utf-8"))
    go_module.build("-o", "split", ".")
    go_module.write("texts.json", json.dumps(texts))
    words = json.loads(go_module.exec("sh", "-c", "./split <texts.json").stdout)
    read = [split_words(text) for text in texts]

    assert [(t, r, w) for t, r, w in zip(texts, read, words, strict=True) if r != w] == []
    assert 500 < sum(each is None for each in read) < 4_500


def packages(go_module: GoModule, number: int) -> list[str]:
    names = [f"p{n:03}" for n in range(number)]
    go_module.write({f"{name}/{name}.go": f"package {name}\n" for name in names})
    return [f"example.com/app/{name}" for name in names]


def understood(go_module: GoModule, *args: str) -> dict[str, list[str]]:
    """What Go hashes into the keys of compiles: the flags of each package."""
    result = go_module.build("-n", *args, check=False)
    found = {}
    for block in log_of(result).by_id.values():
        # compile VERSION ["forced"] ["given"]: nothing forces flags here.
        line = next(line for line in block.inputs if line.startswith("compile compile "))
        found[block.package] = quoted_words(line.partition(" [] ")[2])
    return found


def test_gcflags_are_what_go_hashes_into_keys(go_module: GoModule) -> None:
    names = packages(go_module, 500)
    values = [(text, FlagsForPackages.read(f"PKG={text}")) for text in random_texts(2, 4_000)]
    taken = [(text, read.words) for text, read in values if read is not None][:500]
    refused = [text for text, read in values if read is None][:10]

    flags = [f"-gcflags={name}={text}" for name, (text, _) in zip(names, taken, strict=True)]
    go = understood(go_module, *flags, "./...")
    read = {name: list(words) for name, (_, words) in zip(names, taken, strict=True)}
    assert {name: (words, go[name]) for name, words in read.items() if go[name] != words} == {}
    for text in refused:
        failed = go_module.build("-n", f"-gcflags={names[0]}={text}", "./p000", check=False)
        assert "invalid value" in failed.stderr, text


def test_the_pattern_in_gcflags_is_read_as_go_reads_it(go_module: GoModule) -> None:
    (name,) = packages(go_module, 1)
    rng = random.Random(3)
    pieces = ("-N", " ", "\u2003", "\x1c", "=", "'", name, "all", "./...", "std", "\t")
    for value in ["".join(rng.choices(pieces, k=rng.randrange(5))) for _ in range(60)]:
        read = FlagsForPackages.read(value)
        result = go_module.build("-n", f"-gcflags={value}", "./p000", check=False)
        refused = "invalid value" in result.stderr
        assert refused == (read is None), (value, result.stderr)


def test_goflags_are_what_go_takes_them_for(go_module: GoModule) -> None:
    rng = random.Random(4)
    go_module.write("a/a.go", "package a\n")
    texts = {"".join(rng.choices(GOFLAGS, k=rng.randrange(6))) for _ in range(120)}
    refused = 0
    for goflags in sorted(texts):
        read = flags_of(goflags)
        shown = go_module.go("list", "-f", "<{{context.InstallSuffix}}>", "./a", env={"GOFLAGS": goflags}, check=False)
        if "parsing $GOFLAGS" in shown.stderr:
            refused += 1
            assert read == [] or "unknown flag" in shown.stderr, goflags
        else:
            assert bool(read) == bool(goflags.strip(" \t\n")), goflags
        if shown.returncode == 0:
            assert shown.stdout == f"<{dict(read).get('installsuffix', '')}>\n", goflags
    assert 10 < refused < len(texts) - 10


@pytest.mark.parametrize(
    "value", ["4", "010", "0x10", "0b11", "0o17", "1_0", "+2", "00", "-1", "9", "08", " 4", "4x", "", "٤"]
)
def test_numbers_are_what_go_takes_them_for(go_module: GoModule, value: str) -> None:
    go_module.write("a/a.go", "package a\n")
    result = go_module.go("list", f"-p={value}", "./a", check=False)
    assert (int_of(value) is None) == ("invalid value" in result.stderr)
