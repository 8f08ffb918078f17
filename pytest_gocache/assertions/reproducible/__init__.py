"""Two builds under different conditions, and what differs between their bytes.

This room imports `run`, `caches` and `host` as well, because it builds.
"""
