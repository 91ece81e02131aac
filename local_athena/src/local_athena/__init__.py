"""The embedded Athena endpoint: enough of Athena and S3 to run the service without AWS.

A process of its own, for development, tests, demonstrations and small archives on one disk. Nothing
outside this package imports it but `cli`.
"""
