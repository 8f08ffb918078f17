"""Reads ``GODEBUG=gocachehash=1`` output: the inputs of every action ID."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pytest_gocache.errors import HashLogError
from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.interleaved import possible_blocks
from pytest_gocache.golang.testcache_log import without_lookups

__all__ = [
    "CompileBlocks",
    "HashBlock",
    "References",
    "cut_off_block",
    "hash_lines",
    "parse_hash_log",
    "quoted_words",
    "short_id",
    "split_debug_lines",
    "unquote",
]

# One line of cmd/go/internal/cache/hash.go: the start of a block, an input, or the sum at the end; a subkey; the hash
# of a file.
_LINE = re.compile(
    rb"^HASH(?:"
    rb"\[(?P<name>[^\n\]]*(?:\](?!: |\n)[^\n\]]*)*)\](?:: (?:(?P<input>\"[^\n]*\")|(?P<sum>[0-9a-f]{64})))?"
    rb"| subkey [0-9a-f]+ \"[^\n]*\" = [0-9a-f]+"
    rb"| [^\n]*: [0-9a-f]{64}"
    rb")\n",
    re.MULTILINE,
)
_KINDS = {kind.hashed_as: kind for kind in Kind if kind.hashed_as}
# The most work to take blocks apart, in bytes that are hashed: for each byte of their lines, and in addition. A line
# costs as much as these many bytes.
_WORK_PER_BYTE, _LEAST_WORK, _WORK_PER_LINE = 64, 8 << 20, 64
_SHORT = 15  # bytes of the SHA-256 in an action ID, and in the ID of a file's content


@dataclass(frozen=True, slots=True)
class HashBlock:
    """The inputs of one hash."""

    name: str
    """What Go hashes: ``build example.com/lib``, ``link …``, ``vet …``, ``testResult``, ``testInputs``, …"""
    inputs: tuple[str, ...]
    """The hashed strings in order, unquoted. The first is the Go version, which salts every hash."""
    sum: str
    """The SHA-256 over the inputs, in 64 hexadecimal digits."""

    @property
    def action_id(self) -> str:
        """The sum, as the action graph writes it."""
        return short_id(bytes.fromhex(self.sum))

    @property
    def verified(self) -> bool:
        """Whether the SHA-256 over the inputs is the sum, so that no input is missing or in the wrong block."""
        return _sum(self.inputs) == self.sum

    @property
    def kind(self) -> Kind | None:
        """The kind of the action that has this key; None for a hash that is not the key of an action."""
        return _KINDS.get(self.name.partition(" ")[0])

    @property
    def package(self) -> str:
        """The package in the name, without its test variant; empty when the name has no package."""
        return self.name.partition(" ")[2]

    @property
    def go_version(self) -> str:
        """The version of the toolchain, as ``go version`` prints it: ``go1.27.3``."""
        return self.inputs[0] if self.inputs else ""

    @property
    def directory(self) -> str | None:
        """The folder of the package; None with ``-trimpath``, where Go does not hash it."""
        return next((text.rstrip("\n") for text in self._after("dir ")), None)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that a compile reads, also the embedded files."""
        return tuple(text.rpartition(" ")[0] for text in self._after("file "))

    @property
    def for_test(self) -> bool:
        """Whether the compile is for a test: of the package under test, or of one between it and its external tests.

        With ``go vet`` and ``-cover``, Go also compiles packages without tests like this.
        """
        return "forcelibrary\n" in self.inputs

    @property
    def standard(self) -> bool:
        """Whether a compile is that of a package of the standard library."""
        return any(" standard true " in line for line in self._after("omitdebug "))

    @property
    def has_test_files(self) -> bool:
        """Whether test files are among what a compile reads."""
        return any(name.endswith("_test.go") for name in self.files)

    @property
    def has_only_test_files(self) -> bool:
        """Whether a compile reads no Go files but test files, embedded files apart."""
        return all(name.endswith("_test.go") for name in self.files if name.endswith(".go") and "/" not in name)

    @property
    def vetted_id(self) -> str:
        """The action ID of the compile of the package that a vet analyses."""
        # Go hashes the 32 bytes of the ID as a string literal.
        literal = next(self._after("pkg "), "")
        return short_id("".join(quoted_words(literal)).encode("utf-8", "surrogateescape"))

    def _after(self, word: str) -> Iterator[str]:
        """The rest of each input that starts with ``word``."""
        return (line.removeprefix(word) for line in self.inputs if line.startswith(word))


