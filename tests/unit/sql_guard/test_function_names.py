"""The guard, the embedded endpoint and Trino agree on which functions there are."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from local_athena.backends.duckdb import dialect
from local_athena.backends.duckdb.dialect.signatures import function_names, signatures

from data_hist.sql_guard.allowlists import FUNCTIONS

GEOMETRIES = """
    bing_tile bing_tile_at bing_tile_coordinates bing_tile_polygon bing_tile_quadkey
    bing_tile_zoom_level bing_tiles_around convex_hull_agg from_encoded_polyline
    from_geojson_geometry geometry_from_hadoop_shape geometry_invalid_reason
    geometry_nearest_points geometry_to_bing_tiles geometry_union geometry_union_agg
    line_interpolate_point line_interpolate_points line_locate_point simplify_geometry
    spatial_partitioning spatial_partitions to_encoded_polyline to_geojson_geometry to_geometry
    to_spherical_geography
"""
# What Trino has and a query may not call: names, and why.
NOT_ALLOWED = {
    GEOMETRIES: "events have no geometries, and the cost of one call has no bound",
    """classify evaluate_classifier_predictions features learn_classifier learn_libsvm_classifier
    learn_libsvm_regressor learn_regressor regress""": "training has no bound on its cost",
    "current_groups current_user version": "tell about the engine and the role, not about events",
    "char2hexint index": "names from Teradata for what to_hex and strpos do",
    "timezone": "newer than what is known of Athena; format_datetime(x, 'ZZZ') gives the zone",
}


def implemented() -> Iterator[str]:
    """The functions that the endpoint runs: those of the table, and those with a handler."""
    yield from signatures()
    for module in pkgutil.walk_packages(dialect.__path__, f"{dialect.__name__}."):
        yield from getattr(import_module(module.name), "FUNCTIONS", ())


def test_each_function_that_may_be_called_is_one_of_trino() -> None:
    assert function_names() >= FUNCTIONS


def test_what_trino_has_is_allowed_or_refused_for_a_reason() -> None:
    refused = {name for names in NOT_ALLOWED for name in names.split()}

    left = {name for name in function_names() - FUNCTIONS if not name.startswith("st_")}
    assert left == refused


def test_the_endpoint_runs_nothing_that_may_not_be_called() -> None:
    assert {"coalesce", "transform", "date_trunc", "json_extract"} < set(implemented())
    assert set(implemented()) <= FUNCTIONS


@pytest.mark.parametrize("name", ["abs", "cast", "json_value", "st_point", "version"])
def test_the_list_of_trino_is_read_without_its_comments(name: str) -> None:
    assert name in function_names()
    assert not {"#", "SHOW", "Trino"} & function_names()
