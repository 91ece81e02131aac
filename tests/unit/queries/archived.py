"""An archive that counts the calls which list it."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from data_hist.athena.archive_objects import ArchiveObject, ObjectPage
from data_hist.athena.client import AthenaClient
from data_hist.errors import DataHistError

MINUTES_OF_DAY = 24 * 60
_PAGE = 1_000


def minutes(first_day: datetime, days: int, files: int = 1) -> dict[str, int]:
    """Keys and sizes of an archive with a folder for each minute."""
    moments = (first_day + timedelta(minutes=n) for n in range(days * MINUTES_OF_DAY))
    return {
        f"{moment:events/dt=%Y-%m-%d/hr=%H/min=%M}/{file}.json.gz": 100 + moment.hour
        for moment in moments
        for file in range(files)
    }


class CountedArchive:
    """Answers as Athena and S3 do of one table."""

    def __init__(
        self,
        sizes: dict[str, int],
        template: str | None = "s3://bucket/events/dt=${dt}/hr=${hr}/min=${min}/",
        errors: Iterable[DataHistError] = (),
    ) -> None:
        self.templates = self.lists = 0
        self._sizes = sizes
        self._keys = sorted(sizes)
        self._template = template
        self._errors = list(errors)

    @property
    def engine(self) -> AthenaClient:
        """The client whose archive it is."""
        return cast("AthenaClient", self)

    @property
    def archive(self) -> Any:
        return self

    def location_template(self, *_table: str) -> str | None:
        self.templates += 1
        return self._template

    def list_page(self, bucket: str, prefix: str, token: str | None) -> ObjectPage:
        assert bucket == "bucket"
        self.lists += 1
        if self._errors:
            raise self._errors.pop(0)
        start = bisect_left(self._keys, max(prefix, token or ""))
        page = [key for key in self._keys[start : start + _PAGE] if key.startswith(prefix)]
        following = self._keys[start + _PAGE : start + _PAGE + 1]
        has_more = len(page) == _PAGE and following and following[0].startswith(prefix)
        objects = [ArchiveObject(key, self._sizes[key]) for key in page]
        return ObjectPage(objects, following[0] if has_more else None)


def moment_ms(*parts: int) -> int:
    """A moment in UTC, in milliseconds since 1970."""
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]
