"""The store in CI: the workflows of this project are played on new machines, with a stand-in for actions/cache."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_gocache.caches.warm_store import FORMAT
from tests.with_pytest.inner_runs import script
from tests.workflow_runner import CacheService, Job

ROOT = Path(__file__).parents[2]

# What the plugin asks a go command.
GO = """#!/bin/sh
goroot=$(cd "$(dirname "$0")/.." && pwd)
case "$1" in
env) printf '{{"GOROOT": "%s", "GOVERSION": "{version}", "GOTOOLDIR": "%s"}}' "$goroot" "$goroot/bin" ;;
*) echo compile version {version} ;;
esac
"""

# Prints the key as pytest does, and uses the store as tests do: what it does not have is made.
PYTEST = """#!{python}
import json, os, pathlib, sys
if "--gocache-store-key" in sys.argv:
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:]])
root = pathlib.Path(os.environ["HOME"], ".cache", "pytest-gocache", "warm")
for family, packages, extras in json.loads(pathlib.Path("used.json").read_text()):
    file = root / family / "_".join([*packages, *extras, "entry"]).replace("/", "_") / "entry.json"
    if not file.exists():
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({{"packages": packages, "extras": extras}}))
        print("made", family, *packages, *extras)
"""

# Program of a step → what it runs here.
STAND_INS = {
    "pip": "#!/bin/sh\n",
    "pytest": PYTEST,
    ".venv/bin/python": '#!/bin/sh\nshift 2; exec pytest "$@"\n',
    ".ci/run": "#!/bin/sh\nexec pytest\n",
    "make": '#!/bin/sh\ncase "$*" in\n*store-key) exec pytest --gocache-store-key;;\ntest*) exec pytest;;\nesac\n',
}


def documented() -> list[dict[str, Any]]:
    """The steps of the workflow in the README."""
    blocks = re.findall(
        r"^```yaml\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    (job,) = yaml.safe_load(next(block for block in blocks if "actions/cache/restore" in block))["jobs"].values()
    return list(job["steps"])


def own(job: str) -> list[dict[str, Any]]:
    """The steps of a job in this project's own workflow."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    return list(workflow["jobs"][job]["steps"])


NAIVE = yaml.safe_load("""
- uses: actions/cache@v4
  with:
    path: ~/.cache/pytest-gocache
    key: pytest-gocache-${{ runner.os }}-${{ hashFiles('go.mod') }}
    restore-keys: pytest-gocache-${{ runner.os }}-
- run: pytest cache_tests
""")


@pytest.fixture
def play(tmp_path: Path) -> Any:
    """A function that plays a job on a machine with a Go version; returns what its tests made, and the job."""
    cache = CacheService(tmp_path / "cache")
    numbers = iter(range(100))

    def run(steps: list[dict[str, Any]], version: str, used: list[Entry]) -> tuple[str, Job]:
        machine = tmp_path / f"job{next(numbers)}"
        workspace, bin_folder = machine / "src", machine / "go" / "bin"
        for name, text in STAND_INS.items():
            script((bin_folder if "/" not in name else workspace) / name, text.format(python=sys.executable))
        for name in ("go", "compile"):
            script(bin_folder / name, GO.format(version=version))
        (machine / "go" / "VERSION").write_text(version)
        (workspace / "go.mod").write_text("module example.com/app\n\ngo 1.21\n")
        (workspace / "used.json").write_text(json.dumps(used))
        job = Job(machine / "home", workspace, cache, bin_folder).run(steps)
        assert not job.failed, job.printed
        return "\n".join(line for line in job.printed.splitlines() if line.startswith("made")), job

    return run


Entry = tuple[str, list[str], list[str]]
BASE: Entry = ("go1.25.5-aaaa", [], [])
RING: Entry = ("go1.25.5-aaaa", ["container/ring"], [])
RACE: Entry = ("go1.25.5-bbbb", [], ["-race"])
UPGRADED = [("go1.27.3-cccc", [], []), ("go1.27.3-cccc", ["container/ring"], []), ("go1.27.3-dddd", [], ["-race"])]


@pytest.mark.parametrize(
    "steps", [documented(), own("test"), own("go-versions")], ids=["README", "ci.yml test", "ci.yml go-versions"]
)
def test_a_job_makes_only_what_no_job_before_it_made(play: Any, steps: list[dict[str, Any]]) -> None:
    made = [
        play(steps, "go1.25.5", [BASE])[0],
        play(steps, "go1.25.5", [BASE, RING])[0],  # a new import of the standard library
        play(steps, "go1.25.5", [BASE, RING, RACE])[0],  # a new variant
        play(steps, "go1.27.3", UPGRADED)[0],  # a new Go
        play(steps, "go1.27.3", UPGRADED)[0],
    ]
    assert made == [
        "made go1.25.5-aaaa",
        "made go1.25.5-aaaa container/ring",
        "made go1.25.5-bbbb -race",
        "made go1.27.3-cccc\nmade go1.27.3-cccc container/ring\nmade go1.27.3-dddd -race",
        "",
    ]


def test_a_key_of_go_mod_never_keeps_what_is_new(play: Any) -> None:
    """The stand-in is as strict as the service: what is not in the key is made again in every job."""
    assert play(NAIVE, "go1.25.5", [BASE])[0]
    assert play(NAIVE, "go1.25.5", [BASE])[0] == ""
    for _ in range(3):
        assert play(NAIVE, "go1.25.5", [BASE, RING])[0] == "made go1.25.5-aaaa container/ring"


def test_the_documented_job_is_complete_and_saves_only_what_grew(play: Any) -> None:
    _, first = play(documented(), "go1.25.5", [BASE])
    setup = [action for action in first.used if not action.startswith("actions/cache")]
    assert setup == ["actions/checkout", "actions/setup-python"]
    assert any(step.get("run", "").startswith("pip install 'pytest-gocache[go]'") for step in documented())
    _, second = play(documented(), "go1.25.5", [BASE])
    assert [action for action in second.used if "cache" in action] == ["actions/cache/restore"]
    (key,) = second.cache.keys
    assert re.fullmatch(rf"pytest-gocache{FORMAT}-linux-\w+-go1\.25\.5-(cc[0-9a-f]{{12}}|nocc)-[0-9a-f]{{12}}", key)


def test_without_a_toolchain_there_is_no_key_but_an_error(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--gocache-store-key", "--go-toolchain=nowhere", timeout=60)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.outlines == []
    result.stderr.fnmatch_lines(["ERROR: --go-toolchain=nowhere: there is no such path, and it is not a version *"])
