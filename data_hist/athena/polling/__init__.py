"""Polls the state of queries on behalf of many callers with few calls."""
