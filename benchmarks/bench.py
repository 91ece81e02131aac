"""What every case is given: the stub, and how much to measure."""

from dataclasses import dataclass

from benchmarks.processes import Worker


@dataclass(frozen=True)
class Bench:
    """One run of the benchmarks.

    `rows` are those of a result, `repeats` how often each measurement is made; a quick run
    measures less of everything.
    """

    stub: Worker
    rows: int
    repeats: int
    quick: bool

    def count(self, full: int) -> int:
        """How many times to do what a full run does so often."""
        return max(full // 10, 1) if self.quick else full
