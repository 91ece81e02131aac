"""What stands between the socket and the application: bounds, load, and how a worker stops.

`Load` and `Shutdown` are what the application and the server tell each other. Nothing here knows
the API.
"""

from data_hist.server.admission import ADMISSION_KEY, Admission, AdmissionMiddleware
from data_hist.server.load import Load
from data_hist.server.shutdown import SHUTDOWN_KEY, Shutdown

__all__ = ["ADMISSION_KEY", "SHUTDOWN_KEY", "Admission", "AdmissionMiddleware", "Load", "Shutdown"]
