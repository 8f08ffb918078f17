"""The archives for PyPI: what is in them, and that the tests run from the source archive."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from uv import find_uv_bin

from tests.test_architecture import tracked_files

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
# What setuptools writes into a source archive.
_GENERATED = re.compile(r"PKG-INFO|setup\.cfg|[^/]+\.egg-info/.*")


def run(*command: str | Path, cwd: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(cwd)}
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archives, made in a clean copy of the repository."""
    copy = tmp_path_factory.mktemp("copy")
    for file in tracked_files():
        target = copy / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
    run("build", "--no-isolation", "--sdist", "--wheel", cwd=copy)
    return copy / "dist"


@pytest.fixture(scope="module")
def unpacked(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the unpacked source archive."""
    (archive,) = archives.glob("*.tar.gz")
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def test_the_source_archive_has_every_file_of_the_repository(unpacked: Path) -> None:
    packed = {file.relative_to(unpacked).as_posix() for file in unpacked.rglob("*") if file.is_file()}
    wanted = {file.relative_to(ROOT).as_posix() for file in tracked_files()}
    # Where this test runs from an archive, the repository has generated files too.
    assert {n for n in packed if not _GENERATED.fullmatch(n)} == {n for n in wanted if not _GENERATED.fullmatch(n)}


def test_tests_run_from_the_source_archive(unpacked: Path) -> None:
    tests = ("tests/golang/test_version.py", "tests/explain/test_wording.py", "tests/test_gocache_toml.py")
    printed = run("pytest", "-q", "-p", "no:cacheprovider", *tests, cwd=unpacked)
    assert re.search(r"\d\d passed", printed), printed


def test_the_wheel_has_the_package_and_nothing_else(archives: Path) -> None:
    (wheel,) = archives.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = {file.relative_to(ROOT).as_posix() for file in tracked_files() if ROOT / "pytest_gocache" in file.parents}
    assert packed == package
    assert {"pytest_gocache/py.typed", "pytest_gocache/run/shim.go"} <= packed


def needed_by(requirement: Requirement, done: set[str]) -> Iterator[Distribution]:
    """The installed distributions that a requirement needs, itself included."""
    found = distribution(requirement.name)
    if found.name not in done:
        done.add(found.name)
        yield found
    for text in found.requires or ():
        wish = Requirement(text)
        if any(not wish.marker or wish.marker.evaluate({"extra": extra}) for extra in requirement.extras or [""]):
            yield from needed_by(wish, done)


def write_wheel(installed: Distribution, folder: Path) -> None:
    """Make the wheel of an installed distribution again, so that nothing is fetched from PyPI."""
    tags = re.findall(r"^Tag: (\S+)-(\S+)-(\S+)$", installed.read_text("WHEEL") or "", re.MULTILINE)
    tag = "-".join(".".join(dict.fromkeys(part)) for part in zip(*tags, strict=True))
    name = f"{re.sub('[-_.]+', '_', installed.name)}-{installed.version}"
    files = [f for f in installed.files or () if ".." not in f.parts and "__pycache__" not in f.parts]
    with zipfile.ZipFile(folder / f"{name}-{tag}.whl", "w") as wheel:
        for file in files:
            if file.name not in ("RECORD", "INSTALLER", "REQUESTED"):
                wheel.write(str(file.locate()), str(file))
        info = next(file.parts[0] for file in files if file.name == "WHEEL")
        wheel.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in files))


# With a store of its own: the toolchain that uv unpacks is a new one each time, and no later run can use its entry.
def test_uvx_runs_the_checks_on_a_repository_without_an_installation(archives: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    index.mkdir()
    for wheel in archives.glob("*.whl"):
        shutil.copy2(wheel, index)
    for installed in needed_by(Requirement("pytest-gocache[go]"), {"pytest-gocache"}):
        write_wheel(installed, index)
    shop = tmp_path / "shop"
    (shop / "lib").mkdir(parents=True)
    (shop / "go.mod").write_text("module example.com/shop\n\ngo 1.21\n", encoding="ascii")
    (shop / "lib" / "lib.go").write_text("package lib\n", encoding="ascii")

    options = ("--offline", "--no-index", f"--find-links={index}", f"--python={sys.executable}", "--no-config")
    command = ("--from", "pytest-gocache[go]", "pytest-gocache", "check", ".")
    rest = ("--", "-v", "-k", "touch", f"--gocache-dir={tmp_path / 'store'}", f"--basetemp={tmp_path / 'pytest'}")
    done = subprocess.run(
        [find_uv_bin(), "tool", "run", *options, *command, *rest],
        cwd=shop,
        env={"HOME": str(tmp_path), "PATH": os.defpath, "UV_CACHE_DIR": str(tmp_path / "uv")},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^checks.py::test_touch_rebuilds_nothing PASSED", done.stdout, re.MULTILINE), done.stdout
    assert str(tmp_path / "uv") in done.stdout, "the toolchain is the one that uv unpacked"


def test_pypi_takes_the_archives(archives: Path) -> None:
    assert run("twine", "check", "--strict", *archives.glob("*.*"), cwd=archives).count("PASSED") == 2


def test_the_oldest_versions_are_those_that_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(text) for text in project["dependencies"] if ";" not in text]
    lines = (ROOT / "tests" / "oldest.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if not line.startswith("#")]
    assert [one.name for one in pinned] == [one.name for one in wanted]
    for pin, wish in zip(pinned, wanted, strict=True):
        ((oldest,), (lowest,)) = (list(one.specifier) for one in (pin, wish))
        assert oldest.version.removesuffix(".0").removesuffix(".0") == lowest.version, (pin, wish)
