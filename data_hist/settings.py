"""Settings from the environment, with defaults and descriptions."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UndecodedSetting

PREFIX = "DATA_HIST_"

_ORIGIN = r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]+)?"
"""As a browser sends it: in lower case, and nothing behind the port."""


_WorkgroupName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{1,128}$")]


class SettingsError(Exception):
    """A setting is missing or wrong; the message names each variable, never its value."""


class Settings(BaseSettings):
    """The settings of the service; each is read from `DATA_HIST_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    region: Annotated[str, Field(min_length=1, description="AWS region of Athena and the bucket.")]
    result_bucket: Annotated[str, Field(min_length=3, description="S3 bucket for the results.")]
    result_prefix: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*$",
            description="Prefix in the bucket. Everything under it belongs to this service.",
        ),
    ] = "data_hist"
    workgroup: Annotated[str, Field(min_length=1, description="Athena workgroup.")] = "primary"
    workgroups_of_tenants: Annotated[
        dict[int, _WorkgroupName],
        Field(
            description="Athena workgroups of tenants that have their own, for a limit, a bill and "
            'a history of their own: `{"11000": "data_hist-11000"}`.'
        ),
    ] = {}
    default_database: Annotated[
        str,
        Field(
            min_length=1,
            description="Database without tables that queries run in: a second line of defence "
            "behind the SQL guard.",
        ),
    ] = "data_hist_empty"
    endpoint_url: Annotated[
        str | None,
        Field(
            description="Endpoint that speaks the protocols of Athena and S3 in place of AWS. "
            "Leave it unset on AWS."
        ),
    ] = None
    access_key_id: Annotated[
        SecretStr | None,
        Field(description="AWS access key. If unset, boto3 uses its default credential chain."),
    ] = None
    secret_access_key: Annotated[
        SecretStr | None, Field(description="Secret key that belongs to the access key.")
    ] = None
    catalog: Annotated[
        Path | None,
        Field(
            description="Catalog file: what lies in the archive, and what callers see of it. If "
            "unset, the packaged one."
        ),
    ] = None
    tenant_header: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9-]+$",
            description="Header in which the gateway (Trebuchet) names the caller's tenant.",
        ),
    ] = "X-Trebuchet-Tenant-Id"
    tenant_required: Annotated[
        bool,
        Field(
            description="Refuse requests without the tenant header. If false, they count as the "
            "operator's."
        ),
    ] = True
    htpasswd_file: Annotated[
        Path | None,
        Field(
            description="File of users and bcrypt hashes (`htpasswd -B`). If set, a request needs "
            "HTTP Basic or the gateway's secret."
        ),
    ] = None
    gateway_secret: Annotated[
        SecretStr | None,
        Field(
            min_length=16,
            description="Secret that the gateway sends. If set, a request needs it or HTTP Basic.",
        ),
    ] = None
    gateway_secret_header: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9-]+$", description="Header that carries the gateway's secret."),
    ] = "X-Gateway-Secret"  # noqa: S105 - the name of a header
    cors_origins: Annotated[
        str | None,
        Field(
            pattern=rf"^{_ORIGIN}( {_ORIGIN})*$",
            description="Origins whose pages may call the API from a browser, separated by spaces:"
            " `https://portal.example`. If unset, none.",
        ),
    ] = None
    status_calls_per_second: Annotated[
        float,
        Field(
            gt=0,
            description="Rate limit for status calls to Athena, 50 queries in each, shared by all "
            "replicas. Athena grants an account 20 a second; listing queries uses up "
            "to 5 of them.",
        ),
    ] = 15.0
    replicas: Annotated[
        int,
        Field(
            ge=1,
            description="The most instances that run at once. Each takes its share of this rate "
            "limit.",
        ),
    ] = 1
    workers: Annotated[
        int,
        Field(
            ge=1,
            le=64,
            description="Worker processes per instance. `--workers` takes precedence.",
        ),
    ] = 2
    concurrent_requests: Annotated[
        int,
        Field(
            ge=1,
            description="Requests that a worker handles at once. As many more may queue; further "
            "ones are refused. Long-polling requests and streams being read do not "
            "count.",
        ),
    ] = 48
    shutdown_notice_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=15,
            description="Graceful shutdown: how long a stopping worker still accepts requests "
            "after `/readyz` has begun to fail.",
        ),
    ] = 5
    price_usd_per_tb: Annotated[
        float, Field(ge=0, description="Athena's price per TB scanned, for the estimated cost.")
    ] = 5.0
    result_link_seconds: Annotated[
        int | None,
        Field(
            ge=1,
            le=600,
            description="For how long a link to the result in S3 (`delivery=link`) can be opened, "
            "by whoever has it. If unset, there are no links.",
        ),
    ] = None
    sweep_interval_minutes: Annotated[
        int,
        Field(
            ge=0,
            le=10_080,
            description="How often the service deletes expired results, counted over all workers. "
            "0 leaves it to `data-hist sweep`.",
        ),
    ] = 60
    max_query_days: Annotated[
        int | None,
        Field(
            ge=1,
            description="The most days of a table that a query may read, so that queries must have"
            " time bounds. If unset, there is no limit.",
        ),
    ] = None
    unbounded_queries: Annotated[
        Literal["allow", "warn", "refuse"],
        Field(
            description="What happens to a query that reads a table without bounds on its time "
            "from below and from above: `allow`, `warn` or `refuse`."
        ),
    ] = "allow"
    daily_budget_bytes: Annotated[
        int | None,
        Field(
            ge=1,
            description="How many bytes each customer may scan on a day (UTC), by Athena's own "
            "statistics. If unset, there is no limit.",
        ),
    ] = None
    daily_budget_bytes_of_tenants: Annotated[
        dict[int, Annotated[int, Field(ge=1)] | None],
        Field(
            description="The same, for tenants with another budget, or with none: "
            '`{"11000": 5000000000, "11001": null}`.'
        ),
    ] = {}
    archived_after_days: Annotated[
        int,
        Field(
            ge=1,
            description="Days after which S3 moves records to Glacier, out of Athena's reach. A "
            "query that goes back further gets a warning.",
        ),
    ] = 365
    archived_after_days_of_customers: Annotated[
        dict[int, Annotated[int, Field(ge=1)]],
        Field(description='The same, for customers with another period: `{"11000": 90}`.'),
    ] = {}

    @property
    def status_calls_per_second_of_worker(self) -> float:
        """The share of one worker in the rate limit."""
        return self.status_calls_per_second / (self.replicas * self.workers)

    @property
    def sweep_interval_minutes_of_worker(self) -> int:
        """The interval of one worker, so that all of them together keep the configured one."""
        return self.sweep_interval_minutes * self.replicas * self.workers


