"""The Athena API: the JSON 1.1 protocol and its operations."""
