"""The thin client wrapper around Athena and S3: the one importer of boto3 and botocore.

Everything that AWS says leaves this package as a value of `model` or an error of `errors`.
"""

from data_hist.athena.client import (
    AthenaClient,
    EnginePage,
    ObjectRange,
    ObjectVersion,
    idempotency_token,
)
from data_hist.athena.errors import is_transient

__all__ = [
    "AthenaClient",
    "EnginePage",
    "ObjectRange",
    "ObjectVersion",
    "idempotency_token",
    "is_transient",
]
