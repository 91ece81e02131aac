"""Who is asking: the credentials and the tenant of a request."""
