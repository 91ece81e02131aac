"""Poll the state of queries for many callers with few calls."""
