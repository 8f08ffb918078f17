"""Commands under observation, on a machine that a test makes up.

This room imports `caches`, `results`, `host`, `golang` and `errors`.
"""
