"""The messages of assert_reproducible, without what differs between machines and Go versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_gocache import GoModule, assert_reproducible
from tests.messages import failure, normalised


def refused(module: GoModule, *args: str, names: Mapping[str, object] | None = None, **options: Any) -> str:
    """The failure's message; ``names`` has words for texts that differ between Go versions: word -> text."""
    text = re.sub(r"/\S*?/reproduce-\d+/", "…/", failure(assert_reproducible, module, *args, **options))
    text = text.replace(f"{Path(__file__).with_name('toolexec.sh')}", "toolexec.sh")
    # Which sections a linker writes, and what stands in each, is its own business.
    text = re.sub(r"(sections of \S+ that differ: ).+", r"\1…", text)
    text = normalised(text, names)
    text = re.sub(r"N bytes( each| and N bytes)", "N bytes each", text)
    return re.sub(r"(N times in ).+", r"\1…", text)
