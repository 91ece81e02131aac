"""Derive partition predicates from the time bounds of a query."""
