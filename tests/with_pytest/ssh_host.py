"""A second host for tests: an sshd on 127.0.0.1 under a user, a home and a Python environment of its own."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import pytest_gocache
from tests.with_pytest.inner_runs import alive

NEEDED = "GOCACHE_TESTS_NEED_SSHD"
"""When this variable is set, as in CI, a host that cannot be made is a failure, not a skip."""

_SECONDS = 60
_PROGRAMS = ("sshd", "ssh", "ssh-keygen", "useradd", "userdel")
_USER = "gocache-test-"
_FOLDER = "pytest-gocache-host-"
_NAME = "build2"
"""The name of the host in the client's configuration."""

_PIP_SETTINGS = "index-url|extra-index-url|find-links|no-index|cert|trusted-host|proxy"
_SSHD_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/key.pub
AllowUsers {user}
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
# Anybody may write to the folder of all temporary files, where this one is.
StrictModes no
"""
_CLIENT_CONFIG = """\
Host {name}
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {folder}/key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  ConnectTimeout 20
"""


@dataclass(frozen=True, slots=True)
class SshHost:
    """A host that ssh reaches."""

    name: str
    """Its name for ssh: ``ssh -F config name``."""
    user: str
    home: Path
    site: Path
    """The folder with the Python packages of the host."""
    python: Path
    config: Path
    """The client's configuration."""

    def command(self, shown: str) -> list[str]:
        """The arguments of a command line that a page shows for a host ``ann@build2``, for this host."""
        # Temporary files are in the home, so that nothing is left when it is gone.
        reached = f"ssh={self.name}//ssh_config={self.config}//env:TMPDIR={self.home}"
        words = [word.replace("ssh=ann@build2", reached) for word in shlex.split(shown)]
        return [word.replace("/home/ann/venv/bin/python", str(self.python)) for word in words]

    def own(self, folder: Path) -> None:
        """Give a folder and its content to the user of the host."""
        account = pwd.getpwnam(self.user)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)

    def processes(self) -> list[int]:
        """The processes of the user."""
        return _processes_of(pwd.getpwnam(self.user).pw_uid)


@contextlib.contextmanager
def ssh_host() -> Iterator[SshHost]:
    """Make a host; its user, its files and its processes are gone at the end. Skips where that is not possible."""
    missing = _why_not()
    if missing:
        (pytest.fail if os.environ.get(NEEDED) else pytest.skip)(f"needs an sshd and a second user: {missing}")
    _remove_left_over_users()
    with contextlib.ExitStack() as undo:
        # Not below pytest's folders, which only this user can read.
        folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
        undo.callback(shutil.rmtree, folder)
        folder.chmod(0o755)
        user = _make_user(folder / "home", undo)
        port = _start_sshd(folder, user, undo)
        known = f"[127.0.0.1]:{port} {(folder / 'host_key.pub').read_text(encoding='ascii')}"
        (folder / "known_hosts").write_text(known, encoding="ascii")
        config = folder / "ssh_config"
        settings = _CLIENT_CONFIG.format(name=_NAME, port=port, user=user, folder=folder)
        config.write_text(settings, encoding="utf-8")
        site = _copy_packages(folder / "site")
        python = _make_python(folder, site)
        _copy_pip_settings(folder / "home")
        host = SshHost(_NAME, user, folder / "home", site, python, config)
        host.own(host.home)
        yield host


def _why_not() -> str:
    """What is missing for a host; empty when nothing is."""
    if os.geteuid() != 0:
        return "only root can make users"
    missing = [program for program in _PROGRAMS if not _program(program)]
    return f"there is no {', '.join(missing)} (Debian: apt-get install openssh-server)" if missing else ""


def _program(name: str) -> str:
    """The path of a program of this system; empty without one. Not every root has sbin on PATH."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or ""


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def _make_user(home: Path, undo: contextlib.ExitStack) -> str:
    name = f"{_USER}{os.getpid()}"
    # The password '*' fits no text; an account without any would be locked, for ssh too.
    options = ("--create-home", "--skel", "/nonexistent", "--shell", "/bin/sh", "--password", "*", "--user-group")
    _run(_program("useradd"), *options, "--home-dir", home, name)
    undo.callback(_remove_user, name)
    return name


def _remove_left_over_users() -> None:
    """Remove what a test left that was killed: its process is not there any more."""
    for account in pwd.getpwall():
        if account.pw_name.startswith(_USER) and not alive(int(account.pw_name.removeprefix(_USER))):
            _remove_user(account.pw_name)
            folder = Path(account.pw_dir).parent
            if folder.name.startswith(_FOLDER):
                shutil.rmtree(folder, ignore_errors=True)


def _remove_user(name: str) -> None:
    uid = pwd.getpwnam(name).pw_uid
    limit = time.monotonic() + _SECONDS
    while left := _processes_of(uid):
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        assert time.monotonic() < limit, f"processes {left} of {name} do not end"
        time.sleep(0.05)
    _run(_program("userdel"), name)


def _processes_of(uid: int) -> list[int]:
    """The running processes of a user; needs /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            status = (folder / "status").read_text(encoding="utf-8", errors="replace")
            real = re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE)
            if real and int(real[1]) == uid and not re.search(r"^State:\s+Z", status, re.MULTILINE):
                found.append(int(folder.name))
    return found


