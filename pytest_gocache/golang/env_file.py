"""Reads the files with settings of the go command: the one that ``go env -w`` writes, and ``go.env`` in GOROOT."""

from __future__ import annotations

__all__ = ["settings_in"]

# What Go takes from these files (``internal/cfg.KnownEnv``), except for what it computes: GOROOT, GOTOOLDIR, ….
_SETTINGS = frozenset(
    """
    AR CC CGO_CFLAGS CGO_CFLAGS_ALLOW CGO_CFLAGS_DISALLOW CGO_CPPFLAGS CGO_CPPFLAGS_ALLOW CGO_CPPFLAGS_DISALLOW
    CGO_CXXFLAGS CGO_CXXFLAGS_ALLOW CGO_CXXFLAGS_DISALLOW CGO_ENABLED CGO_FFLAGS CGO_FFLAGS_ALLOW CGO_FFLAGS_DISALLOW
    CGO_LDFLAGS CGO_LDFLAGS_ALLOW CGO_LDFLAGS_DISALLOW CXX FC GCCGO GO111MODULE GO386 GOAMD64 GOARCH GOARM GOARM64
    GOAUTH GOBIN GOCACHE GOCACHEPROG GOEXPERIMENT GOFIPS140 GOFLAGS GOINSECURE GOMIPS GOMIPS64 GOMODCACHE GONOPROXY
    GONOSUMDB GOOS GOPATH GOPPC64 GOPRIVATE GOPROXY GORISCV64 GOSUMDB GOTMPDIR GOTOOLCHAIN GOVCS GOWASM GOWORK
    GO_EXTLINK_ENABLED PKG_CONFIG
    """.split()  # noqa: SIM905 - a list of words
)


def settings_in(text: str) -> dict[str, str]:
    """The settings in a file: variable → value. Source: ``cmd/go/internal/cfg.readEnvFile``, in Go 1.21 to 1.27.

    A line without ``=`` is a comment. Go unquotes nothing, and keeps all spaces.
    """
    pairs = (line.partition("=") for line in text.split("\n"))
    return {name: value for name, equals, value in pairs if equals and name in _SETTINGS}