def workers_asked_for() -> str:
    """Return the number of workers that the environment sets, unchecked, or the default."""
    return os.environ.get(f"{PREFIX}WORKERS") or str(Settings.model_fields["workers"].default)


def catalog_asked_for() -> Path | None:
    """Return the catalog file that the environment sets."""
    name = os.environ.get(f"{PREFIX}CATALOG")
    return Path(name) if name else None


def workgroups_asked_for() -> list[str]:
    """Return the workgroups that the environment sets.

    Raises:
        SettingsError: Those of tenants are not written as the setting takes them.
    """
    variable = f"{PREFIX}WORKGROUPS_OF_TENANTS"
    try:
        own = TypeAdapter(dict[int, _WorkgroupName]).validate_json(os.environ.get(variable) or "{}")
    except ValidationError as error:
        raise SettingsError(f"{variable}: {error.errors()[0]['msg']}") from None
    shared = os.environ.get(f"{PREFIX}WORKGROUP") or Settings.model_fields["workgroup"].default
    return sorted({shared, *own.values()})


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: One line for each variable that is missing or wrong.
    """
    try:
        return Settings()  # type: ignore[call-arg]  # the environment gives the arguments
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
        raise SettingsError("\n".join(map(_sentence, problems))) from None
    except UndecodedSetting as error:
        # Its message names the field, and is all that it has.
        field = str(error).split('"')[1]
        raise SettingsError(f"{PREFIX}{field.upper()}: is not an object in JSON") from None


def traces_are_wanted() -> bool:
    """Whether OpenTelemetry's own variables enable traces."""
    asked = os.environ.get("OTEL_TRACES_EXPORTER") or any(
        os.environ.get(f"OTEL_EXPORTER_OTLP_{name}") for name in ("ENDPOINT", "TRACES_ENDPOINT")
    )
    refused = os.environ.get("OTEL_TRACES_EXPORTER") == "none"
    return bool(asked) and not refused and os.environ.get("OTEL_SDK_DISABLED", "") != "true"


def _sentence(problem: ErrorDetails) -> str:
    variable = f"{PREFIX}{problem['loc'][0]}".upper()
    return f"{variable}: {'is not set' if problem['type'] == 'missing' else problem['msg']}"
