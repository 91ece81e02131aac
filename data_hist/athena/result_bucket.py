"""The result bucket as the sweeper sees it: what lies below a prefix, and taking it away."""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.config import Config

from data_hist.athena.errors import translated_errors
from data_hist.athena.sessions import CONFIG, session_from
from data_hist.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_log = logging.getLogger(__name__)

# Nobody waits for a sweep, so that botocore itself may call again.
_CONFIG = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 3}))

# The ETag of an object in parts ends with their number; a single one is begun and ended at once.
_SEVERAL_PARTS = re.compile(r'-(?!1"?$)[0-9]+"?$', re.ASCII)

BATCH = 1000
"""Objects that S3 lists, and deletes, in one call."""


@dataclass(frozen=True)
class StoredObject:
    """An object; of one that was uploaded in several parts `modified_at` is when that began."""

    key: str
    object_bytes: int
    modified_at: datetime
    in_parts: bool


class ResultBucket:
    """The bucket that takes the results.

    Every method raises `EngineUnavailable`, `EngineFailed` or `Throttled` when S3 does not answer
    as it should. Thread-safe.
    """

    def __init__(self, settings: Settings) -> None:
        self._s3: S3Client = session_from(settings).client(
            "s3", endpoint_url=settings.endpoint_url, config=_CONFIG
        )
        self._bucket = settings.result_bucket

    def pages(self, prefix: str) -> Iterator[list[StoredObject]]:
        """List what lies below a prefix, up to 1,000 objects at a time."""
        paginator = self._s3.get_paginator("list_objects_v2")
        pages = iter(paginator.paginate(Bucket=self._bucket, Prefix=prefix))
        while True:
            with translated_errors():
                page = next(pages, None)
            if page is None:
                return
            yield [
                StoredObject(
                    entry["Key"],
                    entry["Size"],
                    entry["LastModified"],
                    in_parts=_SEVERAL_PARTS.search(entry["ETag"]) is not None,
                )
                for entry in page.get("Contents", [])
            ]

    def delete(self, keys: Sequence[str]) -> set[str]:
        """Delete up to 1,000 objects in one call, and give the keys of those that are still there.

        An object that was gone before counts as deleted.
        """
        with translated_errors():
            answer = self._s3.delete_objects(
                Bucket=self._bucket,
                Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
            )
        refusals = answer.get("Errors", [])
        for code in sorted({refusal.get("Code", "") for refusal in refusals}):
            _log.warning("S3 did not delete some results: %s", code)
        return {refusal["Key"] for refusal in refusals}
