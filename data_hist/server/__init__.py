"""The HTTP server: gunicorn's configuration and worker, the listener and the HTTP/1.1 protocol."""
