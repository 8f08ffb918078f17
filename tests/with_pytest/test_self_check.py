"""A toolchain whose action graph is not understood is refused before any verdict rests on it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, embedded, linked_goroot, run, script

# A go command in between: it becomes the real one, and then rewrites what that wrote.
TAMPER = """#!{python}
import json, os, subprocess, sys
goroot = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
done = subprocess.run([{go!r}, *sys.argv[1:]], env=dict(os.environ, GOROOT=goroot), check=False)
for arg in sys.argv[1:]:
    if arg.startswith("-debug-actiongraph="):
        with open({log!r}, "a") as log:
            print(*sys.argv[1:], file=log)
        path = arg.partition("=")[2]
        with open(path) as file:
            graph = json.load(file)
        {change}
        with open(path, "w") as file:
            json.dump(graph, file)
raise SystemExit(done.returncode)
"""

TESTS = f"""
def test_one(go_module):
    {LIB}
    go_module.build("./...")

def test_two(gocache): pass

def test_plain(): pass
"""


def _tampering(pytester: pytest.Pytester, change: str) -> tuple[Path, Path]:
    """A GOROOT whose go command changes the graph, and the log of its calls."""
    goroot = linked_goroot(pytester.path / "sdk" / "go")
    log = pytester.path / "log"
    text = TAMPER.format(python=sys.executable, go=str(embedded() / "bin" / "go"), log=str(log), change=change)
    script(goroot / "bin" / "go", text)
    return goroot, log


CHANGES = {
    "no commands": ("[action.pop('Cmd', None) for action in graph]", "a first build compiled *"),
    "commands renamed": (
        "graph = [{('Commands' if k == 'Cmd' else k): v for k, v in a.items()} for a in graph]",
        "a first build compiled *",
    ),
    "everything ran": ("[action.update(Cmd=['compile x']) for action in graph]", "a second build compiled *"),
    "modes renamed": ("[action.update(Mode='make ' + action.get('Mode', '')) for action in graph]", "*"),
    "packages renamed": (
        "graph = [{('ImportPath' if k == 'Package' else k): v for k, v in a.items()} for a in graph]",
        "*",
    ),
    "no build IDs": ("[action.pop('BuildID', None) for action in graph]", "*"),
    "action IDs changed": (
        "[action.update(ActionID='A' * 20) for action in graph if 'ActionID' in action]",
        "the hash inputs of gocache.invalid/check/* are missing, or do not give its action ID",
    ),
    "no list": ("graph = {'actions': graph}", "*"),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_graph_that_says_something_impossible_is_refused(pytester: pytest.Pytester, name: str) -> None:
    change, problem = CHANGES[name]
    goroot, log = _tampering(pytester, change)
    pytester.makepyfile(TESTS)
    result = run(pytester, pytester.path / "store", f"--go-toolchain={goroot}")
    result.assert_outcomes(passed=1, errors=2)
    said = (
        "cannot be observed: *"
        if name in ("no list", "no build IDs")
        else f"writes an action graph that pytest-gocache does not understand: {problem}"
    )
    for _ in range(2):
        result.stdout.fnmatch_lines([f"*ToolchainError: go* ({goroot}) {said}"])
    result.stdout.no_fnmatch_line("*pytest_gocache/*")
    # Once in a session: the second test only hears the verdict.
    assert len(log.read_text(encoding="utf-8").splitlines()) <= 2
    # Nothing is warmed for a toolchain that is refused.
    assert not (pytester.path / "store").exists()


def test_a_wrapper_that_changes_nothing_is_trusted(pytester: pytest.Pytester) -> None:
    # What makes the test above mean something.
    goroot, log = _tampering(pytester, "pass")
    pytester.makepyfile(TESTS.replace("def test_one", "import pytest\n@pytest.mark.gocache(warm=False)\ndef test_one"))
    result = run(pytester, pytester.path / "store", f"--go-toolchain={goroot}")
    result.assert_outcomes(passed=3)
    assert len(log.read_text(encoding="utf-8").splitlines()) == 3


def test_a_toolchain_that_cannot_build_is_refused_with_what_it_printed(pytester: pytest.Pytester) -> None:
    goroot, _ = _tampering(pytester, "print('the compiler is on holiday', file=sys.stderr); done.returncode = 9")
    pytester.makepyfile(TESTS)
    result = run(pytester, pytester.path / "store", f"--go-toolchain={goroot}")
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(
        [f"*ToolchainError: go* ({goroot}) cannot build the simplest of modules: *", "*the compiler is on holiday"]
    )


def test_a_graph_that_is_cut_off_is_an_error_of_the_command(pytester: pytest.Pytester, store: Path) -> None:
    goroot, _ = _tampering(pytester, "graph = graph if 'check' in os.getcwd() else 'nonsense'")
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.gocache(warm=False)
        def test_one(go_module):
            {LIB}
            go_module.build("./...")
        """
    )
    assert store.is_absolute()
    result = run(pytester, pytester.path / "store", f"--go-toolchain={goroot}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ActionGraphError: the action graph */graph.json of go* cannot be read: *"])
    result.stdout.no_fnmatch_line("*pytest_gocache/*")
