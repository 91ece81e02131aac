"""Queries: FROM and its tables, grouping, ordering, windows, and what names mean in each place."""
