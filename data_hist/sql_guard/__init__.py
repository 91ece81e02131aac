"""Which SQL may run on the engine, and what is sent for it.

The one user of sqlglot on the service's side; it must not know HTTP, AWS or settings.
"""

from data_hist.sql_guard.guard import AdmittedQuery, Guard
from data_hist.sql_guard.limits import MAX_SQL_BYTES
from data_hist.sql_guard.parameter import Parameter
from data_hist.sql_guard.rewrite import Edit

__all__ = ["MAX_SQL_BYTES", "AdmittedQuery", "Edit", "Guard", "Parameter"]
