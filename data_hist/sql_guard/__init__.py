"""The SQL guard: which SQL may run on the engine, and how it is rewritten for a caller.

The only user of sqlglot in the service; knows no HTTP, no AWS and no settings.
"""

from data_hist.sql_guard.guard import MAX_SQL_BYTES, AdmittedQuery, Guard
from data_hist.sql_guard.literals import Parameter
from data_hist.sql_guard.rewrite import Edit

__all__ = ["MAX_SQL_BYTES", "AdmittedQuery", "Edit", "Guard", "Parameter"]
