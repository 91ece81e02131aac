"""Tables as Athena describes them in `TableMetadata`."""

import copy
from typing import Any

from data_hist.catalog.glue import glue_documents
from data_hist.catalog.sources import Source


def table_metadata(source: Source, archive: str) -> dict[str, Any]:
    """The table as `data-hist catalog glue` makes it, as Athena describes tables."""
    table = copy.deepcopy(glue_documents({source.table: source}, archive)[-1]["TableInput"])
    storage = table["StorageDescriptor"]
    serde = storage["SerdeInfo"]
    return {
        "Name": table["Name"],
        "Columns": storage["Columns"],
        "PartitionKeys": table["PartitionKeys"],
        "Parameters": {
            **table["Parameters"],
            "location": storage["Location"],
            "inputformat": storage["InputFormat"],
            "outputformat": storage["OutputFormat"],
            "serde.serialization.lib": serde["SerializationLibrary"],
            "transient_lastDdlTime": "1795158000",
            **{f"serde.param.{key}": value for key, value in serde.get("Parameters", {}).items()},
        },
    }
