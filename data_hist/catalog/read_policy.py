"""The IAM policy that lets the service read the tables of a catalog.

Where the archive is stays open: marks stand for what CloudFormation or Terraform puts there.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, product
from typing import Any, Final

from data_hist.catalog.sources import EnumLevel, Source
from data_hist.settings import Settings

# No name or address contains them.
ARCHIVE: Final = "\0archive/"
"""The address of the archive, ending in a slash."""
ARCHIVE_PATH: Final = "\0path\0"
"""The folder of the archive in its bucket, empty or ending in a slash."""
ARCHIVE_BUCKET: Final = "\0bucket\0"
"""The ARN of its bucket."""
S3_ARN: Final = "\0s3\0"
"""What comes before the name of a bucket in its ARN."""
ATHENA_ARN: Final = "\0athena\0"
GLUE_ARN: Final = "\0glue\0"
"""What comes before `database/` in the ARN of a database."""

_MOST_NAMED: Final = 20
_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")


def fill_in(value: Any, render_text: Callable[[str], Any]) -> Any:
    """Render all texts of a document."""
    if isinstance(value, dict):
        return {key: fill_in(each, render_text) for key, each in value.items()}
    if isinstance(value, list):
        return [fill_in(each, render_text) for each in value]
    return render_text(value) if isinstance(value, str) else value


def put(places: Mapping[str, str], text: str) -> str:
    """Replace the marks in a text."""
    for mark, rendered in places.items():
        text = text.replace(mark, rendered)
    return text


def read_policy(sources: Mapping[str, Source]) -> dict[str, Any]:
    """Build the document of the policy.

    It names tables and folders if they are few, since a policy has 6,144 characters at the most.
    """
    empty_database: str = Settings.model_fields["default_database"].default
    databases = sorted({empty_database, *(source.database for source in sources.values())})
    tables = sorted({f"{source.database}/{source.table}" for source in sources.values()})
    all_tables = sorted({f"{source.database}/*" for source in sources.values()})
    return {
        "Version": "2012-10-17",
        "Statement": [
            # `data-hist catalog check --glue` asks for them.
            _allow(
                ["athena:GetDatabase", "athena:GetTableMetadata"],
                [f"{ATHENA_ARN}datacatalog/AwsDataCatalog"],
            ),
            _allow(
                ["glue:GetDatabase", "glue:GetPartitions", "glue:GetTable"],
                [
                    f"{GLUE_ARN}catalog",
                    *(f"{GLUE_ARN}database/{name}" for name in databases),
                    *(f"{GLUE_ARN}table/{name}" for name in _few(tables, all_tables)),
                ],
            ),
            *_of_buckets(sources.values()),
        ],
    }


def _of_buckets(sources: Iterable[Source]) -> Iterator[dict[str, Any]]:
    folders: dict[str, set[str]] = {}
    for source in sources:
        for bucket, folder in _folders(source):
            folders.setdefault(bucket, set()).add(folder)
    for bucket, found in folders.items():
        of_all = ARCHIVE_PATH if bucket == ARCHIVE_BUCKET else ""
        prefixes = [f"{folder}*" for folder in _few(sorted(found), [of_all])]
        yield _allow("s3:GetObject", [f"{bucket}/{prefix}" for prefix in prefixes])
        listing = {"Condition": {"StringLike": {"s3:prefix": prefixes}}}
        yield _allow("s3:ListBucket", [bucket]) | listing
        yield _allow("s3:GetBucketLocation", [bucket])


def _folders(source: Source) -> Iterator[tuple[str, str]]:
    """The ARN of the bucket, and each folder that holds records, as far as it is known."""
    bucket, path = ARCHIVE_BUCKET, ARCHIVE_PATH + source.folder
    if source.folder.startswith("s3://"):
        name, _, path = source.folder.removeprefix("s3://").partition("/")
        bucket = S3_ARN + name
    if source.folder:
        path = f"{path}/".removeprefix("/")
    for folder in _known_folders(source):
        yield bucket, path + folder


def _known_folders(source: Source) -> list[str]:
    """The outermost folders below that of the source, with the names of lists."""
    folders = [""]
    for part in (source.template or "").split("/")[:-1]:
        levels = [source.partitions.get(name) for name in _PLACEHOLDER.findall(part)]
        lists = [level.values for level in levels if isinstance(level, EnumLevel)]
        if len(lists) < len(levels):
            break
        literals = _PLACEHOLDER.sub("\0", part).split("\0")
        folders = [
            folder + "".join(chain(*zip(literals, (*values, "/"), strict=True)))
            for folder in folders
            for values in product(*lists)
        ]
    return folders if len(folders) <= _MOST_NAMED else [""]


def _few(names: list[str], otherwise: list[str]) -> list[str]:
    return names if len(names) <= _MOST_NAMED else otherwise


def _allow(actions: str | list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}
