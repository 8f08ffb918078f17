"""Build caches and module caches on disk, and the store of warm build caches.

This room imports `results`, `host`, `golang` and `errors`. Only this room changes cache folders.
"""
