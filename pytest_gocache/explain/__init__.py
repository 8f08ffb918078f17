"""Why an action or a test ran, and how failures say it.

This room imports `results`, `golang` and `errors`.
"""