def short_id(digest: bytes) -> str:
    """A SHA-256 as the go command writes it in action graphs and hash inputs: 20 characters of base64url."""
    return base64.urlsafe_b64encode(digest[:_SHORT]).decode("ascii")


def split_debug_lines(stderr: bytes) -> bytes:
    """The stderr of a command without the debug lines that GODEBUG adds."""
    if b"HASH" in stderr:
        stderr = _LINE.sub(b"", stderr)
    return without_lookups(stderr)


def hash_lines(stderr: bytes) -> bytes:
    """The lines of the hash log in the stderr of a command, and nothing else of it."""
    return b"".join(match.group() for match in _LINE.finditer(stderr))


def cut_off_block(stderr: bytes) -> str:
    """The name of a key whose inputs have no sum: go was killed, or the text is cut off. Empty when there is none.

    Go leaves other hashes, such as ``moduleIndex``, without a sum.
    """
    opened: dict[bytes, int] = {}
    for name, text, digest in (match.group("name", "input", "sum") for match in _LINE.finditer(stderr)):
        if name is not None and text is None and name.partition(b" ")[0].decode("ascii", "replace") in _KINDS:
            opened[name] = opened.get(name, 0) + (1 if digest is None else -1)
    return next((name.decode("utf-8", "replace") for name, count in opened.items() if count > 0), "")


References = Callable[[str], Iterable[Sequence[str]]]
"""The name of a block → for each hash of that name, the lines that others determine: see `possible_blocks`."""


def parse_hash_log(stderr: bytes, references: References = lambda _: ()) -> tuple[HashBlock, ...]:
    """Every complete block in the stderr of a command, without those of ``moduleIndex``.

    Lines of concurrent hashes interleave. ``references`` separates the blocks that have one name and are open at the
    same time. Only a block whose inputs give its SHA-256 is complete. Raises `HashLogError` for an input that is not a
    Go string literal.
    """
    lines = (match.group("name", "input", "sum") for match in _LINE.finditer(stderr))
    known = ((name, text, digest) for name, text, digest in lines if name not in (None, b"moduleIndex"))
    return tuple(_blocks(known, references))


@dataclass(slots=True)
class _Open:
    """The lines of the blocks with one name that are open at the same time."""

    blocks: int = 0
    inputs: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Work:
    """What may still be hashed to take blocks apart, in bytes. It grows with the log, so the time is linear."""

    left: int = _LEAST_WORK


def _blocks(lines: Iterable[tuple[bytes, bytes | None, bytes | None]], references: References) -> Iterator[HashBlock]:
    """The blocks in lines of (name, input, sum). The first line of a block has neither, its last line has the sum."""
    open_blocks: dict[bytes, _Open] = {}
    work = _Work()
    for name, text, digest in lines:
        opened = open_blocks.get(name)
        if text is None and digest is None:
            if opened is None or opened.blocks == 0:
                open_blocks[name] = _Open(blocks=1)
            else:
                opened.blocks += 1
        elif text is not None:
            # The first line may be missing, when it follows output without a newline; the sum verifies the block.
            open_blocks.setdefault(name, _Open()).inputs.append(unquote(text))
            work.left += len(text) * _WORK_PER_BYTE
        elif opened is not None and digest is not None:
            opened.sums.append(digest.decode("ascii"))
            if len(opened.sums) >= opened.blocks:
                del open_blocks[name]
                yield from _separated(name.decode("utf-8", "surrogateescape"), opened, references, work)


