"""The rules that keep the library in one piece, read from its sources; and proof that each check can fail."""

from __future__ import annotations

import ast
import gzip
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = "pytest_gocache"
SOURCES = {p.stem: p.read_text(encoding="utf-8") for p in sorted((ROOT / PACKAGE).glob("*.py"))}

# A module imports only from lower layers: never from its own, never from a higher one.
LAYERS = {
    # Words and values.
    "errors": 0,
    "action": 0,
    "texts": 0,
    "explanation": 1,
    "result": 2,
    # Parsers: text in, values out.
    "patterns": 1,
    "actiongraph": 1,
    "testcache": 1,
    "testoutput": 1,
    "txtar": 1,
    "gosource": 1,
    "goflags": 1,
    "configfile": 1,
    "accepted": 2,
    "options": 2,
    "hashlog": 2,
    "inputs": 3,
    "record": 3,
    "gate": 3,
    "gatereport": 4,
    "given": 3,
    # The world: one module each for processes, folders, the environment, toolchains.
    "process": 1,
    "located": 1,
    "watcher": 1,
    "cachefiles": 1,
    "environment": 2,
    "dependencies": 3,
    "caches": 3,
    "toolchain": 4,
    # Why: what a command left behind, the reasons in it, what to do.
    "evidence": 4,
    "commandrecord": 5,
    "selection": 4,
    "samekey": 5,
    "explain": 6,
    "testreads": 5,
    "testreasons": 7,
    "advice": 6,
    "why": 8,
    "messages": 9,
    # Warm caches.
    "variant": 5,
    "spares": 5,
    "provision": 5,
    "warming": 6,
    "warmup": 7,
    # go commands and what tests say of them.
    "cacheprog": 0,
    "sharedcache": 4,
    "machine": 5,
    "checkout": 2,
    "proxy": 2,
    "union": 3,
    "gocall": 6,
    "program": 7,
    "shim": 8,
    "observe": 9,
    "module": 10,
    "selfcheck": 10,
    "assertions": 10,
    "build_assertions": 11,
    "freshness": 11,
    "binaries": 0,
    "conditions": 6,
    "difference": 7,
    "reproduce": 11,
    # The ready-made checks, but for pytest's part of them.
    "repository": 11,
    "findings": 12,
    "untracked": 12,
    # pytest.
    "marks": 12,
    "session": 12,
    "fixtures": 13,
    "reports": 13,
    "checks": 13,
    "plugin": 14,
    "__init__": 15,
}
MOST_LINES = 400
KNOWS_PYTEST = {"checks", "fixtures", "marks", "options", "plugin", "reports", "session"}
STARTS_PROCESSES = {"process"}

Found = list[str]


def imported_modules(source: str) -> set[str]:
    """The modules of the package that a source imports, anywhere in it: at the top, in a function, for typing only."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                package, _, rest = alias.name.partition(".")
                if package == PACKAGE:
                    found.add(rest.split(".")[0] or "__init__")
        elif isinstance(node, ast.ImportFrom):
            package, _, rest = (node.module or "").partition(".")
            if node.level:
                found |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
            elif package == PACKAGE and rest:
                found.add(rest.split(".")[0])
            elif package == PACKAGE:
                found |= {alias.name if alias.name in LAYERS else "__init__" for alias in node.names}
    return found


def wrong_imports(sources: Mapping[str, str], layers: Mapping[str, int]) -> Found:
    """Every import that is not of a strictly lower layer, and every module without one."""
    found = [f"{name} has no layer: give it one in LAYERS" for name in sources if name not in layers]
    found += [f"{name} has a layer, but there is no such module" for name in layers if name not in sources]
    for name, source in sources.items():
        for other in sorted(imported_modules(source)):
            if other not in layers or name not in layers:
                continue
            if layers[other] >= layers[name]:
                found.append(f"{name} (layer {layers[name]}) imports {other} (layer {layers[other]})")
    return found


def import_cycle(sources: Mapping[str, str]) -> Found:
    """The modules of one import cycle, in order; empty when there is none. It does not need a table of layers."""
    graph = {name: sorted(imported_modules(source) & sources.keys()) for name, source in sources.items()}
    done: set[str] = set()

    def visit(name: str, path: Found) -> Found:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for other in graph[name]:
            cycle = visit(other, [*path, name])
            if cycle:
                return cycle
        done.add(name)
        return []

    return next((cycle for name in graph if (cycle := visit(name, []))), [])


def outside_imports(source: str, package: str) -> bool:
    """Whether a source imports a package of others."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and any(alias.name.split(".")[0] == package for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == package:
            return True
    return False


_STARTERS = re.compile(r"fork|forkpty|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?|system|popen|startfile")


