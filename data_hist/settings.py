"""The one reader of the environment: every setting with its default and what it is for."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DATA_HIST_"


class SettingsError(Exception):
    """A setting is missing or wrong; the message names each variable, never its value."""


class Settings(BaseSettings):
    """The settings of the service; each is read from `DATA_HIST_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    region: Annotated[str, Field(min_length=1, description="AWS region of Athena and the bucket.")]
    result_bucket: Annotated[
        str, Field(min_length=3, description="S3 bucket that takes the results.")
    ]
    result_prefix: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*$",
            description="Prefix in the bucket; everything under it belongs to this service.",
        ),
    ] = "data_hist"
    workgroup: Annotated[str, Field(min_length=1, description="Athena workgroup.")] = "primary"
    default_database: Annotated[
        str,
        Field(
            min_length=1,
            description="Database without tables that queries run in: a second wall behind the "
            "guard.",
        ),
    ] = "data_hist_empty"
    endpoint_url: Annotated[
        str | None,
        Field(description="Endpoint that speaks Athena and S3 in place of AWS; unset on AWS."),
    ] = None
    access_key_id: Annotated[
        SecretStr | None,
        Field(description="AWS access key; unset leaves AWS's own chain of credentials."),
    ] = None
    secret_access_key: Annotated[
        SecretStr | None, Field(description="The secret that belongs to the access key.")
    ] = None
    tenant_header: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9-]+$",
            description="Header in which the gateway names the caller's tenant.",
        ),
    ] = "X-Trebuchet-Tenant-Id"
    tenant_required: Annotated[
        bool,
        Field(
            description="Whether a request without the header is refused; else it is the "
            "operator's."
        ),
    ] = True
    htpasswd_file: Annotated[
        Path | None,
        Field(
            description="Users and bcrypt hashes (`htpasswd -B`); set, a request needs HTTP "
            "Basic or the gateway's secret."
        ),
    ] = None
    gateway_secret: Annotated[
        SecretStr | None,
        Field(
            min_length=16,
            description="A secret that the gateway sends along; set, a request "
            "needs it or HTTP Basic.",
        ),
    ] = None
    gateway_secret_header: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9-]+$", description="The header that carries it.")
    ] = "X-Gateway-Secret"  # noqa: S105 - the name of a header
    price_usd_per_tb: Annotated[
        float, Field(ge=0, description="Athena's price for a TB scanned, for the estimated cost.")
    ] = 5.0
    sweep_interval_minutes: Annotated[
        int,
        Field(
            ge=0,
            le=10_080,
            description="How often the service deletes expired results; 0 leaves it to "
            "`data-hist sweep`.",
        ),
    ] = 60
    max_query_days: Annotated[
        int | None,
        Field(
            ge=1,
            description="Days of each table that a query may read, so that it has to bound the "
            "time; unset: any number.",
        ),
    ] = None
    archived_after_days: Annotated[
        int,
        Field(
            ge=1,
            description="Days for which S3 keeps records in reach of Athena; a query that goes "
            "back further is answered with a warning.",
        ),
    ] = 365
    archived_after_days_of_customers: Annotated[
        dict[int, Annotated[int, Field(ge=1)]],
        Field(description='The same for customers where it differs: `{"11000": 90}`.'),
    ] = {}


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


def _sentence(problem: ErrorDetails) -> str:
    variable = f"{PREFIX}{problem['loc'][0]}".upper()
    return f"{variable}: {'is not set' if problem['type'] == 'missing' else problem['msg']}"
