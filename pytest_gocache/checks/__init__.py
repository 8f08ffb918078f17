"""Ready-made checks for any Go repository: ``pytest --pyargs pytest_gocache.checks --go-repo PATH``.

This room imports every other room. No room imports it.
"""
