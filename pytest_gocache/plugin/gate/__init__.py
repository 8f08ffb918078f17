"""The toolchain gate: what the same tests did on two toolchains, and what of it changed.

This room imports `results` and `gocache_toml`. It listens through the hook `pytest_gocache_command`.
"""
