"""The public names: what is exported, that all of it is there and documented, and what importing it costs."""

from __future__ import annotations

import importlib.metadata
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import pytest_gocache
from pytest_gocache.errors import GoCacheError
from pytest_gocache.plugin import fixtures

ROOT = Path(__file__).parent.parent
EXPORTED = [getattr(pytest_gocache, name) for name in pytest_gocache.__all__]
CLASSES = [value for value in EXPORTED if inspect.isclass(value)]
CONSTANTS = [name for name in pytest_gocache.__all__ if name.isupper()]
OTHERS = [name for name in pytest_gocache.__all__ if name not in CONSTANTS]
# What a run that has nothing to do with Go must not pay for.
ENGINE = [
    *(f"pytest_gocache.{room}" for room in ("caches", "explain", "run", "assertions", "golang.actiongraph")),
    *(f"pytest_gocache.{name}" for name in ("host.process", "host.toolchain", "plugin.session", "plugin.gate")),
    "filelock",
    "packaging",
]


def test_all_is_sorted_and_every_name_is_found() -> None:
    assert sorted(set(pytest_gocache.__all__)) == pytest_gocache.__all__
    assert set(pytest_gocache.__all__) <= set(dir(pytest_gocache))


def test_a_type_checker_sees_every_name(tmp_path: Path) -> None:
    program = tmp_path / "uses.py"
    program.write_text(f"from pytest_gocache import {', '.join(pytest_gocache.__all__)}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path}", program],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", OTHERS)
def test_every_name_comes_from_the_module_that_defines_it(name: str) -> None:
    value = getattr(pytest_gocache, name)
    assert value.__name__ == name
    assert value.__module__ == pytest_gocache._HOMES[name]  # noqa: SLF001
    assert name in sys.modules[value.__module__].__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'assert_nothing'"):
        getattr(pytest_gocache, "assert_nothing")  # noqa: B009 - a type checker would refuse the name


def test_a_star_import_gives_every_name() -> None:
    names: dict[str, object] = {}
    exec("from pytest_gocache import *", names)  # noqa: S102 - the statement that is tested
    assert names.keys() >= set(pytest_gocache.__all__)


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_stands_with_its_meaning_in_the_module_that_defines_it(name: str) -> None:
    module = sys.modules[pytest_gocache._HOMES[name]]  # noqa: SLF001
    assert name in module.__all__
    assert re.search(rf'^{name} = .*\n"""\S', inspect.getsource(module), re.MULTILINE)


def public_members(kind: type) -> Iterator[tuple[str, object]]:
    for owner in inspect.getmro(kind):
        if owner.__module__.startswith("pytest_gocache"):
            for name, value in vars(owner).items():
                documented = inspect.isfunction(value) or isinstance(value, property | classmethod | staticmethod)
                if not name.startswith("_") and documented:
                    yield f"{kind.__name__}.{name}", value


@pytest.mark.parametrize("name", OTHERS)
def test_every_name_is_documented(name: str) -> None:
    value = getattr(pytest_gocache, name)
    text = (value.__doc__ or "").strip()
    assert text
    assert not text.startswith(f"{name}("), "that is what a dataclass without a docstring has"
    assert text.split("\n")[0].rstrip().endswith((".", ":")), "the first line is a sentence"


@pytest.mark.parametrize(("name", "member"), [pair for kind in CLASSES for pair in public_members(kind)])
def test_every_public_method_and_property_is_documented(name: str, member: object) -> None:
    assert (inspect.getdoc(member) or "").strip(), name


@pytest.mark.parametrize("name", pytest_gocache.__all__)
def test_every_parameter_and_return_value_has_a_type(name: str) -> None:
    value = getattr(pytest_gocache, name)
    members = (
        [(name, value)] if inspect.isfunction(value) else list(public_members(value)) if inspect.isclass(value) else []
    )
    for what, member in members:
        function: Any = getattr(member, "fget", None) or getattr(member, "__func__", member)
        signature = inspect.signature(function)
        assert signature.return_annotation is not inspect.Signature.empty, what
        untyped = [p.name for p in signature.parameters.values() if p.annotation is p.empty]
        assert untyped in ([], ["self"], ["cls"]), what


@pytest.mark.parametrize(
    "kind",
    [k for k in CLASSES if issubclass(k, BaseException) and not issubclass(k, Warning)],
    ids=lambda k: k.__name__,
)
def test_each_exception_is_a_gocache_error(kind: type[BaseException]) -> None:
    assert issubclass(kind, GoCacheError)
    assert issubclass(kind, Exception)


def test_the_exceptions_and_warnings_are_all_exported() -> None:
    from pytest_gocache import errors

    classes = {name for name in errors.__all__ if inspect.isclass(getattr(errors, name))}
    assert classes <= set(pytest_gocache.__all__)


@pytest.mark.parametrize(
    "imported", ["pytest_gocache", "pytest_gocache.plugin.hooks", "pytest_gocache.plugin.fixtures"]
)
def test_a_run_without_go_does_not_pay_for_the_engine(imported: str) -> None:
    program = (
        f"import sys, pytest\nbefore = set(sys.modules)\nimport {imported}\nprint(*sorted(set(sys.modules) - before))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    loaded = set(done.stdout.split())
    assert imported in loaded
    assert [name for name in loaded if name.startswith(tuple(ENGINE))] == []


def test_the_fixtures_are_registered_and_documented(pytester: pytest.Pytester) -> None:
    shown = pytester.runpytest_subprocess("--fixtures", "-q")
    for name in fixtures.__all__:
        shown.stdout.re_match_lines_random([rf"{name}( \[session scope\])? -- .*"])
    assert {"go_module", "go_repo", "go_toolchain", "gocache", "gomodcache"} <= set(fixtures.__all__)
    ours = (
        shown.stdout.str().partition("fixtures defined from pytest_gocache.plugin.fixtures")[2].partition("\n----")[0]
    )
    assert "go_module -- " in ours
    assert "no docstring available" not in ours


def test_the_mark_is_registered(pytester: pytest.Pytester) -> None:
    shown = pytester.runpytest_subprocess("--markers")
    shown.stdout.fnmatch_lines(["@pytest.mark.gocache(*"])


def test_the_package_says_that_it_is_typed() -> None:
    assert Path(pytest_gocache.__file__).with_name("py.typed").is_file()


def test_the_package_has_the_version_of_its_distribution() -> None:
    assert pytest_gocache.__version__ == importlib.metadata.version("pytest-gocache")
