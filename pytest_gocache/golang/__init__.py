"""What the go command reads and prints: text in, values out, no I/O.

This room imports `errors` only.
"""
