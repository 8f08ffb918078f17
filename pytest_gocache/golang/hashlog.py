"""``GODEBUG=gocachehash=1`` output: the inputs of every action ID, and the text without them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from pytest_gocache.errors import HashLogError
from pytest_gocache.golang.action import Kind
from pytest_gocache.golang.testcache_log import without_lookups

__all__ = ["HashBlock", "parse_hash_log", "quoted_words", "short_id", "split_debug_lines", "test_variants", "unquote"]

# One line, as cmd/go/internal/cache/hash.go prints it: a block's opening, an input, or the closing sum; a subkey; a
# file's hash.
_LINE = re.compile(
    rb"^HASH(?:"
    rb"\[(?P<name>[^\n]*?)\](?:: (?:(?P<input>\"[^\n]*\")|(?P<sum>[0-9a-f]{64})))?"
    rb"| subkey [0-9a-f]+ \"[^\n]*\" = [0-9a-f]+"
    rb"| [^\n]*: [0-9a-f]{64}"
    rb")\n",
    re.MULTILINE,
)
_MOST_DOUBTFUL = 14  # lines of blocks that are open together: two to this power are the sums that are tried
_KINDS = {kind.hashed_as: kind for kind in Kind if kind.hashed_as}
_SHORT = 15  # bytes of a SHA-256 that Go writes for an action's ID or a file's content


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
        return short_id(bytes.fromhex(self.sum))

    @property
    def verified(self) -> bool:
        """Whether the inputs, hashed again, give the sum: what proves that none is missing or misplaced."""
        return _sum(self.inputs) == self.sum

    @property
    def kind(self) -> Kind | None:
        """The kind of action whose key this is; None for a hash that is not the key of an action."""
        return _KINDS.get(self.name.partition(" ")[0])

    @property
    def package(self) -> str:
        """The package in the name, without its test variant; empty when the name has none."""
        return self.name.partition(" ")[2]

    @property
    def go_version(self) -> str:
        """The version of the toolchain, as ``go version`` prints it: ``go1.27.3``."""
        return self.inputs[0] if self.inputs else ""

    @property
    def directory(self) -> str | None:
        """The package's folder; None when it is not hashed: with ``-trimpath``."""
        return next((text.rstrip("\n") for text in self._after("dir ")), None)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that a compile reads, embedded ones among them."""
        return tuple(text.rpartition(" ")[0] for text in self._after("file "))

    @property
    def for_test(self) -> bool:
        """Whether a package is compiled anew for a test, as it is for `test_variants`."""
        return "forcelibrary\n" in self.inputs

    @property
    def vetted_id(self) -> str:
        """The action ID of the compile whose package a vet analyses: Go hashes its 32 bytes, as a string literal."""
        literal = next(self._after("pkg "), "")
        return short_id("".join(quoted_words(literal)).encode("utf-8", "surrogateescape"))

    def _after(self, word: str) -> Iterator[str]:
        """What follows ``word`` in each line that starts with it."""
        return (line.removeprefix(word) for line in self.inputs if line.startswith(word))


def short_id(digest: bytes) -> str:
    """A SHA-256 as the go command writes it in action graphs and hash inputs: 20 characters of base64url."""
    return base64.urlsafe_b64encode(digest[:_SHORT]).decode("ascii")


def split_debug_lines(stderr: bytes) -> bytes:
    """The command's own stderr: everything but what GODEBUG made Go print."""
    if b"HASH" in stderr:
        stderr = _LINE.sub(b"", stderr)
    return without_lookups(stderr)


def parse_hash_log(stderr: bytes) -> tuple[HashBlock, ...]:
    """Every complete block of a command's stderr, those of ``moduleIndex`` left out.

    Lines of concurrent hashes interleave. Blocks of one name that were open at the same time are told apart by their
    sums; a block is kept only if its SHA-256 comes out right. Raises `HashLogError` for an input that is not a Go
    string literal.
    """
    lines = (match.group("name", "input", "sum") for match in _LINE.finditer(stderr))
    return tuple(_blocks((name, text, digest) for name, text, digest in lines if name not in (None, b"moduleIndex")))


