"""The client of Athena and S3: the only package that imports boto3 and botocore.

It returns the values of `executions` and raises the errors of `data_hist.errors`.
"""
