"""Run statements: the queue, the workers, the executions and their result files.

Knows no wire protocol; the backend knows SQL and files.
"""
