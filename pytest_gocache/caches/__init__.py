"""Build caches and module caches on disk: those of a test, and the store of warm ones.

This room imports `results`, `host`, `golang` and `errors`. Only this room changes cache folders.
"""
