"""The use cases: submit, validate, follow, list and cancel queries, and read their results.

Knows nothing of HTTP.
"""
