"""Ready-made checks for any Go repository: ``pytest --pyargs pytest_gocache.checks --go-repo PATH``.

This room may import every other room. No room imports it.
"""
