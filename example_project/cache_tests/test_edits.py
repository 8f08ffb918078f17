"""What a developer's edit costs: exactly the packages that must be compiled again."""

from __future__ import annotations

import pytest

from pytest_gocache import GoModule, assert_cached, assert_only_rebuilt

MONEY = "internal/money/money.go"
CATALOG = "internal/catalog/catalog.go"


@pytest.fixture
def built(go_repo: GoModule) -> GoModule:
    """The shop with everything built once."""
    go_repo.build("./...")
    return go_repo


def test_a_second_build_compiles_nothing(built: GoModule) -> None:
    """The basic promise: Go does not compile what did not change."""
    assert_cached(built.build("./..."))


def test_touching_files_rebuilds_nothing(built: GoModule) -> None:
    """Go compares content, not times. `git checkout` and unpacking an archive set new times all day."""
    built.touch(CATALOG)
    built.touch("cmd/server/main.go")
    assert_cached(built.build("./..."))


def test_an_edit_rebuilds_the_package_and_its_importers(built: GoModule) -> None:
    """Both commands import the catalog. Money and config do not: they stay cached."""
    built.edit(CATALOG, "all[i].SKU < all[j].SKU", "all[i].Name < all[j].Name")
    assert_only_rebuilt(built.build("./..."), "./internal/catalog", "./cmd/server", "./cmd/worker")


def test_an_edit_inside_a_function_stops_at_the_first_importer(built: GoModule) -> None:
    """The catalog only calls money.Format: Go compiles it again, to the same output, and the commands stay cached."""
    built.edit(MONEY, "if len(fraction) < 2", "for len(fraction) < 2")
    assert_only_rebuilt(built.build("./..."), "./internal/money", "./internal/catalog")


def test_an_edited_comment_rebuilds_only_its_package(built: GoModule) -> None:
    """No line moves, so Go compiles the package to the same output, and its importers stay cached."""
    built.edit(MONEY, "Two digits after the point, always.", "Always two digits after the point.")
    assert_only_rebuilt(built.build("./..."), "./internal/money")


def test_going_back_compiles_nothing(built: GoModule) -> None:
    """Switching between two branches compiles nothing once both were built.

    Only the server reads the configuration. If this test rebuilds more, the catalog or the worker now imports it.
    """
    built.edit("internal/config/config.go", '":8080"', '":8081"')
    assert_only_rebuilt(built.build("./..."), "./internal/config", "./cmd/server")
    built.edit("internal/config/config.go", '":8081"', '":8080"')
    assert_cached(built.build("./..."))


def test_generating_rebuilds_only_what_products_csv_changed(built: GoModule) -> None:
    """`make all` generates before it builds, so the generator must write the same bytes for the same products.

    If the first assertion fails, the committed products_gen.go is out of date: run `make generate`.
    """
    built.generate("./...")
    assert_cached(built.build("./..."))
    built.append("internal/catalog/products.csv", "BAG-01,Gopher bag,1900,30\n")
    built.generate("./...")
    assert_only_rebuilt(built.build("./..."), "./internal/catalog", "./cmd/server", "./cmd/worker")