def process_starts(source: str) -> Found:
    """Everything in a source that starts a process or replaces this one."""
    found = [
        package
        for package in ("subprocess", "multiprocessing", "pty", "_posixsubprocess")
        if outside_imports(source, package)
    ]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in {"os", "posix"}:
            found += [f"os.{node.attr}"] if _STARTERS.fullmatch(node.attr) else []
        elif isinstance(node, ast.ImportFrom) and node.module in {"os", "posix"}:
            found += [f"os.{alias.name}" for alias in node.names if _STARTERS.fullmatch(alias.name)]
    return found


_MUTABLE_CALLS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict", "ChainMap"}
_MUTABLE_CALLS |= {"WeakValueDictionary", "WeakKeyDictionary", "WeakSet", "local", "ContextVar"}
_CHANGES = {"append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "clear", "remove", "discard"}
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*|__\w+__")


def mutable_state(source: str) -> Found:
    """Module-level names that hold, or are treated as, state: variables, and constants that functions change."""
    tree = ast.parse(source)
    found = []
    top: set[str] = set()
    for node in _module_level(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        top.update(names)
        found += [f"{n} is a variable" for n in names if not _CONSTANT.fullmatch(n) and _is_mutable(node.value)]
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            local = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            found += [f"{name} is changed in a function" for name in _changed(function) if name in top - local]
            found += [f"{name} is global" for n in ast.walk(function) if isinstance(n, ast.Global) for name in n.names]
    return sorted(set(found))


def _module_level(tree: ast.Module) -> Iterator[ast.Assign | ast.AnnAssign]:
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield node
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.ExceptHandler):
            waiting += ast.iter_child_nodes(node)


def _is_mutable(value: ast.AST | None) -> bool:
    if isinstance(value, ast.Call):
        function = value.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return name in _MUTABLE_CALLS
    return isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)


