"""The thin client wrapper around Athena and S3: the one importer of boto3 and botocore.

Everything that AWS says leaves this package as a value of `model` or an error of `errors`.
"""

from data_hist.athena.client import AthenaClient, EnginePage, idempotency_token
from data_hist.athena.errors import is_transient
from data_hist.athena.result_bucket import BATCH, ResultBucket, StoredObject
from data_hist.athena.result_objects import ObjectRange, ObjectVersion

__all__ = [
    "BATCH",
    "AthenaClient",
    "EnginePage",
    "ObjectRange",
    "ObjectVersion",
    "ResultBucket",
    "StoredObject",
    "idempotency_token",
    "is_transient",
]
