"""The command ``pytest-gocache`` as a user runs it: with caches, an environment and a checkout of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache import BuildCache, GoModule, GoToolchain

ROOT = Path(__file__).parents[2]


@dataclass
class User:
    """A user of this computer, with a checkout, a home, and a GOCACHE whose standard library is warm."""

    path: Path
    env: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, module: GoModule, cache: BuildCache, go: GoToolchain, store: Path) -> User:
        home = module.path.parent / "user"
        (home / ".cache").mkdir(parents=True)
        (home / ".cache" / "pytest-gocache").symlink_to(store)  # with the program that observes go
        module.build("./...")  # clones the warm standard library
        env = {
            "PATH": f"{go.goroot / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",  # Python changes LC_CTYPE in its own environment when the locale is C
            "GOCACHE": str(cache.path),
            "GOENV": "off",
            "GOFLAGS": "-buildvcs=false",
            "GOPROXY": "off",
            "GOTOOLCHAIN": "local",
            "PYTHONPATH": str(ROOT),
        }
        return cls(module.path, env)

    def run(self, *args: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.argv(*args), cwd=self.path, env={**self.env, **env}, capture_output=True, text=True, check=False,
            timeout=300,
        )  # fmt: skip

    def argv(self, *args: str | Path) -> list[str]:
        return [sys.executable, "-m", "pytest_gocache", *map(str, args)]
