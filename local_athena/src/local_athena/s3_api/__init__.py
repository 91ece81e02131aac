"""The part of the S3 API that clients need to read query results."""
