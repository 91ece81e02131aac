"""What stands between the socket and the application: bounds, load, and how a worker stops.

`Load` and `Shutdown` are what the application and the server tell each other. Nothing here knows
the API.
"""

from data_hist.server.load import Load, LoadMiddleware
from data_hist.server.shutdown import STATE_KEY, Shutdown

__all__ = ["STATE_KEY", "Load", "LoadMiddleware", "Shutdown"]
