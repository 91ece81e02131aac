"""Time bounds of a query, and the partitions that they leave to read; knows no SQL syntax tree."""
