"""The archive on disk: Secor's tree of folders and the records in its files."""
