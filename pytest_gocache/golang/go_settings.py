"""The settings of the go command that a recording may have, and the names of variables that may hold secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["looks_secret", "recordable"]

# Those that choose what is built, how, and where. Left out are the ones that may contain a password: GOPROXY, GOAUTH,
# GOPRIVATE and their kind. No cache key has them.
_RECORDABLE = frozenset(
    (
        *("AR", "CC", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_ENABLED", "CGO_FFLAGS", "CGO_LDFLAGS"),
        *("CXX", "FC", "GCCGO", "GCCGOTOOLDIR", "GO111MODULE", "GO386", "GOAMD64", "GOARCH", "GOARM"),
        *("GOARM64", "GOBIN", "GOCACHE", "GOCOMPILEDEBUG", "GODEBUG", "GOENV", "GOEXPERIMENT", "GOFIPS140"),
        *("GOFLAGS", "GOHOSTARCH", "GOHOSTOS", "GOMAXPROCS", "GOMIPS", "GOMIPS64", "GOMODCACHE", "GOOS"),
        *("GOPATH", "GOPPC64", "GORISCV64", "GOROOT", "GOTMPDIR", "GOTOOLCHAIN", "GOWASM", "GOWORK"),
        *("GO_EXTLINK_ENABLED", "PKG_CONFIG"),
    )
)
_SECRET = re.compile(
    r"TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|COOKIE|SESSION|PRIVATE|SIGNATURE|_?KEY(?:$|_)", re.IGNORECASE
)
_NO_SECRET = frozenset({"PWD", "OLDPWD"})


def recordable(env: Mapping[str, str]) -> dict[str, str]:
    """The known settings of the go command in an environment. Of a cache program, only the program."""
    found = {name: value for name, value in env.items() if name in _RECORDABLE}
    if program := env.get("GOCACHEPROG", "").split(" ", 1)[0]:
        found["GOCACHEPROG"] = program
    return found


def looks_secret(variable: str) -> bool:
    """Whether the name of a variable says that its value may be a secret: ``API_TOKEN``, ``DB_PASSWORD``."""
    return variable not in _NO_SECRET and _SECRET.search(variable) is not None
