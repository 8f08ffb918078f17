"""Build caches made by hand, as Go lays them out."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

from pytest_gocache.golang.action import Action, Kind, Status
from pytest_gocache.results.result import Result

STORED = 1_700_000_000
OLD = 1_600_000_000.0
LIB, APP = "example.com/app/lib", "example.com/app/cmd/app"


def key_of(name: str) -> str:
    return hashlib.sha256(f"key {name}".encode()).hexdigest()


def index_text(action: str, content: bytes) -> str:
    output = hashlib.sha256(content).hexdigest()
    return f"v1 {action} {output} {len(content):20d} {STORED * 10**9:20d}\n"


def put(cache: Path, name: str, content: bytes, *, executable: bool = False) -> tuple[Path, Path]:
    """Store one output as Go does; returns the index file and the data file."""
    action, output = key_of(name), hashlib.sha256(content).hexdigest()
    index = cache / action[:2] / f"{action}-a"
    data = cache / output[:2] / f"{output}-d"
    for file in (index, data):
        file.parent.mkdir(exist_ok=True)
    index.write_text(index_text(action, content), encoding="ascii")
    if executable:
        data.mkdir()
        data /= "app"
    data.write_bytes(content)
    for file in (index, data):
        os.utime(file, (OLD, OLD))
    return index, data


def action(package: str, import_path: str = "", kind: Kind = Kind.COMPILE, key: str = "") -> Action:
    short = base64.urlsafe_b64encode(bytes.fromhex(key_of(key or package))[:15]).decode()
    return Action(1, "build", kind, package, import_path or package, False, Status.RAN, short, "", (), 0.0, 0.0, ())


def result_with(*actions: Action) -> Result:
    return Result(("go", "build"), 1, Path(), 0, "", "", 0.1, actions)


def files_of(folder: Path) -> dict[str, tuple[bytes, float]]:
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    return {name: (p.read_bytes(), p.stat().st_mtime) for name, p in found.items()}


def names_of(folder: Path) -> set[str]:
    return {name for name in files_of(folder) if name[2:3] == "/"}


def same_file(one: Path, other: Path) -> bool:
    return one.stat().st_ino == other.stat().st_ino