@dataclass(slots=True)
class _Open:
    """Blocks of one name whose lines cannot be told apart yet: one, or several that are open at the same time."""

    blocks: int = 0
    inputs: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)


def _blocks(lines: Iterable[tuple[bytes, bytes | None, bytes | None]]) -> Iterator[HashBlock]:
    """The blocks in lines, each a name with an input, with a closing sum, or, in an opening line, with neither."""
    open_blocks: dict[bytes, _Open] = {}
    for name, text, digest in lines:
        opened = open_blocks.get(name)
        if text is None and digest is None:
            if opened is None or opened.blocks == 0:
                open_blocks[name] = _Open(blocks=1)
            else:
                opened.blocks += 1
        elif text is not None:
            # An opening may be lost behind what a program printed without a newline; the sum tells if all is there.
            open_blocks.setdefault(name, _Open()).inputs.append(unquote(text))
        elif opened is not None and digest is not None:
            opened.sums.append(digest.decode("ascii"))
            if len(opened.sums) >= opened.blocks:
                del open_blocks[name]
                yield from _separated(name.decode("utf-8", "surrogateescape"), opened)


def _separated(name: str, opened: _Open) -> Iterator[HashBlock]:
    """The blocks of ``opened``: a line that all of them have is in each, of the others a sum tells whose they are."""
    if opened.blocks <= 1:
        block = HashBlock(name, tuple(opened.inputs), opened.sums[0])
        if block.verified:
            yield block
        return
    counts = Counter(opened.inputs)
    distinct = list(counts)  # in the order of Go's hashing, which all blocks share
    doubtful = [line for line in distinct if counts[line] < opened.blocks]
    if len(doubtful) > _MOST_DOUBTFUL:
        return
    wanted = set(opened.sums)
    for size in range(len(doubtful) + 1):
        for chosen in combinations(doubtful, size):
            inputs = [line for line in distinct if counts[line] >= opened.blocks or line in chosen]
            block = HashBlock(name, tuple(inputs), _sum(inputs))
            if block.sum in wanted:
                wanted.remove(block.sum)
                yield block
        if not wanted:
            return


def _sum(inputs: Iterable[str]) -> str:
    return hashlib.sha256("".join(inputs).encode("utf-8", "surrogateescape")).hexdigest()


_BUILD = b"\nHASH[build "
_FORCED = b'"forcelibrary\\n"'
_INPUT_OR_SUM = re.compile(rb'(".*")|([0-9a-f]{64})')


def test_variants(stderr: bytes) -> dict[str, bool]:
    """The action IDs of compiles made for a test, each with whether test files are among what it compiles.

    Go hashes the word ``forcelibrary`` for a package that is compiled anew for a test: the one under test, and those
    between it and its external tests. (``go vet`` and ``-cover`` do so for packages without tests, too.) An external
    test package has no files but ``…_test.go``.
    """
    if _FORCED not in stderr and b"_test]\n" not in stderr:
        return {}
    # Taken apart by hand: a regular expression over the thousands of lines of a go test takes far longer.
    lines = [piece.partition(b"\n")[0].partition(b"]: ") for piece in (b"\n" + stderr).split(_BUILD)[1:]]
    names = {name for name, _, text in lines if text == _FORCED}
    names |= {opening[:-1] for opening, closed, _ in lines if not closed and opening.endswith(b"_test]")}
    these: list[tuple[bytes, bytes | None, bytes | None]] = []
    for name, closed, text in lines:
        if not closed and name[:-1] in names:
            these.append((name[:-1], None, None))
        elif name in names and (match := _INPUT_OR_SUM.fullmatch(text)):
            these.append((name, match[1], match[2]))
    found = {}
    for block in _blocks(these):
        tests = [name for name in block.files if name.endswith("_test.go")]
        if block.for_test or (tests and len(tests) == len(block.files)):
            found[block.action_id] = bool(tests)
    return found


test_variants.__test__ = False  # type: ignore[attr-defined]  # its name looks like a test's to pytest

_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.?))", re.DOTALL)
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
