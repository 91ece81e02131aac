"""Partition pruning: the time bounds of a query, and the partitions that they leave to read."""
