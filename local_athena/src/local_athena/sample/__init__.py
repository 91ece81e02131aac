"""The sample archive: its records and its folder layout."""
