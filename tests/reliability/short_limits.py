"""Limits of a service that does not wait between retries."""

from dataclasses import replace

from data_hist.app import Limits
from data_hist.athena.client import CallLimits
from data_hist.athena.polling.poller import PollLimits
from data_hist.queries.limits import QueryLimits
from data_hist.queries.status import StatusLimits

_FIRST_PAUSE_SECONDS = 0.02
_FIRST_BACKOFF_SECONDS = 0.01
# Each request earns more retries than it can use.
_ENDLESS = 10_000
_PATIENCE_SECONDS = 120.0

SHORT_PAUSES = Limits(
    athena=CallLimits(first_pause_seconds=_FIRST_PAUSE_SECONDS),
    queries=QueryLimits(poll=PollLimits(first_backoff_seconds=_FIRST_BACKOFF_SECONDS)),
)
# What AWS says is counted, so no call ends because the machine is slow.
PATIENT = replace(
    SHORT_PAUSES,
    athena=replace(SHORT_PAUSES.athena, describe_seconds=_PATIENCE_SECONDS),
    queries=replace(SHORT_PAUSES.queries, status=StatusLimits(describe_seconds=_PATIENCE_SECONDS)),
)
ENDLESS_RETRIES = Limits(
    athena=CallLimits(
        first_pause_seconds=_FIRST_PAUSE_SECONDS,
        athena_retries_per_100=_ENDLESS,
        object_retries_per_100=_ENDLESS,
    ),
    queries=QueryLimits(
        poll=PollLimits(first_backoff_seconds=_FIRST_BACKOFF_SECONDS, retries_per_100=_ENDLESS)
    ),
)
