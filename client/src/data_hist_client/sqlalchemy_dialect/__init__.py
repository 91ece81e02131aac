"""The dialect `data_hist://` of SQLAlchemy."""

from data_hist_client.sqlalchemy_dialect.dialect import DataHistDialect, HttpDialect
from data_hist_client.sqlalchemy_dialect.types import type_of

__all__ = ["DataHistDialect", "HttpDialect", "type_of"]
