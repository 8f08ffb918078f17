"""The pages for developers name rooms, files and classes that exist, and links between pages lead to files."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "pytest_gocache"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HOW_IT_WORKS = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
RECIPES = (
    "A new assertion",
    "A new Go version whose graph has a mode that the library ignores",
    "A new Go version whose graph has a mode that counts",
    "A new ready-made check",
    "A new input of a cache key",
)


def files_of(recipe: str) -> list[str]:
    """The first column of a recipe's table."""
    section = CONTRIBUTING.partition(f"\n### {recipe}\n")[2].partition("\n### ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_files_of_a_recipe_exist(recipe: str) -> None:
    files = files_of(recipe)
    assert len(files) > 1
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_each_recipe_is_checked() -> None:
    recipes = CONTRIBUTING.partition("\n## Recipes\n")[2]
    assert tuple(re.findall(r"^### (.+)$", recipes, re.MULTILINE)) == RECIPES


def test_the_table_of_rooms_has_the_layers_that_the_linter_checks() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in contracts["contracts"] if contract["type"] == "layers")
    table = CONTRIBUTING.partition("\n| room |")[2].partition("\n\n")[0]
    rooms = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert rooms == [room for layer in layers for room in layer.split(" | ")]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`((?:\w+/)+\w+\.(?:py|go))`", HOW_IT_WORKS))))
def test_a_file_that_the_page_names_exists(name: str) -> None:
    assert (PACKAGE / name).is_file()


def test_the_classes_that_the_page_names_exist() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py"))
    classes = re.findall(r"`([A-Z][a-z]\w+)[.`]", HOW_IT_WORKS)
    assert {"GoModule", "Observer", "Result"} <= set(classes)
    assert [name for name in classes if name != "AssertionError" and f"class {name}" not in sources] == []


def test_links_of_the_readme_work_on_pypi() -> None:
    links = re.findall(r"\]\(([^)\s]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [link for link in links if not link.startswith("https://")] == []
    own = [re.sub(r"^https://github.com/pytest-gocache/pytest-gocache/(?:blob|tree)/main/", "", link) for link in links]
    assert [
        link for link in own if not link.startswith("https:") and not (ROOT / link.partition("#")[0]).exists()
    ] == []
    assert len([link for link in own if not link.startswith("https:")]) > 10


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], ids=lambda page: page.name)
def test_links_between_pages_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
