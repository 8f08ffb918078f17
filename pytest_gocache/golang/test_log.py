"""The log of what a test asked of ``os``, which Go keeps with the test's result in the build cache."""

from __future__ import annotations

import os
from collections.abc import Iterator

__all__ = ["hashed_reads", "operations"]

_HEADER = b"# test log\n"
_HASHED_AS = {"getenv": "env"}


def operations(log: bytes, folder: str) -> Iterator[tuple[str, str]]:
    """``getenv``, ``stat``, ``open`` or ``chdir``, each with a variable or an absolute path, in the test's order.

    ``folder`` is where the test starts: its package's. Text that is not a test log has none.
    """
    if not log.startswith(_HEADER):
        return
    here = folder
    for line in log[len(_HEADER) :].decode("utf-8", "surrogateescape").split("\n"):
        operation, found, name = line.partition(" ")
        if not found:
            continue
        if operation != "getenv" and not name.startswith("/"):
            name = os.path.normpath(os.path.join(here, name))  # noqa: PTH118 - the file need not exist
        if operation == "chdir":
            here = name
        yield operation, name


def hashed_reads(log: bytes, folder: str) -> tuple[str, ...]:
    """The beginnings of the lines that Go hashes for a test log: ``env HOME ``, ``open /src/app/lib/testdata/a ``.

    Go hashes no files outside of the package's module, which have a line here all the same. Source:
    computeTestInputsID in cmd/go/internal/test.
    """
    return tuple(f"{_HASHED_AS.get(operation, operation)} {name} " for operation, name in operations(log, folder))
