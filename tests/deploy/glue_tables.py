"""The tables of the stack as Glue has them, and what is stored where."""

from typing import Any

from data_hist.catalog.tables import Table, load_catalog
from tests.deploy.stacks import client

VERSION = load_catalog().versions["v0"]
# Customers with topics of their own: none, some, as many as there may be.
CUSTOMERS = ["", "11042", "11042,11077", "11042,11077,11093"]


def glue_table(table: Table) -> dict[str, Any]:
    found = client("glue").get_table(DatabaseName=VERSION.database, Name=table.physical_name)
    return dict(found["Table"])


def projection(table: Table) -> dict[str, str]:
    return dict(glue_table(table)["Parameters"])


def topics_of(table: Table, customers: str) -> list[str]:
    own = [f"{table.folder}-{customer}" for customer in customers.split(",") if customer]
    return [table.folder, *own]
