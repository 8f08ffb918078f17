"""What tests read is kept from the build cache, before later runs replace it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.results.logs import Logs
from pytest_gocache.run.test_reads import keep_test_reads
from tests.golang.hash_lines import block
from tests.golang.made_graphs import interleaved

KEY = "a" * 64
SUM = "b" * 64


def put(cache: BuildCache, key: str, content: bytes) -> None:
    """Store an output, as Go does."""
    output = hashlib.sha256(content).hexdigest()
    for name, text in (
        (f"{key}-a", f"v1 {key} {output} {len(content):20} {0:20}\n".encode()),
        (f"{output}-d", content),
    ):
        file = cache.path / name[:2] / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text)


def test_interleaved_reads_are_told_apart_by_what_was_kept(tmp_path: Path) -> None:
    cache = BuildCache(tmp_path / "cache")
    cache.create()
    folder = tmp_path / "lib"
    (folder / "testdata").mkdir(parents=True)
    (folder / "testdata" / "a.txt").write_text("text", encoding="utf-8")
    (folder / "testdata" / "b").symlink_to("a.txt")
    for name in ("a.txt", "b", "."):
        os.utime(folder / "testdata" / name, ns=(0, 1_700_000_000_120_000_000), follow_symlinks=False)
    for name in ("a.txt", "."):
        (folder / "testdata" / name).chmod(0o755)
    put(cache, KEY, b"# test log\nopen testdata\ngetenv HOME\n")
    logs = Logs()
    keep_test_reads(logs, f"testcache: m/lib: test ID {SUM} => {KEY}\n".encode(), cache, lambda _: folder)

    size = (folder / "testdata").stat().st_size
    time = "2023-11-14 22:13:20.12 +0000 UTC"
    listed = [f"stat {size} 800001ed {time} true\n", "file a.txt ", f"stat 4 1ed {time} false\n"]
    listed += ["file b ", f"stat 5 80001ff {time} false\n"]
    read = [f"open {folder}/testdata {SUM}\n", f"env HOME {SUM}\n"]
    blocks = {
        "open": [listed, ["err no such file\n"]],
        "testInputs": [[f"env GODEBUG {KEY}\n", *read], [f"env GODEBUG {KEY}\n", f"env HOME {SUM}\n"]],
    }
    hashed = [[block(name, [line.encode() for line in lines]) for lines in both] for name, both in blocks.items()]
    text = b"".join(line for both in hashed for line in interleaved(both, 1))
    evidence = tmp_path / "step"
    evidence.mkdir()
    (evidence / "stderr").write_bytes(text)
    found = {b.inputs[1:] for b in logs.read(evidence).by_sum.values()}
    assert found >= {tuple(blocks["open"][0]), tuple(blocks["testInputs"][0])}


def test_a_cache_without_logs_keeps_nothing(tmp_path: Path) -> None:
    logs = Logs()
    keep_test_reads(logs, f"testcache: m: test ID {SUM} => {KEY}\n".encode(), BuildCache(tmp_path), lambda _: tmp_path)
    keep_test_reads(logs, b"", BuildCache(tmp_path), lambda _: tmp_path)
    assert logs.read(tmp_path).by_sum == {}
