"""The context of every case: the stub, and how much to measure."""

from dataclasses import dataclass

from benchmarks.processes import Worker


@dataclass(frozen=True)
class Bench:
    """One run of the benchmarks.

    `rows` is the size of a result, `repeats` the number of measurements; a quick run measures less
    of everything.
    """

    stub: Worker
    rows: int
    repeats: int
    quick: bool

    def count(self, full: int) -> int:
        """Scale the number of repetitions of a full run."""
        return max(full // 10, 1) if self.quick else full
