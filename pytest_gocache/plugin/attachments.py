"""Hands the go commands of a failing test to pytest's report sections, and to reports that do not read them."""

from __future__ import annotations

import importlib

import pytest

__all__ = ["attach"]

_TITLE = "go commands"
_PROPERTY = "gocache.go-commands"


def attach(item: pytest.Item, report: pytest.TestReport, text: str) -> None:
    """Add the text of the "go commands" section to a failing report.

    pytest's terminal, pytest-html and JUnit with ``junit_logging`` read the section. Allure gets an attachment. JUnit's
    XML and pytest-json-report get a user property.
    """
    report.sections.append((_TITLE, text))
    plugins = item.config.pluginmanager
    if plugins.has_plugin("gocache-reports"):
        # The report of the teardown has what the item has: readers take the properties from there.
        for properties in (item.user_properties, report.user_properties):
            properties[:] = [pair for pair in properties if pair[0] != _PROPERTY] + [(_PROPERTY, text)]
    if plugins.has_plugin("allure_pytest"):
        allure = importlib.import_module("allure")
        allure.attach(text, name=_TITLE, attachment_type=allure.attachment_type.TEXT)
