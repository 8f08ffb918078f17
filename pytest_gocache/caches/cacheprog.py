"""A cache program for GOCACHEPROG, a script: it serves one folder, which machines share, as a build cache."""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO, TextIO

# This script imports nothing from the package, and so reads index files itself: every go command waits for its start.

_INDEX = re.compile(rb"v1 [0-9a-f]{64} ([0-9a-f]{64}) ([ 0-9]{20}) ([ 0-9]{20})\n")


def serve(folder: Path, requests: BinaryIO, answers: TextIO) -> Iterator[tuple[str, str]]:
    """Answer go's requests until it closes; yields each action ID, with ``hit``, ``miss`` or ``put``.

    The folder has the layout of a GOCACHE. Source of the protocol: cmd/go/internal/cacheprog, Go 1.24 to 1.27.
    """
    _send(answers, {"ID": 0, "KnownCommands": ["get", "put", "close"]})
    # Go sends empty lines between requests, and between a request and its body.
    lines = filter(bytes.strip, requests)
    for line in lines:
        request = json.loads(line)
        answer: dict[str, Any] = {"ID": request["ID"]}
        if request["Command"] == "close":
            _send(answers, answer)
            return
        action = base64.b64decode(request["ActionID"]).hex()
        if request["Command"] == "get":
            found = _get(folder, action)
            yield action, "hit" if found else "miss"
            answer |= found or {"Miss": True}
        else:
            body = base64.b64decode(json.loads(next(lines))) if request.get("BodySize") else b""
            answer["DiskPath"] = _put(folder, action, base64.b64decode(request["OutputID"]).hex(), body)
            yield action, "put"
        _send(answers, answer)


def _send(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _get(folder: Path, action: str) -> dict[str, Any] | None:
    try:
        match = _INDEX.fullmatch((folder / action[:2] / f"{action}-a").read_bytes())
    except OSError:
        return None
    if match is None:
        return None
    output, size = match[1].decode("ascii"), int(match[2])
    data = folder / output[:2] / f"{output}-d"
    if not data.is_file() or data.stat().st_size != size:
        return None
    stored = datetime.fromtimestamp(int(match[3]) / 1e9, timezone.utc).isoformat()
    return {
        "OutputID": base64.b64encode(bytes.fromhex(output)).decode("ascii"),
        "Size": size,
        "Time": stored,
        "DiskPath": str(data),
    }


def _put(folder: Path, action: str, output: str, body: bytes) -> str:
    data = folder / output[:2] / f"{output}-d"
    _write(data, body)
    index = f"v1 {action} {output} {len(body):20} {time.time_ns():20}\n"
    _write(folder / action[:2] / f"{action}-a", index.encode("ascii"))
    return str(data)


def _write(file: Path, content: bytes) -> None:
    # A rename is atomic: a different machine may read the file at the same time.
    file.parent.mkdir(exist_ok=True)
    aside = file.with_name(f"{file.name}.{os.getpid()}")
    aside.write_bytes(content)
    aside.replace(file)


def main() -> None:
    """Serve the folder in the first argument; the file in the second gets a line for each request."""
    home = os.environ.get("HOME", "")
    requests = serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout)
    record = "".join([f"{home}\t{action}\t{outcome}\n" for action, outcome in requests])
    with Path(sys.argv[2]).open("a", encoding="utf-8") as log:
        log.write(record)


if __name__ == "__main__":
    main()
