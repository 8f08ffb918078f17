"""What a bare go command did, read from the commands that ``go -x`` prints: the oracle for the verdicts of the library."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Archives", "BareRun", "UnreadableError"]

_WORK = re.compile(r"WORK=(\S+)$")
_HEREDOC = re.compile(r"cat >(\S+) << 'EOF'")
_ECHO = re.compile(r"echo '(.*)' > (\S+) # internal$", re.DOTALL)
_COMPILE = re.compile(r"/compile -o (\S+/_pkg_\.a) ")
_CGO = re.compile(r"/cgo -objdir (\S+)/ -importpath (\S+) ")
_LINK = re.compile(r"/link -o (.*?) -importcfg (\S+/importcfg\.link) ")
_ENDED = re.compile(r"buildid -w (.*?) # internal$")
_KEPT = re.compile(r"^cp (\S+/_pkg_\.a) \S+/([0-9a-f]{64})-d # internal$")
_VET = re.compile(r"/(?:vet|fix) .*?(\S+/vet\.cfg)$")
_TESTED = re.compile(r"^(?:\S+ )?(\S+/b\d+)/\S*\.test(?:\.exe)? -test\.")
_ID = re.compile(r" -buildid[ =]([^/\s]+)/")


class UnreadableError(Exception):
    """``go -x`` printed a command in a form that is not known here."""


@dataclass
class Archives:
    """The test variants whose compiled packages are in the build cache, by the name of their file there."""

    variants: dict[str, str] = field(default_factory=dict)
    """SHA-256 of the compiled package → the import path of the package under test."""


@dataclass
class _Compile:
    key: str
    """The action ID."""
    name: str | None
    """The package, with its test variant; None when the printed commands do not tell."""
    is_std: bool
    ended: bool = False


@dataclass
class BareRun:
    """What ``go -x`` printed, and what it says about compiles, links, vets and tests."""

    stderr: str
    archives: Archives
    returncode: int = 0
    compiles: dict[str, _Compile] = field(default_factory=dict)
    """By the path of the compiled package."""
    links: dict[str, str] = field(default_factory=dict)
    """Action ID of the link → package."""
    only_run: set[str] = field(default_factory=set)
    """Action IDs of the links of binaries without debug information, which Go only runs."""
    failed_links: set[str] = field(default_factory=set)
    """Action IDs of links that failed, but for those in `only_run`: Go 1.21 does not print how they ended."""
    vetted: set[str] = field(default_factory=set)
    """Packages that vet reports on."""
    vetted_covered: set[str] = field(default_factory=set)
    """Packages that vet reports on, in the form with coverage: the package itself, or that for its test."""
    tested: set[str] = field(default_factory=set)
    """Packages whose test binary was started."""
    stopped: set[str] = field(default_factory=set)
    """Packages that cgo or cover ran for, and not the compiler."""
    _before: dict[str, str] = field(default_factory=dict)
    """Folder of a package → package that cgo or cover ran for."""
    _files: dict[str, str] = field(default_factory=dict)
    _owners: dict[str, str] = field(default_factory=dict)
    """Path of a compiled package → the package under test that it was compiled for."""
    _binaries: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path of a binary → key and package of the link."""
    _linked_in: dict[str, str] = field(default_factory=dict)
    """Folder of a link → package."""

    def __post_init__(self) -> None:
        readers = {
            _COMPILE: self._compile,
            _LINK: self._link,
            _CGO: self._cgo,
            _ENDED: self._end,
            _KEPT: self._keep,
            _VET: self._vet,
            _TESTED: self._test,
        }
        for line in self._lines():
            for expression, read in readers.items():
                if match := expression.search(line):
                    read(match, line)
                    break
        for path, text in self._files.items():
            if path.endswith("/pkgcfg.txt"):
                self._before[path.rpartition("/")[0]] = json.loads(text)["PkgPath"]
        compiled = {path.rpartition("/")[0] for path in self.compiles}
        self.stopped = {name for folder, name in self._before.items() if folder not in compiled}

    def _lines(self) -> Iterator[str]:
        """The printed commands, with the files that they write kept aside, and one name for each temporary folder."""
        runs, work = 0, ""
        lines = iter(self.stderr.splitlines())
        for line in lines:
            if match := _WORK.match(line):
                # Each go command of a program has a temporary folder of its own.
                runs, work = runs + 1, match[1]
                continue
            if work:
                line = line.replace(work, "$WORK").replace("$WORK", f"/work-{runs}")  # noqa: PLW2901
            if match := _HEREDOC.match(line):
                text: list[str] = []
                for inner in lines:
                    if inner.endswith("EOF"):  # what is written may lack its last newline
                        text.append(inner.removesuffix("EOF"))
                        break
                    text.append(inner.replace(work, f"/work-{runs}"))
                self._files[match[1]] = "\n".join(text)
            elif match := _ECHO.match(line):
                self._files[match[2]] = match[1]
            else:
                yield line

    def _compile(self, match: re.Match[str], line: str) -> None:
        path = match[1]
        words = shlex.split(line)
        package = words[words.index("-p") + 1]
        sources = [word.rpartition("/")[2] for word in words[words.index("-pack") :] if word.endswith(".go")]
        owner, name = self._variant_of(path, package, sources)
        if "-coveragecfg" in line and name == package:
            name = None  # for coverage, Go compiles a package for its test that has no test files
        if owner:
            self._owners[path] = owner
        self.compiles[path] = _Compile(_key(line), name, "-std" in words)

    def _variant_of(self, path: str, package: str, sources: list[str]) -> tuple[str, str | None]:
        """The package under test that a package is compiled for, and the name of this variant."""
        tests = [source.endswith("_test.go") for source in sources]
        if package == "main":
            return "", None  # only its link has the path
        if any(tests):
            user_made = [test for test, source in zip(tests, sources, strict=True) if not source.startswith("_cgo_")]
            external = all(user_made) and package.endswith("_test")
            owner = package.removesuffix("_test") if external else package
            return owner, f"{package} [{owner}.test]"
        imported = self._packagefiles(path.rpartition("/")[0] + "/importcfg")
        owners = {self._owner(archive) for _, archive in imported} - {""}
        if len(owners) > 1:
            raise UnreadableError(f"{package} imports variants for several tests: {sorted(owners)}")
        for owner in owners:
            return owner, f"{package} [{owner}.test]"
        return "", package

    def _owner(self, archive: str) -> str:
        name = archive.rpartition("/")[2].removesuffix("-d")
        return self._owners.get(archive) or self.archives.variants.get(name, "")

    def _packagefiles(self, path: str) -> list[tuple[str, str]]:
        lines = self._files.get(path, "").splitlines()
        found = [line.removeprefix("packagefile ").partition("=") for line in lines if line.startswith("packagefile ")]
        return [(package, archive) for package, _, archive in found]

    def _cgo(self, match: re.Match[str], _: str) -> None:
        self._before[match[1]] = match[2].strip("\"'")

    def _link(self, match: re.Match[str], line: str) -> None:
        target, config = match[1], match[2]
        package, archive = self._packagefiles(config)[0]
        key = _key(line)
        self.links[key] = package
        if " -s -w " in line:
            self.only_run.add(key)
        else:
            self.failed_links.add(key)
        self._binaries[target] = key, package
        self._linked_in[config.rpartition("/")[0]] = package
        if archive in self.compiles:
            self.compiles[archive].name = self.compiles[archive].name or package

    def _end(self, match: re.Match[str], _: str) -> None:
        path = match[1].strip("\"'")
        if path in self.compiles:
            self.compiles[path].ended = True
        elif path in self._binaries:
            self.failed_links.discard(self._binaries[path][0])

    def _keep(self, match: re.Match[str], _: str) -> None:
        if match[1] in self._owners:
            self.archives.variants[match[2]] = self._owners[match[1]]

    def _vet(self, match: re.Match[str], _: str) -> None:
        config = json.loads(self._files[match[1]])
        if config["VetxOnly"]:
            return
        package, files = config["ImportPath"], [name.rpartition("/")[2] for name in config["GoFiles"]]
        tests = [name.endswith("_test.go") for name in files if not name.startswith("_cgo_")]
        if not any(tests):
            covered = any(name.endswith(".cover.go") for name in files)
            (self.vetted_covered if covered else self.vetted).add(package)
        elif all(tests) and package.endswith("_test"):
            self.vetted.add(f"{package} [{package.removesuffix('_test')}.test]")
        else:
            self.vetted.add(f"{package} [{package}.test]")

    def _test(self, match: re.Match[str], _: str) -> None:
        folder = match[1]
        if folder not in self._linked_in:
            raise UnreadableError(f"a test binary that was not linked: {folder}")
        self.tested.add(self._linked_in[folder].removesuffix(".test"))


def _key(line: str) -> str:
    match = _ID.search(line)
    if match is None:
        raise UnreadableError(f"no build ID: {line}")
    return match[1]
