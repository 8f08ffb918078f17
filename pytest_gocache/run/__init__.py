"""Run commands under observation, on a machine that a test imagines.

This room imports `caches`, `results`, `host`, `golang` and `errors`.
"""
