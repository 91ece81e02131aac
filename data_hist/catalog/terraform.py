"""Render a Terraform module, in its JSON syntax, of the tables of a catalog and who reads them."""

import json
from collections.abc import Mapping
from typing import Any, Final

from data_hist.catalog.glue import glue_documents
from data_hist.catalog.read_policy import (
    ARCHIVE,
    ARCHIVE_BUCKET,
    ARCHIVE_PATH,
    ATHENA_ARN,
    GLUE_ARN,
    S3_ARN,
    fill_in,
    put,
    read_policy,
)
from data_hist.catalog.sources import Source

_ARN: Final = "arn:${data.aws_partition.current.partition}:"
# `id` is the name of the region in all versions of the provider.
_OF_ACCOUNT: Final = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:"
_PLACES: Final = {
    ARCHIVE: "s3://${var.data_bucket}/${var.archive_path}",
    ARCHIVE_PATH: "${var.archive_path}",
    ARCHIVE_BUCKET: f"{_ARN}s3:::${{var.data_bucket}}",
    S3_ARN: f"{_ARN}s3:::",
    ATHENA_ARN: f"{_ARN}athena:{_OF_ACCOUNT}",
    GLUE_ARN: f"{_ARN}glue:{_OF_ACCOUNT}",
}


def render_terraform(sources: Mapping[str, Source], bucket: str = "", path: str = "") -> str:
    """Render the module, for a file that ends in `.tf.json`.

    Args:
        sources: The sources of a catalog.
        bucket: The bucket of the archive, unless a variable gives it.
        path: The folder of the archive in it, empty or ending in a slash.
    """
    policy = fill_in(read_policy(sources), _text)
    module = {
        "variable": _variables(bucket, path),
        "data": {
            "aws_caller_identity": {"current": {}},
            "aws_partition": {"current": {}},
            "aws_region": {"current": {}},
        },
        "resource": {
            **_glue_resources(sources),
            "aws_iam_policy": {
                "data_hist_read": {
                    "description": "What data_hist reads.",
                    "policy": json.dumps(policy),
                }
            },
        },
        "output": {
            "read_policy_arn": {
                "description": "The right to read the tables, for the role of the service.",
                "value": "${aws_iam_policy.data_hist_read.arn}",
            }
        },
    }
    return json.dumps(module, indent=2, ensure_ascii=False) + "\n"


def _variables(bucket: str, path: str) -> dict[str, Any]:
    return {
        "data_bucket": {
            "type": "string",
            "description": "Bucket of the archive.",
            **({"default": bucket} if bucket else {}),
        },
        "archive_path": {
            "type": "string",
            "description": 'Folder of the archive in the bucket, empty or ending in "/".',
            "default": path,
        },
    }


def _glue_resources(sources: Mapping[str, Source]) -> dict[str, Any]:
    databases: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    for document in glue_documents(sources, ARCHIVE):
        if "DatabaseInput" in document:
            name = document["DatabaseInput"]["Name"]
            databases[name] = {"name": name}
        else:
            table = fill_in(document["TableInput"], _text)
            database = document["DatabaseName"]
            # A dash, which no name contains, keeps them apart.
            tables[f"{database}-{table['Name']}"] = _table(database, table)
    return {"aws_glue_catalog_database": databases, "aws_glue_catalog_table": tables}


def _table(database: str, table: Mapping[str, Any]) -> dict[str, Any]:
    storage = table["StorageDescriptor"]
    serde = storage["SerdeInfo"]
    return {
        "database_name": f"${{aws_glue_catalog_database.{database}.name}}",
        "name": table["Name"],
        "description": table["Description"],
        "table_type": table["TableType"],
        "parameters": table["Parameters"],
        "partition_keys": _columns(table["PartitionKeys"]),
        "storage_descriptor": {
            "location": storage["Location"],
            "input_format": storage["InputFormat"],
            "output_format": storage["OutputFormat"],
            "ser_de_info": {
                "serialization_library": serde["SerializationLibrary"],
                "parameters": serde.get("Parameters", {}),
            },
            "columns": _columns(storage["Columns"]),
        },
    }


def _columns(columns: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key.lower(): value for key, value in column.items()} for column in columns]


def _text(text: str) -> str:
    return put(_PLACES, text.replace("${", "$${").replace("%{", "%%{"))
