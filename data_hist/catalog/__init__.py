"""The data dictionary: the tables and columns of each version of the API."""

from data_hist.catalog.model import (
    ApiVersion,
    Catalog,
    Example,
    Table,
    TableColumn,
    load_catalog,
)

__all__ = ["ApiVersion", "Catalog", "Example", "Table", "TableColumn", "load_catalog"]
