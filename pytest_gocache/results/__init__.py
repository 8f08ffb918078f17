"""What go commands did, as values, and questions to these values.

This room imports `golang` and `errors`.
"""
