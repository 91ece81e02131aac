"""Benchmarks of the service against other ways to read the same rows; see README.md."""
