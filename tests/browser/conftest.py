"""A real browser for the tests of this folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from pytest_gocache.plugin.report.page import page_of

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as Debian installs it; GOCACHE_TESTS_NEED_CHROMIUM makes its absence a failure.

    Each module has its own, so that no other test runs beside it.
    """
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        if os.environ.get("GOCACHE_TESTS_NEED_CHROMIUM"):
            pytest.fail("there is no chromium on PATH")
        pytest.skip("no chromium on PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        # Its sandbox refuses root, as which CI runs. The only pages are made by the tests.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens the page of a run. At the end of the test: nothing was in the console, and no request left the page."""
    said: list[str] = []
    asked: list[str] = []
    pages = []

    def open_page(run: dict[str, Any], address: str = "", **options: Any) -> Page:
        file = tmp_path / "report.html"
        file.write_text(page_of(run), encoding="utf-8")
        page = browser.new_page(viewport={"width": 1200, "height": 900}, **options)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{file.as_uri()}{address}")
        pages.append((page, file.as_uri()))
        return page

    yield open_page
    for page, uri in pages:
        page.close()
        assert {url.partition("#")[0] for url in asked if not url.startswith("data:,")} <= {uri}
    assert said == []
