"""Following queries to their end, for many callers with few calls."""
