"""Authentication: the credentials and the tenant of a request."""
