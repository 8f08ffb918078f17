"""The sources of the modules that a build needs: a module cache, the network, or none."""

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
    """The environment variables that name the sources of modules: a module cache, the network, both, or none.

    The folder ``cache/download`` of a module cache has the layout of a module proxy. Go reads it through a file URL,
    and unpacks the modules that a build needs into the module cache of the test. Raises `UsageError` for a folder that
    is not a module cache.
    """
    proxies = []
    env = {}
    if modcache is not None:
        downloads = modcache / "cache" / "download"
        if not downloads.is_dir():
            raise UsageError(f"--go-modcache: {modcache} is not a module cache: it has no folder cache/download")
        proxies.append(downloads.as_uri())
    if network:
        proxies.append(ambient.get("GOPROXY") or "https://proxy.golang.org,direct")
        env = {name: ambient[name] for name in _NETWORK if name in ambient}
        env["GOSUMDB"] = ambient.get("GOSUMDB") or "sum.golang.org"
        env["NETRC"] = ambient.get("NETRC") or f"{ambient.get('HOME', '')}/.netrc"
        env["GOAUTH"] = ambient.get("GOAUTH") or "netrc"
    return {**env, "GOPROXY": ",".join(proxies)} if proxies else {}
