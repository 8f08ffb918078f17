"""``make screenshots``: pictures of the page for the documentation, from the JSON of two runs."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from pytest_gocache.plugin.report.page import page_of
from pytest_gocache.plugin.report.read_run import read_run
from tests.browser.made_runs import large

_IMAGES = Path(__file__).parent / "images"
_SIZE = {"width": 1280, "height": 760}


def _command_with_most(run: dict[str, Any]) -> str:
    """The address of the command in which the most actions only followed."""
    found = [
        (sum(cause["follows"] is not None for cause in command["causes"] or ()), test["test"], number)
        for test in run["tests"]
        for number, command in enumerate(test["commands"], 1)
    ]
    _, test, number = max(found)
    return f"#test={quote(test, safe='')}&command={number}"


def main() -> None:
    """Write the images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="the JSON of the example project's tests")
    parser.add_argument("gate", type=Path, help="the JSON of a gate")
    options = parser.parse_args()
    example, gate = read_run(options.run), read_run(options.gate)
    many = large(3000, 50)
    wanted = [
        ("report.png", example, "", "light"),
        ("report-command.png", example, _command_with_most(example), "light"),
        ("report-gate.png", gate, "", "light"),
        ("report-large.png", many, _command_with_most(many), "dark"),
    ]
    _IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, run, address, scheme in wanted:
            file = Path(folder) / "report.html"
            file.write_text(page_of(run), encoding="utf-8")
            page = browser.new_page(viewport=_SIZE, color_scheme="dark" if scheme == "dark" else "light")  # type: ignore[arg-type]
            page.goto(f"{file.as_uri()}{address}")
            page.screenshot(path=_IMAGES / name)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
