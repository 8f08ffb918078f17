"""The environment of the go commands under observation: what the library adds to it, and takes away again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pytest_gocache.golang.command_line import NO_STAMPS, flags_of
from pytest_gocache.host.environment import file_settings, gomodcache_of

__all__ = ["completed", "installing_into", "without_added"]

_VCS_FOLDERS = (".git", ".hg", ".svn", ".bzr", ".fslckout", "_FOSSIL_")


def completed(env: Mapping[str, str], goroot: Path, root: Path, *, cwd: Path, folder: Path) -> dict[str, str]:
    """The environment with the library's own settings added.

    The go command starts in ``cwd`` and, with ``-C``, works in ``folder``. ``root`` is the module's root.
    """
    full = dict(env)
    if _has_foreign_vcs(folder, root):
        # A GOFLAGS in the environment hides that of a file.
        goflags = {**env, **file_settings(env, goroot, cwd)}.get("GOFLAGS", "")
        # Go would stamp a .git above the module into its binaries. The user's own flag counts.
        if not any(name == "buildvcs" for name, _ in flags_of(goflags)):
            full["GOFLAGS"] = f"{NO_STAMPS} {goflags}".strip()
    return full


def without_added(env: Mapping[str, str], added: Mapping[str, str], plain: Mapping[str, str]) -> dict[str, str]:
    """The environment with the GOFLAGS of ``plain``, if it still has the GOFLAGS of ``added``."""
    same = env.get("GOFLAGS", "") == added.get("GOFLAGS", "")
    return {**env, "GOFLAGS": plain.get("GOFLAGS", "")} if same else dict(env)


def installing_into(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """The variables that make ``go install`` put its binaries into ``folder``."""
    if env.get("GOBIN"):
        return {"GOBIN": str(folder)}
    # Go refuses to install for a different system while GOBIN is set. It installs into the first folder of GOPATH.
    gopath = [str(folder), *filter(None, [env.get("GOPATH")])]
    return {"GOPATH": os.pathsep.join(gopath), "GOMODCACHE": str(gomodcache_of(env))}


def _has_foreign_vcs(folder: Path, root: Path) -> bool:
    """Whether the repository that Go finds from ``folder`` upwards is above the module's root."""
    for parent in (folder, *folder.parents):
        if any((parent / name).exists() for name in _VCS_FOLDERS):
            return not parent.is_relative_to(root)
    return False
