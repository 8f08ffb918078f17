"""What a killed go command had compiled: its log names the keys, and its cache has the files that it wrote."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pytest_gocache import Result
from pytest_gocache.results.result import Circumstances
from pytest_gocache.run.compiled_so_far import compiled_so_far
from tests.golang.hash_lines import block

STARTED = 1000.0


def killed(folder: Path, stored: dict[str, float]) -> Result:
    """A killed command that logged the keys of these packages; the times at which Go stored them, 0 for never."""
    cache, evidence = folder / "cache", folder / "evidence"
    evidence.mkdir(parents=True)
    log = b""
    for package, moment in stored.items():
        lines = block(f"build {package}", [b"compile\n", package.encode()])
        log += b"".join(lines)
        key = lines[-1].rpartition(b": ")[2].strip().decode()
        if moment:
            (cache / key[:2]).mkdir(parents=True, exist_ok=True)
            output = hashlib.sha256(b"").hexdigest()
            index = f"v1 {key} {output} {0:20} {int(moment * 1e9):20}\n"
            (cache / key[:2] / f"{key}-a").write_text(index, encoding="ascii")
    (evidence / "stderr").write_bytes(log)
    around = Circumstances(env={"GOCACHE": str(cache)}, started=STARTED)
    return Result(("go", "build"), 1, folder, -9, "", "", 1.0, circumstances=around, evidence=evidence)


def is_std(package: str) -> bool:
    return "." not in package


def test_what_go_stored_after_the_start_was_compiled(tmp_path: Path) -> None:
    result = killed(tmp_path, {"fmt": 500.0, "example.com/lib": 1001.0, "example.com/app": 0})
    assert compiled_so_far(result, is_std) == "compiled before that: example.com/lib"


def test_compiled_standard_packages_are_counted_and_their_causes_named(tmp_path: Path) -> None:
    text = compiled_so_far(killed(tmp_path, {"fmt": 1001.0, "os": 1002.0, "a.org/b": 1003.0}), is_std)
    first, second = text.split("\n")
    assert first == "compiled before that: a.org/b and 2 standard packages"
    assert "warm=False, -a and flags for `all=` packages" in second


def test_a_command_that_compiled_nothing_says_so(tmp_path: Path) -> None:
    assert compiled_so_far(killed(tmp_path, {"fmt": 500.0}), is_std) == "compiled before that: nothing"
