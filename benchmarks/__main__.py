"""The command line of the benchmarks."""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import processes
from benchmarks.bench import Bench
from benchmarks.cases import drain, first_page, memory, page, readers, requests
from benchmarks.report import Section

_CASES: dict[str, Callable[[Bench], Section]] = {
    "drain": drain.run,
    "page": page.run,
    "first_page": first_page.run,
    "requests": requests.run,
    "memory": memory.run,
    "readers": readers.run,
}
_README = Path(__file__).with_name("README.md")
_BEGIN, _END = "<!-- results -->", "<!-- end of results -->"


def main() -> None:
    """Run the cases and print their results."""
    options = _options()
    # This process is the callers, and must not take the processor of what is measured.
    os.sched_setaffinity(0, processes.OTHER_CORE)
    rows = options.rows or (20_000 if options.quick else 1_000_000)
    repeats = options.repeats or (1 if options.quick else 5)
    with processes.stub() as stub:
        bench = Bench(stub, rows, repeats, options.quick)
        for name in options.cases or _CASES:
            started = time.monotonic()
            section = _CASES[name](bench)
            minutes = (time.monotonic() - started) / 60
            section.notes.append(
                f"{rows:,} rows, {repeats} repeats, {processes.CORES} cores, {minutes:.0f} minutes."
            )
            print(section.markdown(), end="\n\n", flush=True)
            if options.write:
                _write(name, section.markdown())
    if options.quick:
        print("A quick run shows that everything works, and little more.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(_CASES))
    parser.add_argument("--rows", type=int, help="rows of a result (default: 1,000,000)")
    parser.add_argument("--repeats", type=int, help="of each measurement (default: 5)")
    parser.add_argument("--quick", action="store_true", help="a small run, to see that it runs")
    parser.add_argument("--write", action="store_true", help="write these tables into the README")
    options = parser.parse_args()
    if options.write and options.quick:
        parser.error("--write is not for a quick run")
    for name in options.cases:
        if name not in _CASES:
            parser.error(f"there is no case {name}: {', '.join(_CASES)}")
    return options


def _write(case: str, section: str) -> None:
    """Replace the results of a case in the README."""
    before, _, rest = _README.read_text().partition(_BEGIN)
    results, _, after = rest.partition(_END)
    written = {
        found.split(":")[0]: f"### {found.strip()}"
        for found in results.split("### ")
        if found.strip()
    }
    written[case] = section
    text = "\n\n".join(written[name] for name in _CASES if name in written)
    _README.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}")


if __name__ == "__main__":
    main()
