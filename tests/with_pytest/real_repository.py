"""A small real repository for the ready-made checks: packages of Go's own tree, golang.org/x/tools among them."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from tests.with_pytest.inner_runs import embedded

MODULE = "golang.org/x/tools"
# Where each folder of the repository is from: a program, what it imports, and packages with tests and golden files.
_FOLDERS = {
    "cmd/bisect": "cmd/vendor/golang.org/x/tools/cmd/bisect",
    "internal/bisect": "cmd/vendor/golang.org/x/tools/internal/bisect",
    "internal/txtar": "internal/txtar",
    "mod/semver": "cmd/vendor/golang.org/x/mod/semver",
    "mod/module": "cmd/vendor/golang.org/x/mod/module",
    "mod/modfile": "cmd/vendor/golang.org/x/mod/modfile",
    "mod/internal/lazyregexp": "cmd/vendor/golang.org/x/mod/internal/lazyregexp",
    "internal/anchored": "internal/diff",
    "container/list": "container/list",
    "text/tabwriter": "text/tabwriter",
}
MAKEFILE = """\
FLAGS := -trimpath

build:
	go build $(FLAGS) ./...
"""
CONFIG = """\
[build]
command = ["make", "build"]

[test]
command = ["go", "test", "-trimpath", "./..."]

[ci]
mtimes = "commit"
"""


def real_repository(folder: Path) -> Path:
    """Make the repository in a new folder, committed an hour ago; all checks pass on it."""
    source = embedded() / "src"
    for name, origin in _FOLDERS.items():
        shutil.copytree(source / origin, folder / name)
        for file in (folder / name).glob("*.go"):
            text = file.read_text(encoding="utf-8")
            changed = text.replace('"internal/txtar"', f'"{MODULE}/internal/txtar"')
            changed = changed.replace('"golang.org/x/mod/', f'"{MODULE}/mod/')
            # As the module has its own copies, its tests are to test these.
            for own in ("container/list", "text/tabwriter"):
                changed = changed.replace(f'"{own}"', f'"{MODULE}/{own}"').replace(f'. "{own}"', f'. "{MODULE}/{own}"')
            file.write_text(changed, encoding="utf-8")
    write(folder, {"go.mod": f"module {MODULE}\n\ngo 1.24\n", ".gitignore": "bin/\n.n\n", "Makefile": MAKEFILE})
    write(folder, {"gocache.toml": CONFIG})
    git(folder, "init", "--quiet")
    commit(folder)
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def commit(folder: Path) -> None:
    """Commit all there is, and make every file an hour old, as in a settled checkout."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "x")
    hour_ago = time.time() - 3600
    for parent, _, names in os.walk(folder):
        for name in names:
            os.utime(Path(parent, name), (hour_ago, hour_ago))


def git(folder: Path, *args: str) -> str:
    moment = f"{int(time.time()) - 3600} +0000"
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{role}_{what}": f"x@{role}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        **{f"GIT_{role}_DATE": moment for role in ("AUTHOR", "COMMITTER")},
    }
    done = subprocess.run(["git", *args], cwd=folder, env=env, check=True, capture_output=True, text=True)
    return done.stdout
