"""What Superset has to know of the service: its literals and functions of time are Athena's."""

from typing import Any

from superset.db_engine_specs.athena import AthenaEngineSpec
from superset.db_engine_specs.presto import PrestoBaseEngineSpec


class DataHistEngineSpec(AthenaEngineSpec):
    """The engine specification that Superset finds by the entry point."""

    engine = "data_hist"
    engine_name = "data_hist"
    default_driver = "https"
    # Athena's lack those between a minute and an hour, and between a day and a week.
    _time_grain_expressions = PrestoBaseEngineSpec._time_grain_expressions
    sqlalchemy_uri_placeholder = "data_hist://user:password@host/v1"

    @classmethod
    def adjust_engine_params(cls, uri: Any, connect_args: Any, *_: Any, **__: Any) -> Any:
        """Leave the URI as it is: its path is the version of the API, and no schema."""
        return uri, connect_args
