"""Trino's data types, their names and coercions, and expressions of a known type."""
