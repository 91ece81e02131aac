"""How gunicorn runs the service; what is not here is a command-line option of `data-hist`."""

from data_hist.logs import LOGGING

wsgi_app = "data_hist.app:create_app()"
worker_class = "uvicorn_worker.UvicornWorker"
# A query may be waited for during 30 seconds, and a stopping worker lets its waiters finish.
graceful_timeout = 35
timeout = 60
keepalive = 75
logconfig_dict = LOGGING
