"""The archive on disk: folder trees of tables, and the records in their files."""
