"""`data-hist catalog glue`: the catalog's tables for the AWS Glue Data Catalog."""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from data_hist.cli.arguments import Commands
from data_hist.cli.process_group import StartError, warn
from data_hist.settings import PREFIX, catalog_asked_for

if TYPE_CHECKING:
    from data_hist.catalog.sources import Source

_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9!_.*'()=/-]*))?")
_GLUE = "awsdatacatalog"


def add_command(commands: Commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "glue",
        help="describe the tables of the catalog file for AWS Glue",
        description="Print the databases and tables of the catalog file that "
        f"{PREFIX}CATALOG names, without it of the packaged one, as AWS Glue takes them. Calls no "
        "AWS.",
        epilog="Example: data-hist catalog glue --format cloudformation > tables.yaml",
    )
    parser.add_argument(
        "--archive",
        metavar="ADDRESS",
        type=_address,
        default=("", ""),
        help="where the folders of the tables are, such as s3://BUCKET or s3://BUCKET/FOLDER; "
        "required for json, and otherwise the default of a parameter",
    )
    parser.add_argument(
        "--format",
        choices=("json", "cloudformation", "terraform"),
        default="json",
        help="json: a list of the inputs of Glue's CreateDatabase and CreateTable (the default); "
        "cloudformation: a template in YAML; terraform: a module in Terraform's JSON syntax, for a "
        "file that ends in .tf.json. The last two add a policy that allows to read the tables",
    )
    parser.set_defaults(command=_glue)


def _address(text: str) -> tuple[str, str]:
    """Take an address apart into the bucket and a folder that ends in a slash, if any."""
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text} is no address such as s3://my-bucket/folder")
    folder = (match[2] or "").strip("/")
    return match[1], f"{folder}/" if folder else ""


def _glue(options: argparse.Namespace) -> int:
    from data_hist.catalog.document import load_document

    bucket, path = options.archive
    sources = _sources_of_glue(load_document(catalog_asked_for()).sources)
    if options.format == "json" and not bucket:
        raise StartError("Say where the archive is: --archive s3://BUCKET.")
    sys.stdout.write(_rendered(options.format, sources, bucket, path))
    return 0


def _sources_of_glue(sources: "Mapping[str, Source]") -> "dict[str, Source]":
    for name, source in sources.items():
        if source.catalog != _GLUE:
            warn(f"{name} is left out: it is in the data catalog {source.catalog}, not in Glue.")
    return {name: source for name, source in sources.items() if source.catalog == _GLUE}


def _rendered(name: str, sources: "Mapping[str, Source]", bucket: str, path: str) -> str:
    from data_hist.catalog.cloudformation import render_cloudformation
    from data_hist.catalog.glue import glue_documents
    from data_hist.catalog.terraform import render_terraform

    if name == "cloudformation":
        return render_cloudformation(sources, bucket, path)
    if name == "terraform":
        return render_terraform(sources, bucket, path)
    documents = glue_documents(sources, f"s3://{bucket}/{path}")
    return json.dumps(documents, indent=2, ensure_ascii=False) + "\n"
