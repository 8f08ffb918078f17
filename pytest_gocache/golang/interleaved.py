"""Takes apart the lines of hashes of one name that Go computed at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, islice, product

__all__ = ["possible_blocks"]

_PROFILE = "pgofile "
# The first words of the lines that others determine, by the first word of a block's name.
_REFERENCES = {
    "build": ("import ", _PROFILE),
    "vet": ("vetout ",),
    "link": ("packagefile ", "packagemain "),
}
_OWN = 'import "'  # the package's own path in a compile and a link
# How the other lines begin, in the order in which cmd/go/internal/work hashes them for compiles, links and vets.
_ORDER = (
    *("vet ", "vetxonly ", "vetflags ", "pkg "),
    *("compile\n", "link\n", "buildmode ", "module ", "dir ", "go ", "goos ", _OWN, "omitdebug ", "defaultgodebug "),
    *("trimpath\n", "forcelibrary\n", "cgo ", "CC", "CXX", "FC", "cover ", "fuzz ", "modinfo ", "pgofile "),
    *("compile ", "asm ", "link ", "linkflags "),
)
_MOST = 256  # blocks to try for each hash
_FEW = 6  # files of which every choice is tried


def possible_blocks(
    name: str, lines: Sequence[str], blocks: int, references: Iterable[Sequence[str]]
) -> Iterator[Sequence[str]]:
    """The blocks that may be in the lines of several that were open together, the likely ones first.

    Each of ``references`` has the lines that one hash has because of others (imports, or what a test had read), in
    order. One without a newline at its end is the beginning of a line. A line of ``references`` that is not among
    ``lines`` does not count. The number of tries grows with that of ``references``, and not with that of ``lines``.
    """
    word = name.partition(" ")[0]
    pool = Counter(lines)
    begun: dict[str, list[str]] = {}
    for line in pool:
        begun.setdefault(line[: line.rstrip("\n").rfind(" ") + 1], []).append(line)
    if word in _REFERENCES:
        own = _OwnLines(pool, blocks, _REFERENCES[word])
        if _PROFILE in begun:
            # Before Go 1.23, the graph does not have the profile that some of the compiles use.
            references = [lines for hashed in references for lines in (hashed, (_PROFILE, *hashed))]
        for hashed in references:
            tails = _chosen([[line] if line in pool else begun.get(line, []) for line in hashed])
            yield from islice((own_lines + tail for tail in tails for own_lines in own.choices()), _MOST)
    else:
        salt = next(iter(pool), "")
        for hashed in references:
            tails = _chosen([[line] if line in pool else begun.get(line, []) for line in hashed])
            yield from islice(((salt, *tail) for tail in tails), _MOST)
        yield from ((salt, *found) for found in _short_blocks(word, pool))


def _chosen(options: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """One line of each of ``options`` that has any; first where all have the earliest one, or the latest."""
    some = [lines for lines in options if lines]
    first, last = (tuple(lines[end] for lines in some) for end in (0, -1))
    yield first
    if first != last:
        yield last
        yield from product(*some)


def _short_blocks(word: str, pool: Counter[str]) -> Iterator[tuple[str, ...]]:
    """Blocks of one or two lines, which need no reference."""
    if word == "getenv":
        yield from (("\x01", line) for line in pool)
    if word == "stat":
        links = [line for line in pool if _is_symbolic_link(line)][:_FEW]
        for line in pool:
            yield line, line.replace("err stat ", "err lstat ", 1) if line.startswith("err ") else line
            yield from ((line, link) for link in links)
    yield from ((line,) for line in pool)


_SYMBOLIC_LINK = 1 << 27  # io/fs.ModeSymlink


def _is_symbolic_link(line: str) -> bool:
    words = line.split(" ", 3)
    try:
        return words[0] == "stat" and bool(int(words[2], 16) & _SYMBOLIC_LINK)
    except (IndexError, ValueError):
        return False


class _OwnLines:
    """The lines of the blocks of compiles, links or vets that depend on their package alone."""

    def __init__(self, pool: Counter[str], blocks: int, references: tuple[str, ...]) -> None:
        self._common: list[str] = []
        self._rare: dict[str, list[str]] = {}  # by the words of `_ORDER`: a block has one of each at most
        self._files: list[str] = []
        self._rare_files: list[str] = []
        for line, count in pool.items():
            if line.startswith("file "):
                (self._files if count >= blocks else self._rare_files).append(line)
            elif line.startswith(_OWN) or not line.startswith(references):
                if count >= blocks:
                    self._common.append(line)
                else:
                    self._rare.setdefault(next(filter(line.startswith, _ORDER), line), []).append(line)

    def choices(self) -> Iterator[tuple[str, ...]]:
        """What a block may have of them, in Go's order: what all blocks have, and some of the rest."""
        for files in self._choices_of_files():
            for chosen in product(*(["", *lines] for lines in self._rare.values())):
                head = list(self._common)
                for line in filter(None, chosen):
                    head.insert(_place(line, head), line)
                yield (*head, *files)

    def _choices_of_files(self) -> Iterator[tuple[str, ...]]:
        rare = self._rare_files
        tests = [line for line in rare if _is_go(line, "_test.go")]
        others = [line for line in rare if not _is_go(line, "_test.go")]
        subsets = chain.from_iterable(combinations(rare, size) for size in range(len(rare) + 1))
        chosen = [(), rare, tests, others, *(subsets if len(rare) <= _FEW else ())]
        for files in dict.fromkeys(map(tuple, chosen)):
            yield from self._with_files(files)

    def _with_files(self, files: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """The files of all blocks, and ``files``: Go hashes test files after other Go files, embedded ones last."""
        go_files = [line for line in files if _is_go(line, ".go")]
        rest = [line for line in files if not _is_go(line, ".go")]
        at = sum(1 for line in self._files if _is_go(line, ".go"))
        # The files that import "C" come after the test files, and have no other mark.
        last = 0 if go_files and any(line.startswith("cgo ") for line in self._common) else at
        for place in range(at, last - 1, -1):
            yield (*self._files[:place], *go_files, *self._files[place:], *rest)


def _is_go(line: str, suffix: str) -> bool:
    """Whether a line is for a Go file of the package itself: ``file a.go HASH``."""
    name = line[len("file ") :].rpartition(" ")[0]
    return name.endswith(suffix) and "/" not in name


def _place(line: str, head: Sequence[str]) -> int:
    """Where Go hashes a line among those of ``head``."""
    after = _ORDER[_rank(line) + 1 :]
    return next((place for place, other in enumerate(head) if place and other.startswith(after)), len(head))


def _rank(line: str) -> int:
    return next((rank for rank, word in enumerate(_ORDER) if line.startswith(word)), len(_ORDER))
