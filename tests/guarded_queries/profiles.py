"""How many examples Hypothesis tries: the same each time, and more on demand."""

import os
from random import Random

from hypothesis import HealthCheck, Phase, settings

# A number by which the examples are multiplied: a longer search before a release.
SCALE = int(os.environ.get("GUARDED_QUERIES_SCALE", "1"))


def examples(count: int, *, shrink: bool = True) -> settings:
    """Settings for a number of examples; without shrinking where one example is long."""
    phases = [Phase.explicit, Phase.generate, *([Phase.shrink] if shrink else [])]
    return settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=count * SCALE,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )


def seeded(seed: int | str) -> Random:
    """Random choices that are the same every time."""
    return Random(seed)  # noqa: S311 - tests are to repeat themselves
