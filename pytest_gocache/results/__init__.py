"""What go commands did, as values, and functions that answer questions about them.

This room imports `golang` and `errors`.
"""
