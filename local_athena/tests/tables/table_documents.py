"""A table with each kind of projection, as a document of AWS Glue."""

from collections.abc import Mapping
from typing import Any

HCATALOG = "org.apache.hive.hcatalog.data.JsonSerDe"
OPENX = "org.openx.data.jsonserde.JsonSerDe"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
TEMPLATE = "s3://lake/raw/${kind}/dt=${dt}/h-${hour}.d/"


def table_input(**changes: Any) -> dict[str, Any]:
    """A table with each kind of projection."""
    storage = {
        "Location": "s3://lake/raw/orders/",
        "Columns": [
            {"Name": "Id", "Type": "bigint", "Comment": "The order."},
            {"Name": "total", "Type": "decimal(10, 2)"},
            {"Name": "payload", "Type": "string"},
        ],
        "SerdeInfo": {"SerializationLibrary": OPENX},
    }
    keys = [("kind", "string"), ("dt", "string"), ("hour", "int")]
    return {
        "Name": "Orders",
        "StorageDescriptor": storage | changes.pop("StorageDescriptor", {}),
        "PartitionKeys": [{"Name": name, "Type": of} for name, of in keys],
        "Parameters": {
            "projection.enabled": "true",
            "projection.kind.type": "enum",
            "projection.kind.values": "orders,returns",
            "projection.dt.type": "date",
            "projection.dt.format": "yyyy-MM-dd",
            "projection.dt.range": "2024-01-01,NOW",
            "projection.hour.type": "integer",
            "projection.hour.range": "0,23",
            "projection.hour.digits": "2",
            "storage.location.template": TEMPLATE,
        }
        | changes.pop("Parameters", {}),
    } | changes


def document(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"DatabaseName": "shop", "TableInput": of}
