"""Between the socket and the application: limits, overload control and graceful shutdown.

`Admission` and `Shutdown` are what the application and the server tell each other. Of the API
nothing is known here but how a caller says that it is ready to wait, and where health is asked for.
"""

from data_hist.server.admission import ADMISSION_KEY, Admission, AdmissionMiddleware, begin_work
from data_hist.server.cross_origin import CROSS_ORIGIN_KEY, CrossOrigin, CrossOriginMiddleware
from data_hist.server.load import Load
from data_hist.server.shutdown import SHUTDOWN_KEY, Shutdown

__all__ = [
    "ADMISSION_KEY",
    "CROSS_ORIGIN_KEY",
    "SHUTDOWN_KEY",
    "Admission",
    "AdmissionMiddleware",
    "CrossOrigin",
    "CrossOriginMiddleware",
    "Load",
    "Shutdown",
    "begin_work",
]
