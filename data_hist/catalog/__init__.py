"""The data dictionary: which tables and columns each version of the API serves."""

from data_hist.catalog.model import (
    ApiVersion,
    Catalog,
    Example,
    Table,
    TableColumn,
    load_catalog,
)

__all__ = ["ApiVersion", "Catalog", "Example", "Table", "TableColumn", "load_catalog"]
