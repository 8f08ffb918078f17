"""Why an action or a test ran, and the text of failures.

This room imports `results`, `golang` and `errors`.
"""
