"""The objects of the archive: where Glue says that a table has them, and what S3 lists of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from data_hist.athena.executions import require_member
from data_hist.athena.table_metadata import TableMetadataReader
from data_hist.athena.transport import deadline, translated_errors
from data_hist.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient as Athena
    from mypy_boto3_s3 import S3Client

# Athena does not read objects of these classes.
_ARCHIVED: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})


class ArchiveObject(NamedTuple):
    """An object that Athena may read."""

    key: str
    object_bytes: int


@dataclass(frozen=True)
class ObjectPage:
    """Up to 1,000 objects in the order of their keys, and the token of the next page."""

    objects: Sequence[ArchiveObject]
    token: str | None


class ArchiveObjects:
    """Finds and lists the objects of the archive. Thread-safe.

    Every method raises `EngineUnavailable`, `EngineFailed` or `Throttled` if AWS fails or refuses.

    Args:
        settings: Those of the clients.
        athena, s3: Clients of boto3.
        list_seconds: How long a call of S3 may take, which is not repeated.
    """

    def __init__(
        self, settings: Settings, athena: "Athena", s3: "S3Client", list_seconds: float
    ) -> None:
        self._tables = TableMetadataReader(settings, athena)
        self._s3 = s3
        self._list_seconds = list_seconds

    def location_template(self, catalog: str, database: str, table: str) -> str | None:
        """Return the address of the files of a partition, with each of its columns as `${column}`.

        None if there is no such table, or if its files are not on S3.
        """
        metadata = self._tables.read_table(catalog, database, table)
        template = None if metadata is None else _template(metadata)
        return template if template and template.startswith("s3://") else None

    def list_page(self, bucket: str, prefix: str, token: str | None) -> ObjectPage:
        """List the objects whose keys begin with a prefix, without those that are archived."""
        paging: dict[str, Any] = {"ContinuationToken": token} if token else {}
        with deadline(self._list_seconds), translated_errors():
            response = self._s3.list_objects_v2(Bucket=bucket, Prefix=prefix, **paging)
            objects = [
                ArchiveObject(each["Key"], int(each["Size"]))
                for each in response.get("Contents", [])
                if each.get("StorageClass") not in _ARCHIVED
            ]
        has_more = require_member(response, "IsTruncated", bool)
        following = require_member(response, "NextContinuationToken", str) if has_more else None
        return ObjectPage(objects, following)


def _template(metadata: Mapping[str, Any]) -> str:
    parameters: Mapping[str, str] = metadata.get("Parameters", {})
    is_projected = parameters.get("projection.enabled", "").lower() == "true"
    template = parameters.get("storage.location.template") if is_projected else None
    if template:
        return template
    keys = [key["Name"] for key in metadata.get("PartitionKeys", ())]
    location = parameters.get("location", "").rstrip("/")
    return f"{location}/" + "".join(f"{key}=${{{key}}}/" for key in keys)
