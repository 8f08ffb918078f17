"""Cache tests as scripts: txtar archives in the language of Go's own script tests.

A client of the other rooms. Only `plugin` imports it.
"""
