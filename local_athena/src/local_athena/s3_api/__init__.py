"""The objects of S3, as far as those who read query results need them."""
