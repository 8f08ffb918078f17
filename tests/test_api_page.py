"""docs/api.md has every public name, and says what the docstrings say now."""

from __future__ import annotations

import inspect
import re

import pytest

import pytest_gocache
from docs.generate_api import INTERNAL, PAGE, page
from pytest_gocache.plugin import fixtures, hookspecs, options, report_files

TEXT = PAGE.read_text(encoding="utf-8")
CLASSES = [kind for name in pytest_gocache.__all__ if inspect.isclass(kind := getattr(pytest_gocache, name))]


def entry(name: str) -> str:
    """What stands under the heading of a name."""
    return TEXT.partition(f"\n### `{name}`\n")[2].partition("\n### ")[0].partition("\n## ")[0]


def test_the_page_is_current() -> None:
    if page() != TEXT:
        pytest.fail("docs/api.md is not what the docstrings and signatures give: run `make api`")


@pytest.mark.parametrize("name", [*pytest_gocache.__all__, *fixtures.__all__])
def test_every_name_and_fixture_is_described(name: str) -> None:
    assert entry(name).strip()


def test_mark_options_and_hooks_are_described() -> None:
    sources = inspect.getsource(options) + inspect.getsource(report_files)
    declared = set(re.findall(r'add(?:option|ini)\(\s*"([\w-]+)"', sources))
    assert declared
    described = {match.partition(" ")[0] for match in re.findall(r"^\| `([^`]+)`", TEXT, re.MULTILINE)}
    assert described == declared
    assert "\n`@pytest.mark.gocache(" in TEXT
    hooks = [name for name in vars(hookspecs) if name.startswith("pytest_gocache")]
    assert hooks
    assert all(entry(name).strip() for name in hooks)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_public_member_is_listed_and_no_private_one(kind: type) -> None:
    listed = set(re.findall(r"^- `(\w+)", entry(kind.__name__), re.MULTILINE))
    hidden = INTERNAL.get(kind.__name__, frozenset())
    owners = [owner for owner in kind.__mro__ if owner.__module__.startswith("pytest_gocache")]
    fields = {name for owner in owners for name in inspect.get_annotations(owner)}
    methods = {
        name
        for owner in owners
        for name, value in vars(owner).items()
        if inspect.isroutine(value) or isinstance(value, property | classmethod)
    }
    assert {name for name in fields | methods if not name.startswith("_")} <= listed | hidden
    assert not any(name.startswith("_") for name in listed)
    assert not listed & hidden
