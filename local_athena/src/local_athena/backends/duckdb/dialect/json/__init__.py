"""JSON: Trino's own functions, those of the SQL standard, and casts."""
