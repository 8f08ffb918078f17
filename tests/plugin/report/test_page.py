"""The page is one file that loads nothing, and no name in it can end its element."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

from pytest_gocache.plugin.report.page import page_of
from pytest_gocache.plugin.report.page_data import page_data
from tests.plugin.report.made_run import FOLLOWED, command, made_test, row, run_of

HOSTILE = "</script><script>alert(1)</script></script <!--<script </script/ ]]> @@SCRIPT@@ & \u2028 \u202e \udce4 \"'"
RUN = run_of(made_test("test_a", FOLLOWED), made_test(HOSTILE, command(row(f"compile {HOSTILE}", "0-1"))))


class Reader(HTMLParser):
    """Collects the elements of a page and their text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[int, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.elements.append((f"/{tag}", {}))

    def handle_data(self, data: str) -> None:
        at = len(self.elements) - 1
        self.texts[at] = self.texts.get(at, "") + data

    def text_of(self, tag: str, **attributes: str) -> str:
        (found,) = [
            self.texts[at]
            for at, (name, given) in enumerate(self.elements)
            if name == tag and all(given.get(key) == value for key, value in attributes.items())
        ]
        return found


def test_hostile_names_are_only_data() -> None:
    page = Reader(page_of(RUN))
    assert [given.get("type") for tag, given in page.elements if tag == "script"] == ["application/json", None]
    data = page.text_of("script", type="application/json")
    assert json.loads(data) == page_data(RUN)
    assert not {*data} & {*"<>&"}  # a browser ends an element sooner than this parser does


def test_the_policy_allows_this_script_and_this_style_and_no_request() -> None:
    page = Reader(page_of(RUN))
    (policy,) = [str(given["content"]) for tag, given in page.elements if given.get("http-equiv")]
    scripts = [at for at, (tag, given) in enumerate(page.elements) if tag == "script" and "type" not in given]
    for text, of in ((page.texts[scripts[0]], "script-src"), (page.text_of("style"), "style-src")):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{of} 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")


def test_the_page_names_no_other_file() -> None:
    page = Reader(page_of(RUN))
    for tag, given in page.elements:
        assert not {"src", "srcset", "action"} & set(given), (tag, given)
        assert (given.get("href") or "#").startswith(("#", "data:,")), (tag, given)
    assert not re.search(r"url\(|@import", page.text_of("style"))


def test_a_page_without_tests_is_a_page() -> None:
    assert json.loads(Reader(page_of(run_of())).text_of("script", type="application/json"))["tests"] == []
