"""Rules of the sources that no linter has, and proof that each check can fail. `make lint` checks the imports."""

from __future__ import annotations

import ast
import lzma
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pytest_gocache"
SOURCES = {p.relative_to(PACKAGE).as_posix(): p.read_text(encoding="utf-8") for p in sorted(PACKAGE.rglob("*.py"))}
ROOMS = [name for name in SOURCES if name.endswith("/__init__.py")]

MOST_LINES = 400

Found = list[str]


_MUTABLE_CALLS = {"list", "dict", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict", "ChainMap"}
_MUTABLE_CALLS |= {"WeakValueDictionary", "WeakKeyDictionary", "WeakSet", "local", "ContextVar"}
_CHANGES = {"append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "clear", "remove", "discard"}
_CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*|__\w+__")


def mutable_state(source: str) -> Found:
    """State at module level: variables, constants that functions change, and functions that cache by argument."""
    tree = ast.parse(source)
    found = []
    top: set[str] = set()
    for node in _module_level(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        top.update(names)
        found += [f"{n} is a variable" for n in names if not _CONSTANT.fullmatch(n) and _is_mutable(node.value)]
    found += [f"{name} is a cache" for name in _caches(tree)]
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


def _caches(scope: ast.Module | ast.ClassDef) -> Iterator[str]:
    """Functions with a cache of their own; one without parameters is a constant, computed on first use."""
    for node in scope.body:
        if isinstance(node, ast.ClassDef):
            yield from _caches(node)
        elif isinstance(node, ast.FunctionDef) and ast.unparse(node.args):
            decorators = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
            if any(ast.unparse(one).rpartition(".")[2] in ("cache", "lru_cache") for one in decorators):
                yield node.name


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


MOST_BRANCHES = 15
_BRANCHES = (ast.If, ast.IfExp, ast.For, ast.While, ast.ExceptHandler, ast.comprehension)


def branches(function: ast.AST) -> int:
    """The decisions in a function: each branch, loop, handler, condition of a comprehension, ``and`` and ``or``."""
    count = 0
    for node in ast.walk(function):
        count += isinstance(node, _BRANCHES)
        count += len(node.ifs) if isinstance(node, ast.comprehension) else 0
        count += len(node.values) - 1 if isinstance(node, ast.BoolOp) else 0
    return count


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Each function of a source, with its branches."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, branches(node)


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


# Modules that only a go command, or a pytest run, can test: where that is done.
TESTED_ELSEWHERE = {
    "assertions/binaries": "with_go/test_binaries",
    "assertions/reproducible/assertion": "with_go/test_reproduce",
    "assertions/reproducible/builds": "with_go/test_reproduce",
    "assertions/reproducible/conditions": "with_go/test_reproduce",
    "assertions/reproducible/difference": "with_go/test_reproduce_outputs",
    "assertions/reproducible/go_build": "with_go/test_reproduce_outputs",
    "assertions/reproducible/program_build": "with_go/test_reproduce_programs",
    "assertions/reproducible/same_bytes": "with_go/test_same_bytes",
    "explain/needless": "with_go/test_ci_cache",
    "run/ci_cache": "with_go/test_ci_cache",
    "caches/cacheprog": "with_go/test_shared_cache",
    "caches/shared": "with_go/test_shared_cache",
    "caches/warm_entry": "with_pytest/test_store_making",
    "results/go_binary": "with_go/test_binaries",
    "checks/repository": "with_pytest/test_checks_on_repositories",
    "checks/test_checks": "with_pytest/test_ready_made_checks",
    "checks/untracked_reads": "with_pytest/test_checks_on_repositories",
    "plugin/attachments": "with_pytest/test_other_plugins",
    "plugin/fixtures": "with_pytest/test_mark_effects",
    "plugin/header": "with_pytest/test_header_and_start_up",
    "plugin/hooks": "with_pytest/test_header_and_start_up",
    "plugin/hookspecs": "with_pytest/test_option_go_gate",
    "plugin/options": "with_pytest/test_ini_values",
    "plugin/snapshots/snapshot": "with_pytest/test_snapshots",
    "plugin/report_files": "with_pytest/test_report_files",
    "plugin/reports": "with_pytest/test_option_go_gate",
    "plugin/workers": "with_pytest/test_hosts_over_ssh",
    "recordings/record": "with_go/test_record",
    "cli/init": "with_go/test_init",
    "cli/record": "with_go/test_record",
    "cli/repository_facts": "with_go/test_init",
    "cli/why": "with_go/test_why",
    "run/go_module": "with_go/test_module",
    "run/machine": "with_go/test_machines",
    "run/observer": "with_go/test_observation",
    "run/program": "with_go/test_programs",
    "run/rerun": "with_go/test_freshness_of_outputs",
    "run/running": "with_go/test_observation",
    "run/shim": "with_go/test_programs_see",
    "plugin/scripts": "with_pytest/test_scripts",
    "scripts/state": "with_pytest/test_scripts",
    "scripts/file_commands": "with_pytest/test_scripts",
    "scripts/text_commands": "with_pytest/test_scripts",
    "scripts/programs": "with_pytest/test_scripts",
    "scripts/verdicts": "with_pytest/test_scripts",
    "scripts/machine_commands": "with_pytest/test_scripts",
    "scripts/commands": "with_pytest/test_scripts",
    "scripts/conditions": "with_pytest/test_scripts",
    "run/toolchain_check": "with_pytest/test_self_check",
}


def _imported(source: str) -> set[str]:
    """The modules that a source imports, and the names that it imports from them: ``a.b`` for ``from a import b``."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def modules_without_test(modules: Iterable[str], tests: Mapping[str, str], elsewhere: Mapping[str, str]) -> Found:
    """Modules that no test of their own imports, and entries of ``elsewhere`` that are wrong.

    ``modules`` are like ``golang/action``, and ``tests`` like ``golang/test_action`` -> source.
    """
    found = []
    for module in modules:
        room, _, name = module.rpartition("/")
        own = tests.get(f"{room}/test_{name}")
        dotted = f"pytest_gocache.{module.replace('/', '.')}"
        if module in elsewhere:
            found += [f"{module} has a test, and is in the list"] if own is not None else []
        elif own is None:
            found.append(f"{module} has no tests/{room}/test_{name}.py")
        elif dotted not in _imported(own):
            found.append(f"tests/{room}/test_{name}.py does not import {dotted}")
    found += [f"{module} is no module" for module in elsewhere if module not in modules]
    return found + [f"there is no tests/{test}.py" for test in elsewhere.values() if test not in tests]


each_module = pytest.mark.parametrize("name", SOURCES)


@each_module
def test_a_file_stays_short_enough_to_be_read_at_once(name: str) -> None:
    assert SOURCES[name].count("\n") <= MOST_LINES


@each_module
def test_a_function_has_few_branches(name: str) -> None:
    assert [(function, count) for function, count in functions(SOURCES[name]) if count > MOST_BRANCHES] == []


@each_module
def test_no_state_is_kept_at_module_level(name: str) -> None:
    assert mutable_state(SOURCES[name]) == []


@each_module
def test_a_module_says_in_one_line_what_it_is_for(name: str) -> None:
    text = ast.get_docstring(ast.parse(SOURCES[name])) or ""
    assert text
    if not name.endswith("__init__.py"):
        assert "\n" not in text


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_has_nothing_but_a_docstring_of_one_to_three_sentences(name: str) -> None:
    tree = ast.parse(SOURCES[name])
    assert len(tree.body) == 1
    assert 1 <= len(re.findall(r"\.(?=\s|$)", ast.get_docstring(tree) or "")) <= 3


def test_each_module_has_a_test_of_its_name() -> None:
    rooms = [name.removesuffix(".py") for name in SOURCES if "/" in name and not name.endswith("__init__.py")]
    folder = ROOT / "tests"
    tests = {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("test_*.py")
    }
    assert modules_without_test(rooms, tests, TESTED_ELSEWHERE) == []


def test_no_file_speaks_of_the_machine_that_it_was_written_on() -> None:
    files = tracked_files()
    assert Path(__file__) in files
    found = {}
    for file in files:
        content = file.read_bytes()
        words = private_words(lzma.decompress(content) if file.suffix == ".xz" else content)
        if words:
            found[file.relative_to(ROOT).as_posix()] = words
    assert found == {}


# That each check can fail:


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
        ("@functools.lru_cache(maxsize=32)\ndef f(x):\n    return x", ["f is a cache"]),
        ("@lru_cache\ndef f(*, x):\n    return x", ["f is a cache"]),
        ("@cache\ndef f(*args):\n    return args", ["f is a cache"]),
        ("class A:\n    @functools.cache\n    def f(self):\n        return 1", ["f is a cache"]),
        ("@functools.cache\ndef f():\n    return 1", []),
        ("def f():\n    @functools.cache\n    def g(x):\n        return x\n    return g", []),
        ("class A:\n    @functools.cached_property\n    def f(self):\n        return 1", []),
    ],
)
def test_state_at_module_level_is_found(source: str, state: list[str]) -> None:
    assert mutable_state(source) == state


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


@pytest.mark.parametrize(
    ("modules", "tests", "elsewhere", "found"),
    [
        (["a/b"], {"a/test_b": "from pytest_gocache.a.b import x\n"}, {}, []),
        (["a/b"], {"a/test_b": "import pytest_gocache.a.b\n"}, {}, []),
        (["a/b"], {"a/test_b": "from pytest_gocache.a import b\n"}, {}, []),
        (["a/b"], {}, {}, ["a/b has no tests/a/test_b.py"]),
        (["a/b"], {"c/test_b": "from pytest_gocache.a.b import x\n"}, {}, ["a/b has no tests/a/test_b.py"]),
        (
            ["a/b"],
            {"a/test_b": "from pytest_gocache.a.bc import x\n"},
            {},
            ["tests/a/test_b.py does not import pytest_gocache.a.b"],
        ),
        (["a/b"], {"with_go/test_b": ""}, {"a/b": "with_go/test_b"}, []),
        (["a/b"], {}, {"a/b": "with_go/test_b"}, ["there is no tests/with_go/test_b.py"]),
        ([], {"with_go/test_b": ""}, {"a/b": "with_go/test_b"}, ["a/b is no module"]),
        (
            ["a/b"],
            {"a/test_b": "", "with_go/test_b": ""},
            {"a/b": "with_go/test_b"},
            ["a/b has a test, and is in the list"],
        ),
    ],
)
def test_a_module_without_a_test_is_found(
    modules: list[str], tests: dict[str, str], elsewhere: dict[str, str], found: Found
) -> None:
    assert modules_without_test(modules, tests, elsewhere) == found


def test_branches_are_counted() -> None:
    source = """
def f(x):
    if x and x.y or x.z:
        return [a for a in x if a if a.b]
    try:
        while x: x = 1 if x else 0
    except E:
        for y in x: pass
def g(): pass
"""
    assert list(functions(source)) == [("f", 10), ("g", 0)]
