"""``GODEBUG=gocachehash=1`` output: the inputs of every action ID, and the text without them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_gocache.errors import HashLogError

__all__ = ["HashBlock", "parse_hash_log", "split_hash_lines", "test_variants", "unquote"]

# One line, as cmd/go/internal/cache/hash.go prints it: a block's opening, an input, or the closing sum; a subkey; a
# file's hash.
_LINE = re.compile(
    rb"^HASH(?:"
    rb"\[(?P<name>[^\n]*?)\](?:: (?:(?P<input>\"[^\n]*\")|(?P<sum>[0-9a-f]{64})))?"
    rb"| subkey [^\n]*"
    rb"| [^\n]*: [0-9a-f]{64}"
    rb")\n",
    re.MULTILINE,
)
_FORCED = re.compile(rb'^HASH\[build ([^\n]+)\]: "forcelibrary\\n"\n', re.MULTILINE)
_SHORT = 15  # bytes of the SHA-256 that the go command writes where it means an action ID


@dataclass(frozen=True, slots=True)
class HashBlock:
    """The inputs of one hash."""

    name: str
    """What was hashed: ``build example.com/lib``, ``link …``, ``vet …``, ``testResult``, ``testInputs``, …"""
    inputs: tuple[str, ...]
    """In order, unquoted; the first is the Go version, which salts every hash."""
    sum: str
    """64 hexadecimal digits of SHA-256."""

    @property
    def action_id(self) -> str:
        """The sum as the action graph writes it."""
        return base64.urlsafe_b64encode(bytes.fromhex(self.sum)[:_SHORT]).decode("ascii")

    @property
    def verified(self) -> bool:
        """Whether the inputs, hashed again, give the sum: what proves that none is missing or misplaced."""
        text = "".join(self.inputs).encode("utf-8", "surrogateescape")
        return hashlib.sha256(text).hexdigest() == self.sum


def split_hash_lines(stderr: bytes) -> bytes:
    """The command's own stderr: everything but the hash lines."""
    if b"HASH" not in stderr:
        return stderr
    return _LINE.sub(b"", stderr)


def parse_hash_log(stderr: bytes) -> tuple[HashBlock, ...]:
    """Every complete block of a command's stderr whose name tells it apart from concurrent ones.

    Lines of concurrent hashes interleave. Two blocks of one name that were open at the same time are left out when
    their inputs cannot be separated (only ``moduleIndex`` and the like in practice; a block is kept only if its SHA-256
    comes out right). Raises `HashLogError` for an input that is not a Go string literal.
    """
    return tuple(_blocks(stderr))


def _blocks(stderr: bytes) -> Iterator[HashBlock]:
    open_blocks: dict[bytes, list[str]] = {}
    for match in _LINE.finditer(stderr):
        name = match["name"]
        if name is None or name == b"moduleIndex":
            continue
        if match["sum"] is not None:
            inputs = open_blocks.pop(name, None)
            if inputs is None:
                continue
            block = HashBlock(name.decode("utf-8", "surrogateescape"), tuple(inputs), match["sum"].decode("ascii"))
            if block.verified:
                yield block
        elif match["input"] is not None:
            open_blocks.setdefault(name, []).append(unquote(match["input"]))
        else:
            open_blocks[name] = []


def test_variants(stderr: bytes) -> frozenset[str]:
    """The action IDs of the packages that were compiled for a test: Go hashes the word ``forcelibrary`` for them."""
    found = set()
    for match in _FORCED.finditer(stderr):
        closing = re.compile(rb"^HASH\[build " + re.escape(match[1]) + rb"\]: ([0-9a-f]{64})\n", re.MULTILINE)
        end = closing.search(stderr, match.end())
        if end:
            found.add(base64.urlsafe_b64encode(bytes.fromhex(end[1].decode("ascii"))[:_SHORT]).decode("ascii"))
    return frozenset(found)


test_variants.__test__ = False  # type: ignore[attr-defined]  # its name looks like a test's to pytest

_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))")
_SIMPLE = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_SIMPLE |= {b"\\": b"\\", b'"': b'"', b"'": b"'"}


def unquote(literal: bytes) -> str:
    """The text of a Go string literal as ``%q`` prints it; bytes that are not UTF-8 become surrogate escapes."""
    if len(literal) < 2 or not literal.startswith(b'"') or not literal.endswith(b'"'):  # noqa: PLR2004 - two quotes
        raise HashLogError(f"not a quoted Go string: {literal[:80]!r}")
    body = literal[1:-1]
    if b"\\" in body:
        body = _ESCAPE.sub(_unescape, body)
    return body.decode("utf-8", "surrogateescape")


def _unescape(match: re.Match[bytes]) -> bytes:
    byte, short, long, octal, simple = match.groups()
    if byte:
        return bytes([int(byte, 16)])
    if short or long:
        return chr(int(short or long, 16)).encode("utf-8", "surrogatepass")
    if octal:
        return bytes([int(octal, 8)])
    if simple in _SIMPLE:
        return _SIMPLE[simple]
    raise HashLogError(f"unknown escape {match[0]!r} in a quoted Go string")
