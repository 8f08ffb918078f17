"""The changed inputs of an action between two commands, and the changed lines of files."""

from __future__ import annotations

import difflib
import hashlib
import textwrap
from dataclasses import replace
from pathlib import Path

from pytest_gocache.explain.history import block_of
from pytest_gocache.explain.key_inputs import changed_inputs
from pytest_gocache.golang.action import Action
from pytest_gocache.golang.hashlog import HashBlock, short_id
from pytest_gocache.results.inputs import Change, InputKind
from pytest_gocache.results.packages import folder_in_modules
from pytest_gocache.results.result import Result
from pytest_gocache.results.seen_files import LARGEST
from pytest_gocache.results.tables import shortened

__all__ = ["changes_between", "folder_of", "text_diff"]

_MOST_LINES = 8
_MOST_COMPARED = 1_000_000  # pairs of lines


def changes_between(then: Result, old: Action, result: Result, action: Action) -> tuple[Change, ...] | None:
    """The changed inputs of an action, with diffs of files; None when Go's log does not have the inputs."""
    before, after = block_of(then, old), block_of(result, action)
    if before is None or after is None:
        return None
    return tuple(_with_diff(change, result, after, action) for change in changed_inputs(before, after))


def _with_diff(change: Change, result: Result, block: HashBlock, action: Action) -> Change:
    if change.input.kind not in (InputKind.FILE, InputKind.EMBEDDED_FILE) or change.old is None or change.new is None:
        return change
    folder = folder_of(result, block, action)
    if folder is None:
        return change
    texts = {content_id(text): text for text in _texts_of(result, folder / change.input.name)}
    if change.old not in texts or change.new not in texts:
        return change
    return replace(change, diff=text_diff(texts[change.old], texts[change.new]))


def folder_of(result: Result, block: HashBlock, action: Action) -> Path | None:
    """The folder of a package; None with ``-trimpath`` for a package outside the modules in `Result.cwd`.

    With ``-trimpath`` Go does not hash the folder: the paths of the modules give it.
    """
    return Path(block.directory) if block.directory is not None else folder_in_modules(result, action.import_path)


def content_id(content: bytes) -> str:
    """The ID of a file's content, as Go writes it in a cache key."""
    return short_id(hashlib.sha256(content).digest())


def _texts_of(result: Result, file: Path) -> list[bytes]:
    """The known contents of a file, the present one last."""
    seen = list(result.circumstances.texts.of(str(file)))
    try:
        if file.stat().st_size <= LARGEST:
            seen.append(file.read_bytes())
    except OSError:
        pass
    return seen


def text_diff(old: bytes, new: bytes) -> tuple[str, ...]:
    """The lines that differ between two texts, each after a ``-`` or a ``+``. A long diff is cut.

    Empty for binary files, and for texts that take too long to compare.
    """
    before, after = _lines_of_text(old), _lines_of_text(new)
    if before is None or after is None:
        return ()
    lines = _differing_lines(before, after)
    shown = lines[:_MOST_LINES]
    bodies = textwrap.dedent("\n".join(line.expandtabs(4) for _, line in shown)).split("\n")
    more = len(lines) - len(shown)
    return (
        *(f"{sign} {shortened(body)}".rstrip() for (sign, _), body in zip(shown, bodies, strict=False)),
        *([f"… {more} more line{'s' if more > 1 else ''}"] if more else ()),
    )


def _lines_of_text(content: bytes) -> list[str] | None:
    """The lines of a text file; None for a binary file."""
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return None


def _differing_lines(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    """The lines that only one side has, each with the sign of its side."""
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    if len(before) * len(after) > _MOST_COMPARED:
        return []  # a comparison of such texts takes seconds
    lines = []
    for tag, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if tag != "equal":
            lines += [("-", line) for line in before[old_from:old_to]]
            lines += [("+", line) for line in after[new_from:new_to]]
    return lines
