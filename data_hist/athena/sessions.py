"""How boto3 is set up to reach AWS, or what stands in for it."""

from functools import cache
from importlib.metadata import version

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from data_hist.settings import Settings

CONFIG = Config(
    connect_timeout=3,
    read_timeout=8,
    # At least the number of threads that may call at once, or connections are opened for nothing.
    max_pool_connections=64,
    # Whether and when a call is made again is decided in `attempts`.
    retries={"mode": "standard", "total_max_attempts": 1},
    tcp_keepalive=True,
    # botocore's own is made anew for each call, which takes an eighth of it.
    user_agent=f"data-hist/{version('data-hist')}",
    # The contract has checked what a caller gives, and the rest stands in this package.
    parameter_validation=False,
    s3={"addressing_style": "path"},
)


def session_from(settings: Settings) -> boto3.Session:
    """The session that the settings describe; unlike its clients it is not thread-safe."""
    key, secret = settings.access_key_id, settings.secret_access_key
    session = botocore.session.get_session()
    session.register_component("data_loader", _loader())
    return boto3.Session(
        botocore_session=session,
        region_name=settings.region,
        aws_access_key_id=key.get_secret_value() if key else None,
        aws_secret_access_key=secret.get_secret_value() if secret else None,
    )


@cache
def _loader() -> Loader:
    """What reads the descriptions of AWS's services, and keeps them: each has several megabytes."""
    return Loader()
