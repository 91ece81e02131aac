"""Partition pruning: the time bounds of a query, and the partitions that it has to read."""
