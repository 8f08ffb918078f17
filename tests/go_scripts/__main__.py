"""Runs Go's own scripts as tests of this plugin: ``python -m tests.go_scripts 1.27.3 [--every=N] [NAME.txt|OPTION...]``.

``--every=20`` runs each twentieth script. Other options are pytest's. GO_SCRIPTS_GOCACHE names a build cache for all
scripts, and GO_SCRIPTS_JSON a file for the verdicts; without them, both are temporary.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pytest_gocache.host.fetch_go import resolve
from pytest_gocache.host.files import user_cache_folder
from tests.go_scripts.judge import CACHE, GOROOT, VERDICTS

INI = """[pytest]
gocache_scripts = *.txt
gocache_script_layout = gopath
gocache_script_modules = {mod}
gocache_timeout = 120
gocache_keep = none
"""


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main(spec: str, options: list[str]) -> int:
    store = next((Path(o.partition("=")[2]) for o in options if o.startswith("--gocache-dir=")), user_cache_folder())
    goroot = resolve(spec, store, os.environ, _say).goroot
    testdata = goroot / "src" / "cmd" / "go" / "testdata"
    if not (testdata / "script").is_dir():
        _say(f"{goroot} has no {testdata.relative_to(goroot)}/script")
        return 2
    with tempfile.TemporaryDirectory(prefix="go-scripts-") as folder:
        ini = Path(folder) / "pytest.ini"
        ini.write_text(INI.format(mod=testdata / "mod"), encoding="utf-8")
        every = next((int(word.partition("=")[2]) for word in options if word.startswith("--every=")), 1)
        named = [word for word in options if word.endswith(".txt")]
        files = [testdata / "script" / word for word in named] or sorted((testdata / "script").glob("*.txt"))
        scripts = [str(file) for file in files[::every]]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            str(ini),
            f"--rootdir={testdata}",
            "-p",
            "tests.go_scripts.judge",
        ]
        command += [
            "-p",
            "no:doctest",
            "-p",
            "no:cacheprovider",
            "-q",
            "--tb=short",
            f"--go-toolchain={spec}",
            *scripts,
        ]
        command += [word for word in options if word not in named and not word.startswith("--every=")]
        env = {VERDICTS: f"{folder}/verdicts.json", CACHE: f"{folder}/gocache", **os.environ, GOROOT: str(goroot)}
        return subprocess.run(command, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
