"""Arrays and maps."""
