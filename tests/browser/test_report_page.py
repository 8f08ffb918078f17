"""The page of a run in a real browser."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.made_runs import HOSTILE, gate, hostile, large, two_tests
from tests.plugin.report.made_run import command, made_test, run_of

EDIT = "#test=test_edit.py%3A%3Atest_edit"


def names(page: Page) -> list[str]:
    return [link.get_attribute("title") or "" for link in page.locator("#tests a").all()]


def shows(page: Page, heading: str) -> None:
    """Wait for the last heading: the page follows its address a moment later."""
    expect(page.locator("main h2").last).to_have_text(heading)


def numbers(page: Page) -> dict[str, str]:
    """The last list of numbers on the page."""
    found = page.locator("dl.glance").last
    return dict(zip(found.locator("dt").all_inner_texts(), found.locator("dd").all_inner_texts(), strict=True))


def test_the_run_at_a_glance(opened: Opened) -> None:
    page = opened(two_tests())
    assert page.locator("#verdict").inner_text() == "1 passed 1 failed"
    assert numbers(page) == {
        "tests": "2",
        "failed": "1",
        "go commands": "3",
        "in go commands": "30.0 s",
        "packages compiled": "3",
        "packages cached": "2",
        "links": "1",
        "work done again": "9.00 s",
    }
    page.get_by_role("region", name="The dearest causes").get_by_role("link").click()
    shows(page, "go build ./...")


def test_a_link_to_a_command_shows_what_ran_and_why(opened: Opened) -> None:
    page = opened(two_tests(), f"{EDIT}&command=1")
    assert numbers(page) == {
        "time": "10.0 s",
        "work, added up": "10.0 s",
        "critical path": "9.00 s",
        "at the same time, mean": "1.1",
        "at the same time, most": "2",
        "compiled": "3",
        "cached": "1",
        "done again": "9.00 s",
    }
    bars = page.locator("svg.timeline rect")
    assert bars.evaluate_all("bars => bars.map(bar => bar.getAttribute('class'))") == [
        *("compile ran path", "compile ran path", "compile ran", "compile cached", "link ran path")
    ]
    first, second, _, cached, _ = bars.evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().toJSON())")
    assert second["left"] == pytest.approx(first["right"], abs=1)
    assert cached["height"] < first["height"]
    assert page.locator("main pre").first.inner_text().split("\n")[:2] == ["-const A = 1", "+const A = 2"]
    rows = page.get_by_role("region", name="Critical path").locator("tbody tr")
    assert [row.split("\t")[:2] for row in rows.all_inner_texts()] == [
        *(["compile", "lib"], ["compile", "api"], ["link", "app"])
    ]


def test_below_a_cause_is_what_waited_for_it(opened: Opened) -> None:
    page = opened(two_tests(), f"{EDIT}&command=1")
    cause = page.locator("main details").first
    assert "9.00 s, 1 action, 2 followed: lib.go changed since step 1" in cause.locator("summary").first.inner_text()
    tree = cause.locator("details")
    tree.locator("summary").first.click()
    tree.locator("details summary").first.click()
    assert cause.locator("details, .leaf").evaluate_all(
        "all => all.map(one => one.querySelector('bdi').innerText)"
    ) == [*("compile lib", "compile api", "link app")]


def test_the_search_finds_tests_commands_and_packages_that_ran(opened: Opened) -> None:
    page = opened(two_tests())
    for text, found in {
        "EDIT.py": ["test_edit.py::test_edit"],
        "go vet": ["test_vet.py::test_vet"],
        "example.com/app": ["test_vet.py::test_vet"],
        "fmt": [],  # it was cached
        "": ["test_edit.py::test_edit", "test_vet.py::test_vet"],
    }.items():
        page.locator("#search").fill(text)
        assert names(page) == found, text
    page.locator("#outcome").select_option("failed")
    assert names(page) == ["test_vet.py::test_vet"]
    assert "outcome=failed" in page.url


def test_filters_hide_what_was_cached_and_the_standard_library(opened: Opened) -> None:
    page = opened(two_tests(), f"{EDIT}&command=1")
    bars = page.locator("svg.timeline rect")
    expect(bars).to_have_count(5)
    page.get_by_label("without the standard library").check()
    expect(bars).to_have_count(4)
    page.get_by_label("without the standard library").uncheck()
    page.get_by_label("only what ran").check()
    expect(bars).to_have_count(4)
    assert page.get_by_role("region", name="Commands that ran something").locator("tbody tr").count() == 1
    page.reload()
    expect(bars).to_have_count(4)


def test_the_timeline_grows_and_shrinks(opened: Opened) -> None:
    page = opened(two_tests(), f"{EDIT}&command=1")
    picture = page.locator("svg.timeline")
    wide = int(picture.get_attribute("width") or 0)
    page.get_by_role("button", name="Zoom in").click()
    assert int(picture.get_attribute("width") or 0) == 2 * wide
    for _ in range(3):
        page.get_by_role("button", name="Zoom out").click()
    assert int(picture.get_attribute("width") or 0) == wide
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_the_page_says_so(opened: Opened) -> None:
    page = opened(two_tests(), java_script_enabled=False)
    assert "This page needs its script" in page.locator("main").inner_text()


def test_the_keyboard_does_all(opened: Opened) -> None:
    page = opened(two_tests())
    press = page.keyboard.press
    press("j")
    shows(page, "test_edit.py::test_edit")
    for keys, shown in (
        ("n", "go build ./..."),
        ("n", "go build -v ./lib"),
        ("n", "go build -v ./lib"),
        ("p", "go build ./..."),
    ):
        press(keys)
        expect(page.locator("#command")).to_have_text(shown)
    press("j")
    shows(page, "test_vet.py::test_vet")
    press("k")
    press("/")
    page.keyboard.type("vet jk")
    assert page.locator("#search").input_value() == "vet jk"
    shows(page, "test_edit.py::test_edit")
    press("Escape")
    expect(page.locator("#search")).to_have_value("")
    press("Escape")
    shows(page, "The run at a glance")
    press("r")
    expect(page.locator("#ran")).to_be_checked()
    page.go_back()
    shows(page, "test_edit.py::test_edit")


def test_the_colours_follow_the_system_and_the_button(opened: Opened) -> None:
    dark = "getComputedStyle(document.body).backgroundColor"
    page = opened(two_tests(), color_scheme="dark")
    assert page.evaluate(dark) == "rgb(20, 22, 26)"
    page.locator("#theme").click()
    assert page.evaluate(dark) == "rgb(255, 255, 255)"
    page.keyboard.press("t")
    assert page.evaluate(dark) == "rgb(20, 22, 26)"
    page.emulate_media(color_scheme="light")
    expect(page.locator(":root")).to_have_attribute("data-theme", "light")
    assert page.evaluate(dark) == "rgb(255, 255, 255)"


def test_a_gate_has_both_toolchains_side_by_side(opened: Opened) -> None:
    page = opened(gate())
    assert "Gate old..new: failed" in page.locator("main h3").all_inner_texts()
    changes = page.get_by_role("region", name="Changes")
    assert [row.split("\t")[2:] for row in changes.locator("tbody tr").all_inner_texts()] == [
        ["compile api", "ran", "cached", ""],  # what fails the gate comes first
        ["compile lib (golang/go#1)", "ran", "cached", "improvement: less work"],
    ]
    assert page.locator("#tests a div").all_inner_texts() == ["on old", "on new"]
    changes.get_by_role("link", name="cached").first.click()
    shows(page, "test_a on new")
    cells = page.get_by_role("region", name="Commands side by side").locator("tbody td").all_inner_texts()
    assert cells[1:] == ["10.0 s", "10.0 s", "0", "0", "3", "≠ 0", "1", "1", "1", "≠ 0"]


def test_hostile_names_are_text(opened: Opened) -> None:
    page = opened(hostile(), f"#test={quote(f'test_a[{HOSTILE}]', safe='')}&command=1")
    shown = HOSTILE.replace("\u202e", "\\u202e")
    assert page.locator("main h2").first.text_content() == f"test_a[{shown}]"
    assert "\u202e" not in page.locator("body").inner_text()
    assert page.locator("script").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#search").fill(HOSTILE)
    assert page.locator("#tests a").count() == 2


def test_a_run_of_an_older_version_has_numbers_and_no_timeline(opened: Opened) -> None:
    made = command(states={"compile lib": "ran", "compile std": "cached"}, causes=None)
    page = opened(run_of(made_test("test_a", made)), "#test=test_a&command=1")
    assert "The times of its actions are not known." in page.locator("main").inner_text()
    assert "Why it ran is not known: no graph" in page.locator("main").inner_text()
    assert (numbers(page)["compiled"], numbers(page)["cached"]) == ("1", "1")
    page.goto(page.url.partition("#")[0] + "#ran=1")
    shows(page, "The run at a glance")


def test_an_unknown_test_in_a_link_is_named(opened: Opened) -> None:
    page = opened(two_tests(), "#test=%3Cb%3Egone&command=7")
    assert page.get_by_role("alert").inner_text() == "This report has no test <b>gone."
    assert numbers(page)["tests"] == "2"


@pytest.mark.parametrize("address", ["", f"{EDIT}&command=1"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Opened, address: str, scheme: str) -> None:
    page = opened(two_tests(), address, color_scheme=scheme)
    # axe reads the page as a debugger does: the policy of the page stays.
    found = Axe().run(page)
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found.response["violations"]] == []


def test_axe_finds_nothing_in_a_gate(opened: Opened) -> None:
    found = Axe().run(opened(gate(), "#test=test_a&toolchain=new"))
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found.response["violations"]] == []


def test_a_large_run_stays_usable(opened: Opened) -> None:
    page = opened(large(3000, 11), "#test=test_large.py%3A%3Atest_large&command=11")
    assert page.locator("svg.timeline rect").count() == 3000
    actions = page.get_by_role("region", name="3,000 actions").locator("tbody tr")
    assert actions.count() == 100
    page.get_by_role("button", name="Show 100 of 2,900 more").last.click()
    assert actions.count() == 200


def test_print_shows_the_report_alone(opened: Opened, tmp_path: Path) -> None:
    page = opened(two_tests(), f"{EDIT}&command=1", color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.pdf(path=tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").stat().st_size > 10_000
