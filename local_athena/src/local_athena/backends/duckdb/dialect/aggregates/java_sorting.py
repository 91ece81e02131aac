"""The quick sort of Java's fastutil, which decides the order of equal items."""

from collections.abc import Callable

# Returns a negative number if the first comes first, a positive one if the second does.
Compare = Callable[[int, int], int]

_SELECTED = 16
_MEDIAN_OF_NINE = 128


def quick_sort(items: list[int], compare: Compare, *, inserts: bool = False) -> None:
    """Sort items in place; `inserts` is how a few items are sorted in airlift's copy of it."""
    sort_few = _insertion_sort if inserts else _selection_sort
    rest = [(0, len(items))]
    while rest:
        start, end = rest.pop()
        if end - start < _SELECTED:
            sort_few(items, start, end, compare)
            continue
        pivot = items[_find_pivot(items, start, end, compare)]
        less, more = _partition(items, start, end, lambda item: compare(item, pivot))  # noqa: B023
        rest += [(start, start + less), (end - more, end)]


def _selection_sort(items: list[int], start: int, end: int, compare: Compare) -> None:
    for place in range(start, end - 1):
        first = place
        for other in range(place + 1, end):
            if compare(items[other], items[first]) < 0:
                first = other
        items[place], items[first] = items[first], items[place]


def _insertion_sort(items: list[int], start: int, end: int, compare: Compare) -> None:
    for place in range(start + 1, end):
        item, free = items[place], place
        while free > start and compare(items[free - 1], item) > 0:
            items[free] = items[free - 1]
            free -= 1
        items[free] = item


def _find_pivot(items: list[int], start: int, end: int, compare: Compare) -> int:
    def median(a: int, b: int, c: int) -> int:
        ab = compare(items[a], items[b])
        ac = compare(items[a], items[c])
        bc = compare(items[b], items[c])
        if ab < 0:
            return b if bc < 0 else c if ac < 0 else a
        return b if bc > 0 else c if ac > 0 else a

    low, middle, high = start, start + (end - start) // 2, end - 1
    if end - start > _MEDIAN_OF_NINE:
        step = (end - start) // 8
        low = median(low, low + step, low + 2 * step)
        middle = median(middle - step, middle, middle + step)
        high = median(high - 2 * step, high - step, high)
    return median(low, middle, high)


def _partition(
    items: list[int], start: int, end: int, side: Callable[[int], int]
) -> tuple[int, int]:
    """Put what equals the pivot into the middle; return how many are less, and how many more."""
    a = b = start
    c = d = end - 1
    while True:
        while b <= c and (found := side(items[b])) <= 0:
            if found == 0:
                items[a], items[b] = items[b], items[a]
                a += 1
            b += 1
        while c >= b and (found := side(items[c])) >= 0:
            if found == 0:
                items[c], items[d] = items[d], items[c]
                d -= 1
            c -= 1
        if b > c:
            break
        items[b], items[c] = items[c], items[b]
        b, c = b + 1, c - 1
    _swap_ranges(items, start, b, min(a - start, b - a))
    _swap_ranges(items, b, end, min(d - c, end - d - 1))
    return b - a, d - c


def _swap_ranges(items: list[int], start: int, end: int, size: int) -> None:
    """Swap so many items from the start with the last ones before the end."""
    for offset in range(size):
        one, other = start + offset, end - size + offset
        items[one], items[other] = items[other], items[one]
