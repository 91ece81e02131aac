"""The stacks and modules of a catalog create the tables that its Glue documents describe."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from cfnlint.api import lint
from moto import mock_aws

from data_hist.catalog.cloudformation import render_cloudformation
from data_hist.catalog.document import load_document
from data_hist.catalog.glue import glue_documents
from data_hist.catalog.sources import Source
from data_hist.catalog.terraform import render_terraform
from tests.deploy.glue_tables import SOURCES, changed, create_tables, with_topics
from tests.deploy.stacks import DATA_BUCKET, REGION, TABLES, client, create_stack
from tests.e2e.commands import run_to_end

ARCHIVE = "s3://the-archive/"
OWN_FILE = """
sources:
  a: {database: o, table: t_1, folder: s3://other/x, tenant: null, columns: {v: {type: varchar}}}
  b: {database: o, table: t1, folder: b, tenant: null, columns: {v: {type: bigint}}}
versions:
  v0: {database: x, tables: {a: {source: a}}}
"""
LAYOUTS = {
    "default": ("", SOURCES),
    "parquet": ("raw/v1/", changed(**{"format": "parquet", "min.interval": 5})),
    "prefixes": (
        "",
        changed(template="${dt}/h${hr}/m=${min}/", **{"dt.range": ["2024-01-31", "NOW"]}),
    ),
    "topics": ("raw/", with_topics("11042,11077")),
}


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def created_documents() -> list[dict[str, Any]]:
    """What Glue has, as the inputs that created it."""
    added_by_glue = {"CatalogId", "CreateTime", "DatabaseName", "VersionId", "UpdateTime"}
    glue = client("glue")
    databases = [each["Name"] for each in glue.get_databases()["DatabaseList"]]
    tables = [
        {
            "DatabaseName": database,
            "TableInput": {key: each[key] for key in each.keys() - added_by_glue},
        }
        for database in databases
        for each in glue.get_tables(DatabaseName=database)["TableList"]
    ]
    return [*({"DatabaseInput": {"Name": name}} for name in databases), *tables]


def without_empty(of: Any) -> Any:
    """A document without what Glue leaves out or adds: empty members."""
    if isinstance(of, dict):
        kept = {key: without_empty(value) for key, value in of.items()}
        return {key: value for key, value in kept.items() if value not in (None, [], {}, "")}
    return [without_empty(each) for each in of] if isinstance(of, list) else of


def in_order(documents: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(without_empty(each), sort_keys=True) for each in documents)


def test_stack_of_the_repository_is_that_of_the_packaged_catalog() -> None:
    printed = run_to_end(["catalog", "glue", "--format", "cloudformation"])

    assert printed.stdout == TABLES.read_text(), "run scripts/deploy-tables"


@pytest.mark.parametrize(("path", "sources"), LAYOUTS.values(), ids=LAYOUTS)
def test_stack_creates_the_documents(path: str, sources: Mapping[str, Source]) -> None:
    template = render_cloudformation(sources)
    assert lint(template, regions=[REGION]) == []

    create_stack(template, **DATA_BUCKET, ArchivePath=path)

    documents = glue_documents(sources, ARCHIVE + path)
    assert in_order(created_documents()) == in_order(documents)


@pytest.mark.parametrize(("path", "sources"), LAYOUTS.values(), ids=LAYOUTS)
def test_module_creates_the_documents(path: str, sources: Mapping[str, Source]) -> None:
    module = json.loads(render_terraform(sources, "the-archive", path))

    documents = glue_documents(sources, ARCHIVE + path)
    assert in_order(terraform_documents(module)) == in_order(documents)


def test_module_and_stack_allow_the_same() -> None:
    arn = create_tables(LAYOUTS["topics"][1], ArchivePath="raw/")["ReadPolicyArn"]
    version = client("iam").get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]

    module = json.loads(render_terraform(LAYOUTS["topics"][1], "the-archive", "raw/"))

    policy = module["resource"]["aws_iam_policy"]["data_hist_read"]["policy"]
    assert json.loads(interpolated(policy, module)) == version["Document"]


def terraform_documents(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the provider would ask Glue to create: its arguments are named after Glue's members."""
    resources = module["resource"]
    for database in resources["aws_glue_catalog_database"].values():
        yield {"DatabaseInput": spelt(database, module)}
    for table in resources["aws_glue_catalog_table"].values():
        made = spelt(table, module)
        reference = re.fullmatch(
            r"\$\{aws_glue_catalog_database\.([\w-]+)\.name\}", table["database_name"]
        )
        assert reference is not None
        del made["DatabaseName"]
        database = resources["aws_glue_catalog_database"][reference[1]]["name"]
        storage = made["StorageDescriptor"]
        storage["SerdeInfo"] = storage.pop("SerDeInfo")
        yield {"DatabaseName": database, "TableInput": made}


def spelt(of: Any, module: dict[str, Any]) -> Any:
    if isinstance(of, list):
        return [spelt(each, module) for each in of]
    if not isinstance(of, dict):
        return interpolated(of, module)
    return {
        "".join(part.title() for part in key.split("_")): (
            {name: interpolated(text, module) for name, text in value.items()}
            if key == "parameters"
            else spelt(value, module)
        )
        for key, value in of.items()
    }


def interpolated(text: str, module: dict[str, Any]) -> str:
    """What Terraform makes of a text: `${...}` is a reference, and `$${` stands for itself."""
    known = {
        **{f"var.{name}": each["default"] for name, each in module["variable"].items()},
        "data.aws_partition.current.partition": "aws",
        "data.aws_region.current.id": REGION,
        "data.aws_caller_identity.current.account_id": "123456789012",
    }

    def put(found: re.Match[str]) -> str:
        return "${" if found[0] == "$${" else known.get(found[1], found[0])

    return re.sub(r"\$\$\{|\$\{([^}]*)\}", put, text)


def test_other_buckets_and_similar_names_are_kept_apart(tmp_path: Any) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(OWN_FILE)
    sources = load_document(file).sources

    outputs = create_tables(sources)

    assert in_order(created_documents()) == in_order(glue_documents(sources, ARCHIVE))
    version = client("iam").get_policy_version(PolicyArn=outputs["ReadPolicyArn"], VersionId="v1")
    reads = [
        each
        for each in version["PolicyVersion"]["Document"]["Statement"]
        if "s3:" in each["Action"]
    ]
    assert reads[0]["Resource"] == ["arn:aws:s3:::other/x/*"]
    assert len(json.loads(render_terraform(sources))["resource"]["aws_glue_catalog_table"]) == 2


def test_glue_accepts_the_documents() -> None:
    glue = client("glue")
    for document in glue_documents(SOURCES, ARCHIVE):
        create = glue.create_table if "TableInput" in document else glue.create_database
        create(**document)

    assert len(glue.get_tables(DatabaseName="data_hist")["TableList"]) == len(SOURCES)
