"""``python -m bench``: what isolation, observation and start-up cost, compared with bare go commands."""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import capture, command, isolation, pictures, recording, scale, startup, store, workers
from bench.measure import Row, as_markdown, as_text
from bench.scratch import Scratch, scratch

PARTS: dict[str, Callable[[Scratch], Iterator[Row]]] = {
    part.PART: part.measure
    for part in (isolation, command, capture, scale, startup, workers, store, recording, pictures)
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--tests", type=_count, default=20, help="how many tests a pytest process runs (default: 20)")
    parser.add_argument("--rounds", type=_count, default=5, help="how often each pair is measured (default: 5)")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help=f"only {', '.join(PARTS)}")
    parser.add_argument(
        "--sizes",
        type=_count,
        nargs="+",
        default=(100, 1000, 3000),
        metavar="N",
        help="packages of scale, recording and pictures",
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=Path("bench-results.json"),
        metavar="FILE",
        help="where the rows are written (default: bench-results.json)",
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    options = parser.parse_args()
    begun = time.monotonic()
    rows: list[Row] = []
    with scratch(options.tests, options.rounds, options.sizes) as where:
        facts = _facts(where)
        try:
            for name in options.only or PARTS:
                where.say(f"{name} begins")
                # One by one: when a part fails, the table still has the rows before it.
                for row in PARTS[name](where):
                    rows.append(row)  # noqa: PERF402
        finally:
            facts["minutes"] = f"{(time.monotonic() - begun) / 60:.1f}"
            written = {**facts, "rows": [row.plain() for row in rows]}
            options.json.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
            print(", ".join(f"{name} {value}" for name, value in facts.items()), end="\n\n")
            print(as_markdown(rows) if options.markdown else as_text(rows), flush=True)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _facts(where: Scratch) -> dict[str, str]:
    return {
        "go": str(where.toolchain.version),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "tests": str(where.tests),
        "rounds": str(where.rounds),
    }


if __name__ == "__main__":
    main()
