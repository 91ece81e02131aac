"""Run statements on a Trino cluster, as they are."""
