"""Where the modules that a build needs come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pytest_gocache.errors import UsageError

__all__ = ["module_sources"]

_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE"),
    *("SSL_CERT_DIR", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE", "SSH_AUTH_SOCK"),
)


def module_sources(modcache: Path | None, ambient: Mapping[str, str], *, network: bool) -> dict[str, str]:
    """The environment that says where modules may come from: a module cache that is only read, the network, nothing.

    What Go keeps below ``cache/download`` is laid out as a module proxy is: Go reads it by a file URL, and unpacks into
    the private module cache only what the build needs. Raises `UsageError` for a folder that is no module cache.
    """
    proxies = []
    env = {}
    if modcache is not None:
        downloads = modcache / "cache" / "download"
        if not downloads.is_dir():
            raise UsageError(f"--go-modcache: {modcache} is no module cache: it has no folder cache/download")
        proxies.append(downloads.as_uri())
    if network:
        proxies.append(ambient.get("GOPROXY") or "https://proxy.golang.org,direct")
        env = {name: ambient[name] for name in _NETWORK if name in ambient}
        env["GOSUMDB"] = ambient.get("GOSUMDB") or "sum.golang.org"
        env["NETRC"] = ambient.get("NETRC") or f"{ambient.get('HOME', '')}/.netrc"
        env["GOAUTH"] = ambient.get("GOAUTH") or "netrc"
    return {**env, "GOPROXY": ",".join(proxies)} if proxies else {}
