"""A run as one page that needs no network: its data, its script and its style are in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from pytest_gocache.plugin.report.page_data import page_data

__all__ = ["page_of"]

_SCRIPTS = ("model.js", "view.js", "page.js")
_IN_DATA = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def page_of(run: Mapping[str, Any]) -> str:
    """The page of a run, as HTML.

    Its policy lets the browser run this script and use this style, and load nothing.
    """
    folder = files("pytest_gocache.plugin.report")
    script = "\n".join(["'use strict';", *(folder.joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS)])
    style = folder.joinpath("style.css").read_text(encoding="utf-8")
    parts = {
        "POLICY": f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'",
        "STYLE": style,
        "SCRIPT": script,
        "DATA": _embedded(page_data(run)),
    }
    # In one pass: no text of the data is taken for a place.
    return re.sub(
        r"@@([A-Z]+)@@", lambda at: parts[at[1]], folder.joinpath("template.html").read_text(encoding="utf-8")
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _embedded(data: object) -> str:
    """JSON that cannot end its element, whatever names are in it."""
    # json writes ASCII only: no line separator of JavaScript, and no half of a surrogate pair, is left.
    text = json.dumps(data, separators=(",", ":"))
    return re.sub("[<>&]", lambda found: _IN_DATA[found[0]], text)