def _changed(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        changed: ast.AST | None = None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES:
            changed = node.func.value
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            changed = node.value
        if isinstance(changed, ast.Name):
            yield changed.id


# Put together here, so that this file does not hold what it looks for.
PRIVATE = ("/wo" + "rk/", "../sha" + "red", ".lib" + "rary")
_PRIVATE = re.compile(
    rb"(?<![\w.])" + re.escape(PRIVATE[0]).encode() + rb"|" + b"|".join(re.escape(p).encode() for p in PRIVATE[1:])
)


def private_words(content: bytes) -> Found:
    """What in a file speaks of the machine that it was written on."""
    return sorted({match[0].decode() for match in _PRIVATE.finditer(content)})


def tracked_files() -> list[Path]:
    """The files that are, or will be, under version control; in an unpacked archive: all but what tools leave there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        files = [
            p
            for p in ROOT.rglob("*")
            if not any(part.startswith(".") and part not in {".ci", ".github"} for part in p.relative_to(ROOT).parts)
            and not any(part == "__pycache__" or part.endswith(".egg-info") for part in p.parts)
        ]
    return [f for f in files if f.is_file()]


each_module = pytest.mark.parametrize("name", SOURCES)


def test_every_module_imports_from_lower_layers_only() -> None:
    assert wrong_imports(SOURCES, LAYERS) == []


def test_imports_go_in_no_circle() -> None:
    assert import_cycle(SOURCES) == []


@each_module
def test_a_file_stays_short_enough_to_be_read_at_once(name: str) -> None:
    assert SOURCES[name].count("\n") <= MOST_LINES


@each_module
def test_only_one_module_starts_processes(name: str) -> None:
    if name not in STARTS_PROCESSES:
        assert process_starts(SOURCES[name]) == []


@each_module
def test_only_pytests_side_knows_pytest(name: str) -> None:
    knows = outside_imports(SOURCES[name], "pytest") or outside_imports(SOURCES[name], "_pytest")
    assert not knows or name in KNOWS_PYTEST


@each_module
def test_no_state_is_kept_at_module_level(name: str) -> None:
    assert mutable_state(SOURCES[name]) == []


@each_module
def test_a_module_says_in_one_line_what_it_is_for(name: str) -> None:
    text = ast.get_docstring(ast.parse(SOURCES[name])) or ""
    assert text
    if name != "__init__":
        assert "\n" not in text


def test_no_file_speaks_of_the_machine_that_it_was_written_on() -> None:
    files = tracked_files()
    assert Path(__file__) in files
    found = {}
    for file in files:
        content = file.read_bytes()
        words = private_words(gzip.decompress(content) if file.suffix == ".gz" else content)
        if words:
            found[file.relative_to(ROOT).as_posix()] = words
    assert found == {}


# That each check can fail:


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import pytest_gocache.low", {"low"}),
        ("import pytest_gocache.low as x, os", {"low"}),
        ("import pytest_gocache", {"__init__"}),
        ("from pytest_gocache.low import x", {"low"}),
        ("from pytest_gocache import process", {"process"}),
        ("from pytest_gocache import GoModule", {"__init__"}),
        ("from . import low", {"low"}),
        ("from .low import x", {"low"}),
        ("def f():\n    from pytest_gocache.low import x", {"low"}),
        ("if TYPE_CHECKING:\n    from pytest_gocache.low import x", {"low"}),
        ("class A:\n    def f(self):\n        import pytest_gocache.low", {"low"}),
        ("from pytest_gocachex.low import x\nimport os", set()),
        ("'from pytest_gocache.low import x'", set()),
    ],
)
def test_imports_are_seen_wherever_they_stand(source: str, modules: set[str]) -> None:
    assert imported_modules(source) == modules


MADE_UP = {"low": 0, "mid": 1, "side": 1, "high": 2}


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("low", "from pytest_gocache.high import x", "low (layer 0) imports high (layer 2)"),
        ("mid", "def f():\n    from pytest_gocache.side import x", "mid (layer 1) imports side (layer 1)"),
        ("mid", "if TYPE_CHECKING:\n    import pytest_gocache.mid", "mid (layer 1) imports mid (layer 1)"),
        ("new", "", "new has no layer: give it one in LAYERS"),
    ],
)
def test_a_wrong_import_and_an_unlisted_module_are_found(module: str, source: str, complaint: str) -> None:
    right = {"low": "", "mid": "from pytest_gocache.low import x", "side": "", "high": "import pytest_gocache.mid"}
    assert wrong_imports(right, MADE_UP) == []
    assert wrong_imports({**right, module: source}, MADE_UP) == [complaint]


def test_a_listed_module_that_is_gone_is_found() -> None:
    assert wrong_imports({}, {"low": 0}) == ["low has a layer, but there is no such module"]


def test_a_cycle_is_found() -> None:
    sources = {
        "a": "from pytest_gocache.b import x",
        "b": "def f():\n    from pytest_gocache.c import x",
        "c": "if TYPE_CHECKING:\n    from pytest_gocache.b import x",
    }
    assert import_cycle(sources) == ["b", "c", "b"]
    assert import_cycle({**sources, "c": ""}) == []


@pytest.mark.parametrize(
    ("source", "starts"),
    [
        ("import subprocess", ["subprocess"]),
        ("def f():\n    from subprocess import run", ["subprocess"]),
        ("import multiprocessing.pool", ["multiprocessing"]),
        ("import os\nos.fork()", ["os.fork"]),
        ("import os\nos.execvpe", ["os.execvpe"]),
        ("import os\nos.posix_spawn", ["os.posix_spawn"]),
        ("import os\nos.system('x')", ["os.system"]),
        ("from os import execv", ["os.execv"]),
        ("import os\nos.path.join('a')\nos.environ\nos.killpg", []),
    ],
)
def test_starting_a_process_is_found(source: str, starts: list[str]) -> None:
    assert process_starts(source) == starts


@pytest.mark.parametrize(
    ("source", "state"),
    [
        ("cache = {}", ["cache is a variable"]),
        ("_seen: set[str] = set()", ["_seen is a variable"]),
        ("if True:\n    found = []", ["found is a variable"]),
        ("try:\n    names = [n for n in x]\nexcept E:\n    names = None", ["names is a variable"]),
        ("a = b = collections.defaultdict(list)", ["a is a variable", "b is a variable"]),
        ("def f():\n    global count\n    count = 1", ["count is global"]),
        ("CACHE = {}\ndef f():\n    CACHE['a'] = 1", ["CACHE is changed in a function"]),
        ("CACHE = {}\nclass A:\n    def f(self):\n        CACHE.update(a=1)", ["CACHE is changed in a function"]),
        ("TABLE = {'a': 1}\nTABLE |= {'b': 2}\n__all__ = ['x']\nNAMES = ('a',)\ndef f():\n    return TABLE['a']", []),
        ("class A:\n    fields = []\ndef f():\n    found = []\n    found.append(1)", []),
        ("X = []\ndef f():\n    X = []\n    X.append(1)", []),
    ],
)
def test_state_at_module_level_is_found(source: str, state: list[str]) -> None:
    assert mutable_state(source) == state


@pytest.mark.parametrize(
    ("source", "found"),
    [("import pytest", True), ("def f():\n    from pytest import x", True), ("import pytest_gocache", False)],
)
def test_an_import_of_pytest_is_found(source: str, found: bool) -> None:  # noqa: FBT001 - a table's column
    assert outside_imports(source, "pytest") is found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"see {PRIVATE[0]}main", [PRIVATE[0]]),
        (f"{PRIVATE[0]}x and {PRIVATE[2]}", [PRIVATE[2], PRIVATE[0]]),
        (f"open('{PRIVATE[1]}/x')", [PRIVATE[1]]),
        (f"cmd/go/internal{PRIVATE[0]}exec.go", []),
        ("work/main shared library", []),
    ],
)
def test_words_about_this_machine_are_found(content: str, words: list[str]) -> None:
    assert private_words(content.encode()) == words
