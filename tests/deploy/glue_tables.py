"""The tables of a stack as Glue has them, and catalogs with another layout."""

import copy
from collections.abc import Mapping
from typing import Any

from data_hist.catalog.cloudformation import render_cloudformation
from data_hist.catalog.document import PACKAGED_FILE, load_document
from data_hist.catalog.sources import Source
from data_hist.catalog.yaml_file import parse_yaml
from tests.deploy.stacks import DATA_BUCKET, client, create_stack

SOURCES = load_document().sources
# Customers with topics of their own: none, some, as many as there may be.
CUSTOMERS = ["", "11042", "11042,11077", "11042,11077,11093"]


def changed(**changes: Any) -> dict[str, Source]:
    """The sources with other keys; those of levels are named like `dt.range`."""
    found = {}
    content = parse_yaml(PACKAGED_FILE.read_text())["sources"]
    for name, shared in content.items():
        document = copy.deepcopy(shared)
        for key, value in changes.items():
            *levels, last = key.split(".")
            place = document["partitions"] if levels else document
            for level in levels:
                place = place[level]
            place[last] = value
        found[name] = Source.model_validate(document)
    return found


def with_topics(customers: str) -> dict[str, Source]:
    """The sources with topics of some customers, as the page for operators writes them."""
    if not customers:
        return SOURCES
    found = {}
    for name, shared in parse_yaml(PACKAGED_FILE.read_text())["sources"].items():
        topic = {"projection": "enum", "values": topics_of(SOURCES[name], customers)}
        levels = {"topic": topic} | shared["partitions"]
        template = "${topic}/dt=${dt}/hr=${hr}/min=${min}/"
        of_all_topics = {"folder": "", "template": template, "partitions": levels}
        found[name] = Source.model_validate(shared | of_all_topics)
    return found


def topics_of(source: Source, customers: str) -> list[str]:
    own = [f"{source.folder}-{customer}" for customer in customers.split(",") if customer]
    return [source.folder, *own]


def create_tables(sources: Mapping[str, Source] = SOURCES, **parameters: str) -> dict[str, str]:
    """Create the stack of a catalog, and return its outputs."""
    return create_stack(render_cloudformation(sources), **DATA_BUCKET, **parameters)


def glue_table(source: Source) -> dict[str, Any]:
    found = client("glue").get_table(DatabaseName=source.database, Name=source.table)
    return dict(found["Table"])


def projection(source: Source) -> dict[str, str]:
    return dict(glue_table(source)["Parameters"])
