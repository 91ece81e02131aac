"""Measure the peak memory of a worker while results of any size stream from it."""

from benchmarks.bench import Bench
from benchmarks.cases.drain import stream_request
from benchmarks.http_load import download, download_together
from benchmarks.processes import service
from benchmarks.report import Section, Target, number

_FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "CSV": ("csv", ()),
    "the same again (control)": ("csv", ()),
    "CSV, gzip": ("csv", ("Accept-Encoding: gzip",)),
    "Arrow": ("arrow", ()),
    "Parquet": ("parquet", ()),
    "NDJSON": ("ndjson", ()),
    "JSON": ("json", ()),
}
_GROWTH = (1, 10, 100)
_READERS = 50
_READER_SHARE = 10


def run(bench: Bench) -> Section:
    """Stream ever larger results from one worker for each format, then many at once."""
    sizes = [bench.rows * times for times in (_GROWTH[:2] if bench.quick else _GROWTH)]
    each = bench.rows // _READER_SHARE
    columns = ("idle", *(f"{rows:,} rows" for rows in sizes), f"{_READERS} readers")
    section = Section("memory: peak MB of a worker", ("format", *columns))
    worst = 0.0
    for name, (fmt, headers) in _FORMATS.items():
        peaks = []
        with service(bench.stub.port) as worker:
            peaks.append(worker.peak_mb())
            for rows in sizes:
                download(worker.port, stream_request(fmt, rows, headers))
                peaks.append(worker.peak_mb())
            download_together(worker.port, [stream_request(fmt, each, headers)] * _READERS)
            peaks.append(worker.peak_mb())
        section.rows.append((name, *map(number, peaks)))
        worst = max(worst, *peaks)
    section.notes = [
        f"A row is one worker, whose peak so far stands after each measurement. The {_READERS} "
        f"readers have {each:,} rows each, and none reads on before all have begun."
    ]
    section.targets = [Target("peak MB of a worker, whatever streams", worst, at_most=250)]
    return section