def _separated(name: str, opened: _Open, references: References, work: _Work) -> Iterator[HashBlock]:
    if opened.blocks <= 1:
        candidates: Iterable[Sequence[str]] = [opened.inputs]
    else:
        candidates = possible_blocks(name, opened.inputs, opened.blocks, references(name))
    wanted = set(opened.sums)
    for inputs in candidates:
        block = HashBlock(name, tuple(inputs), _sum(inputs))
        if block.sum in wanted:
            wanted.remove(block.sum)
            yield block
        work.left -= sum(map(len, inputs)) + _WORK_PER_LINE * len(inputs)
        if not wanted or work.left < 0:
            return


def _sum(inputs: Iterable[str]) -> str:
    return hashlib.sha256("".join(inputs).encode("utf-8", "surrogateescape")).hexdigest()


_BUILD = b"\nHASH[build "
_INPUT_OR_SUM = re.compile(rb'(".*")|([0-9a-f]{64})')


class CompileBlocks:
    """The hash blocks of compiles in a command's stderr, which is read when one is asked for."""

    def __init__(self, stderr: bytes, references: References) -> None:
        self._stderr = stderr
        self._references = references
        self._lines: dict[bytes, list[bytes]] | None = None
        self._blocks: dict[str, dict[str, HashBlock]] = {}

    def find(self, package: str, action_id: str) -> HashBlock | None:
        """The inputs of the compile with this action ID; None when the log does not have them."""
        if package not in self._blocks:
            try:
                self._blocks[package] = {block.action_id: block for block in self._of(package)}
            except HashLogError:  # a line that Go did not print
                self._blocks[package] = {}
        return self._blocks[package].get(action_id)

    def _of(self, package: str) -> Iterator[HashBlock]:
        if self._lines is None:
            # Split by hand: a regular expression over the thousands of lines of a go test takes much longer.
            self._lines = {}
            for piece in (b"\n" + self._stderr).split(_BUILD)[1:]:
                name, closed, text = piece.partition(b"\n")[0].partition(b"]")
                if closed:
                    self._lines.setdefault(name, []).append(text)
        name = package.encode("utf-8", "surrogateescape")
        lines: list[tuple[bytes, bytes | None, bytes | None]] = []
        for text in self._lines.get(name, ()):
            if not text:
                lines.append((b"build " + name, None, None))
            elif match := _INPUT_OR_SUM.fullmatch(text, 2):
                lines.append((b"build " + name, match[1], match[2]))
        return _blocks(lines, self._references)


_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.?))", re.DOTALL)
_LITERAL = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_LARGEST_RUNE = 0x10FFFF
_SIMPLE = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_SIMPLE |= {b"\\": b"\\", b'"': b'"', b"'": b"'"}


def unquote(literal: bytes) -> str:
    """The text of a Go string literal as ``%q`` prints it; bytes that are not UTF-8 become surrogate escapes."""
    if _LITERAL.fullmatch(literal) is None:
        raise HashLogError(f"not a quoted Go string: {literal[:80]!r}")
    body = literal[1:-1]
    if b"\\" in body:
        body = _ESCAPE.sub(_unescape, body)
    return body.decode("utf-8", "surrogateescape")


def quoted_words(text: str) -> list[str]:
    """The Go string literals in a hashed line, unquoted: ``-N`` and ``-l`` of ``["-N" "-l"]``."""
    return [unquote(literal) for literal in _LITERAL.findall(text.encode("utf-8", "surrogateescape"))]


def _unescape(match: re.Match[bytes]) -> bytes:
    byte, short, long, octal, simple = match.groups()
    if byte:
        return bytes([int(byte, 16)])
    if short or long:
        rune = int(short or long, 16)
        if rune > _LARGEST_RUNE:
            raise HashLogError(f"no such character: {match[0]!r} in a quoted Go string")
        return chr(rune).encode("utf-8", "surrogatepass")
    if octal:
        return bytes([int(octal, 8)])
    if simple in _SIMPLE:
        return _SIMPLE[simple]
    raise HashLogError(f"unknown escape {match[0]!r} in a quoted Go string")
