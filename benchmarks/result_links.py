"""Compare reading a result by a link of the service with boto3, which has credentials of its own.

`python -m benchmarks.result_links [--rows N] [--repeats N] [--megabytes N]` prints, for each way,
the median wall and processor time of all bytes from the stub, in a process of its own, and the
ratios to boto3's within each repeat. It needs the packages of `benchmarks/run`.
"""

import argparse

from benchmarks.processes import peer_client, service, stub
from benchmarks.report import Measurements, number

_GET_OBJECT = "boto3_get_object"
_WAYS = {
    _GET_OBJECT: "boto3 get_object",
    "boto3_get_object_again": "the same again (control)",
    "result_link": "delivery=link, then the link",
    "client_stream": "data-hist-client",
}


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument(
        "--megabytes", type=int, default=0, help="what S3 sends in a second; 0 is no limit"
    )
    options = parser.parse_args()
    found = Measurements()
    with stub(options.megabytes * 1_000_000) as athena, service(athena.port) as worker:
        for repeat in range(options.repeats):
            # Each way comes first as often as the others.
            for way in sorted(
                _WAYS, key=lambda way: (list(_WAYS).index(way) + repeat) % len(_WAYS)
            ):
                name = way.removesuffix("_again")
                measured = peer_client(name, athena.port, options.rows, worker.port)
                found.add(way, wall=measured["wall"], cpu=measured["cpu"])
    for way, text in _WAYS.items():
        wall, cpu = (_figures(found, way, figure) for figure in ("wall", "cpu"))
        print(f"{text:28} | wall {wall:24} | processor {cpu}", flush=True)


def _figures(found: Measurements, way: str, figure: str) -> str:
    milliseconds = found.median(way, figure) * 1000
    return f"{number(milliseconds)} ms, {found.ratio(way, _GET_OBJECT, figure)}"


if __name__ == "__main__":
    main()
