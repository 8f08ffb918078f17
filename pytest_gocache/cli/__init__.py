"""The command line ``pytest-gocache``: thin over the other rooms."""
