"""Upload the files of a folder to a bucket, which it creates: `upload.py FOLDER BUCKET`.

The endpoint and the keys of the store are in AWS_ENDPOINT_URL and the other variables of boto3.
"""

import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

folder, bucket = Path(sys.argv[1]), sys.argv[2]
s3 = boto3.client("s3")
try:
    s3.head_bucket(Bucket=bucket)
except ClientError:
    s3.create_bucket(Bucket=bucket)
for path in sorted(folder.rglob("*")):
    if path.is_file():
        s3.upload_file(str(path), bucket, path.relative_to(folder).as_posix())
