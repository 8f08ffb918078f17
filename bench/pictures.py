"""What it takes to write a large run as JSON, a page and a trace, and to open the page in a browser."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.measure import Row, Target
from bench.scratch import Scratch
from pytest_gocache.plugin.report.page import page_of
from pytest_gocache.plugin.report.run_file import run_text
from pytest_gocache.plugin.report.trace import trace_bytes
from tests.browser.made_runs import large

PART = "pictures"
_COMMANDS = 50
_WRITE, _OPEN = Target(2000), Target(3000)  # milliseconds


def measure(scratch: Scratch) -> Iterator[Row]:
    """The rows of this part: a run of one test with 50 commands, every tenth of which compiles all packages."""
    for size in scratch.sizes:
        limited = size == scratch.sizes[-1]
        scratch.say(f"{PART}: {size:,} packages, {_COMMANDS} commands")
        run = large(size, _COMMANDS)
        name = f"{size:,} packages, {_COMMANDS} commands"
        ways: dict[str, Callable[[dict[str, Any]], bytes]] = {
            "JSON": lambda run: run_text(run).encode(),
            "page": lambda run: page_of(run).encode(),
            "compressed trace": lambda run: trace_bytes(run, "trace.json.gz"),
        }
        for what, way in ways.items():
            taken, content = _timed(way, run, scratch.rounds)
            yield Row(PART, f"{name}: write the {what}", taken, target=_WRITE if limited and what == "page" else None)
            yield Row(PART, f"{name}: size of the {what}", [len(content) / 1e6], "MB")
            if what == "page":
                file = scratch.folder("pictures") / "report.html"
                file.write_bytes(content)
                yield from _opened(file, name, scratch.rounds, _OPEN if limited else None)


def _timed(way: Callable[[dict[str, Any]], bytes], run: dict[str, Any], rounds: int) -> tuple[list[float], bytes]:
    taken, content = [], b""
    for _ in range(rounds):
        begun = time.perf_counter()
        content = way(run)
        taken.append(time.perf_counter() - begun)
    return taken, content


def _opened(file: Path, name: str, rounds: int, target: Target | None) -> Iterator[Row]:
    """Opening the page at its overview, and at a command in which everything ran."""
    program = shutil.which("chromium")
    places = {"open the page": "", "open the page at a command": "#test=test_large.py%3A%3Atest_large&command=11"}
    if program is None:
        yield from (Row(PART, f"{name}: {what}", target=target, note="there is no chromium") for what in places)
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for what, address in places.items():
            taken = [_open(browser, f"{file.as_uri()}{address}") for _ in range(rounds)]
            yield Row(PART, f"{name}: {what}", taken, target=target)
        browser.close()


def _open(browser: Browser, uri: str) -> float:
    page = browser.new_page()
    begun = time.perf_counter()
    page.goto(uri)
    page.locator("main dl").first.wait_for()
    # Two frames later, what the script has built is painted.
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    taken = time.perf_counter() - begun
    page.close()
    return taken