def _start_sshd(folder: Path, user: str, undo: contextlib.ExitStack) -> int:
    """Start an sshd with keys and settings of its own; returns its port."""
    for name in ("host_key", "key"):
        _run(_program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    config, log = folder / "sshd_config", folder / "sshd.log"
    config.write_text(_SSHD_CONFIG.format(port=port, folder=folder, user=user), encoding="utf-8")
    separation = Path("/run/sshd")  # compiled into sshd; the service of the system would make it
    if not separation.exists():
        separation.mkdir(mode=0o755)
        undo.callback(separation.rmdir)
    # The shell ends sshd when its standard input ends: also when this process is killed.
    command = ("sh", "-c", '"$@" & read -r _; kill $!', "sh", _program("sshd"), "-D", "-e", "-f", str(config))
    with log.open("wb") as output:
        shell = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)
    undo.callback(shell.communicate, timeout=_SECONDS)
    limit = time.monotonic() + _SECONDS
    while not _answers(port):
        assert shell.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < limit, log.read_text(encoding="utf-8")
        time.sleep(0.05)
    return port


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _copy_packages(site: Path) -> Path:
    """Copy this library, pip, and what they need: the user of the host may not be able to read this environment."""
    package = Path(pytest_gocache.__file__).parent
    shutil.copytree(package, site / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    waiting, seen = ["pytest-gocache", "pip"], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        # Of this library, the build leaves an egg-info in the checkout, which is no installation.
        found = importlib.metadata.distributions(name=name)
        distribution = next(one for one in found if one.read_text("RECORD") is not None)
        for line in distribution.requires or ():
            required = Requirement(line)
            if required.marker is None or required.marker.evaluate({"extra": ""}):
                waiting.append(required.name)
        for file in distribution.files or ():
            # An editable installation has a hook that leads to the original.
            if file.parts[0] in ("..", package.name) or file.name.startswith("__editable__") or file.suffix == ".pth":
                continue
            source, target = Path(str(distribution.locate_file(file))), site / file
            if source.is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _link_or_copy(str(source), str(target))
    return site


def _make_python(folder: Path, site: Path) -> Path:
    """A Python for the host with the packages of ``site``: this one, or a copy if others cannot read it."""
    base = Path(sys.base_prefix)
    real = Path(sys.executable).resolve()
    library = Path(sysconfig.get_path("stdlib")).resolve()
    if not _is_public(real) or not _is_public(library):
        copy = folder / "python"
        shutil.copytree(
            library, copy / library.relative_to(base), copy_function=_link_or_copy, symlinks=True,
            ignore=shutil.ignore_patterns("site-packages", "test", "idlelib", "config-*"),
        )  # fmt: skip
        for file in (real, *base.glob("lib/libpython*.so*")):
            target = copy / file.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
        base, real = copy, copy / real.relative_to(base)
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nPYTHONPATH={site} LD_LIBRARY_PATH={base}/lib exec {real} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return python


def _is_public(path: Path) -> bool:
    """Whether every user can read a file or folder."""
    return all(folder.stat().st_mode & 0o001 for folder in path.parents) and bool(path.stat().st_mode & 0o004)


def _copy_pip_settings(home: Path) -> None:
    """Let pip on the host use the package index that pip uses here."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True).stdout
    found: dict[str, str] = {}
    for scope in ("global", ":env:"):  # the environment has the last word
        found |= dict(re.findall(rf"^{scope}\.({_PIP_SETTINGS})='(.*)'$", listed, re.MULTILINE))
    target = home / ".config" / "pip" / "pip.conf"
    target.parent.mkdir(parents=True)
    lines = ["[global]", *(f"{name} = {value}" for name, value in found.items())]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
