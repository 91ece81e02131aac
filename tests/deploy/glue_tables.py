"""The tables of the stack as Glue has them, and what is stored where."""

from typing import Any

from data_hist.catalog.document import load_document
from data_hist.catalog.sources import Source
from tests.deploy.stacks import client

SOURCES = load_document().sources
# Customers with topics of their own: none, some, as many as there may be.
CUSTOMERS = ["", "11042", "11042,11077", "11042,11077,11093"]


def glue_table(source: Source) -> dict[str, Any]:
    found = client("glue").get_table(DatabaseName=source.database, Name=source.table)
    return dict(found["Table"])


def projection(source: Source) -> dict[str, str]:
    return dict(glue_table(source)["Parameters"])


def topics_of(source: Source, customers: str) -> list[str]:
    own = [f"{source.folder}-{customer}" for customer in customers.split(",") if customer]
    return [source.folder, *own]
