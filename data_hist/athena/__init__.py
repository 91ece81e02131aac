"""The client of Athena and S3: the only package that imports boto3 and botocore.

It returns the values of `model` and raises the errors of `data_hist.errors`.
"""

from data_hist.athena.client import AthenaClient, EnginePage, idempotency_token
from data_hist.athena.result_objects import (
    BATCH,
    ObjectRange,
    ObjectVersion,
    ResultBucket,
    StoredObject,
)

__all__ = [
    "BATCH",
    "AthenaClient",
    "EnginePage",
    "ObjectRange",
    "ObjectVersion",
    "ResultBucket",
    "StoredObject",
    "idempotency_token",
]
