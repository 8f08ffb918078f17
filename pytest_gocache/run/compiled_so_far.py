"""What a go command had compiled when its time limit ended it: it left no action graph."""

from __future__ import annotations

from collections.abc import Callable

from pytest_gocache.caches.build_cache import read_index
from pytest_gocache.errors import HashLogError
from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.hashlog import HashBlock, parse_hash_log
from pytest_gocache.host.environment import gocache_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import listed

__all__ = ["compiled_so_far"]

_MOST_NAMED = 4


def compiled_so_far(result: Result, is_std: Callable[[str], bool]) -> str:
    """A text for people: the packages that the command, or the go commands of a program, had compiled.

    Go logs the key of a compile when it starts, and writes the index file of that key when it ends.
    """
    packages = sorted({name for command in result.go_commands for name in _compiled(command)})
    own = [name for name in packages if not is_std(name)]
    std = len(packages) - len(own)
    parts = [listed([*map(result.short_name, own)], _MOST_NAMED)] if own else []
    if std:
        parts.append(f"{std} standard package{'s' if std > 1 else ''}")
    text = f"compiled before that: {' and '.join(parts) or 'nothing'}"
    if std:
        text += "\nit compiled the standard library: warm=False, -a and flags for `all=` packages do that"
    return text


def _compiled(command: Result) -> list[str]:
    log = command.evidence / "stderr" if command.evidence is not None else None
    if log is None or not log.is_file():
        return []
    cache = gocache_of(command.circumstances.settings)
    try:
        blocks = parse_hash_log(log.read_bytes())
    except HashLogError:
        return []

    def written(block: HashBlock) -> bool:
        index = cache / block.sum[:2] / f"{block.sum}-a"
        # Not the times of the file: a clone of a warm cache is new, what Go wrote into it is not.
        entry = read_index(index) if index.is_file() else None
        return entry is not None and entry.stored >= command.circumstances.started

    return [block.name.partition(" ")[2] for block in blocks if block.kind is Kind.COMPILE and written(block)]
