"""Read a statement: what is Trino's grammar and what is not."""
