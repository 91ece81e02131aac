"""The SQL guard: which SQL may run on the engine, and how it is rewritten for a caller.

The only user of sqlglot in the service; knows no HTTP, no AWS and no settings.
"""
