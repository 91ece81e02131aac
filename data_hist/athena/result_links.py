"""Presigned links to result objects, by which callers read them from S3 itself.

Whoever has a link can open it. It is secret: nothing logs it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from botocore.config import Config

from data_hist.athena.transport import CONFIG, create_session, translated_errors
from data_hist.errors import QueryExpired
from data_hist.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The older signature, botocore's default for links, reads nothing that KMS has encrypted.
_CONFIG = CONFIG.merge(Config(signature_version="s3v4"))


@dataclass(frozen=True)
class SignedLink:
    """A link, and until when S3 serves it; a download that has begun by then goes on."""

    url: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Leave out the link."""
        return f"SignedLink(expires_at={self.expires_at!r})"


class ResultLinks:
    """Signs links with the credentials of the service. Thread-safe.

    botocore renews temporary credentials ten minutes before they expire at the latest, so they
    outlive a link of at most ten minutes.

    Args:
        settings: Region, credentials and endpoint.
        seconds: How long a link is valid, at most 600.
        clock: The current time, in UTC.
    """

    def __init__(self, settings: Settings, seconds: int, clock: Callable[[], datetime]) -> None:
        session = create_session(settings)
        self._s3: S3Client = session.client(
            "s3", endpoint_url=settings.endpoint_url, config=_CONFIG
        )
        self._credentials = session.get_credentials()
        self._seconds = seconds
        self._clock = clock

    def sign(self, location: str, file_name: str, until: datetime) -> SignedLink:
        """Sign a link to a CSV that browsers save under a name.

        Args:
            location: The S3 URL of a result object.
            file_name: A name that needs no quoting.
            until: When the result expires, which the link does not outlive.

        Raises:
            QueryExpired: Less than a second is left.
            EngineUnavailable: The service has no credentials at the moment.
        """
        with translated_errors():
            if self._credentials is not None:
                # Renewed here if need be, so that no time passes between the clock and the link.
                self._credentials.get_frozen_credentials()
            left = math.floor((until - self._clock()).total_seconds())
            if left < 1:
                raise QueryExpired("The retention of the query has ended; submit it again.")
            place = urlsplit(location)
            url = self._s3.generate_presigned_url(
                "get_object",
                {
                    "Bucket": place.netloc,
                    "Key": place.path.removeprefix("/"),
                    "ResponseContentType": "text/csv; charset=utf-8",
                    "ResponseContentDisposition": f'attachment; filename="{file_name}"',
                },
                ExpiresIn=min(self._seconds, left),
            )
        return SignedLink(url, _expiry_of(url))


def _expiry_of(url: str) -> datetime:
    terms = parse_qs(urlsplit(url).query)
    signed_at = datetime.strptime(terms["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return signed_at + timedelta(seconds=int(terms["X-Amz-Expires"][0]))
