"""An Athena emulator: enough of Athena and S3 to run queries over local files without AWS.

A separate process, for development, tests, demonstrations and small archives on one disk.
"""
