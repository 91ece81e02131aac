"""Trino's quantile digest: a binary tree over the bits of integers, whose light leaves merge."""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from local_athena.backends.duckdb.dialect.failures import failure, invalid_argument

_SIGN = 1 << 63
_ALL = (1 << 64) - 1
_LEAST_WEIGHT = 1e-5
_HEADER = struct.Struct("<bddqqqi")
_NODE = struct.Struct("<BdQ")
_HAS_LEFT, _HAS_RIGHT = 2, 1
_MOST, _FEWEST = (1 << 63) - 1, -(1 << 63)


@dataclass(eq=False, slots=True)
class _Node:
    """A range of values that share their upper bits, down to the level."""

    bits: int
    level: int = 0
    count: float = 0.0
    left: "_Node | None" = None
    right: "_Node | None" = None

    def holds(self, bits: int) -> bool:
        return bits >> self.level == self.bits >> self.level

    def branches_right(self, bits: int) -> bool:
        return bool(bits >> (self.level - 1) & 1)

    def bounds(self) -> tuple[int, int]:
        """The least and the greatest value of the range."""
        mask = (1 << self.level) - 1
        return (self.bits & ~mask) - _SIGN, (self.bits | mask) - _SIGN


class QuantileDigest:
    """A digest of signed 64-bit integers."""

    def __init__(self, error: float) -> None:
        self._error = error
        self._root: _Node | None = None
        self.count = 0.0
        self._least, self._greatest = _MOST, _FEWEST

    @classmethod
    def read(cls, data: bytes) -> "QuantileDigest":
        """Read a digest that `write` wrote.

        Raises:
            ValueError: The bytes are no digest.
        """
        stack: list[_Node] = []
        try:
            tag, error, _, _, least, greatest, count = _HEADER.unpack_from(data)
            digest = cls(error)
            for place in range(count):
                shape, weight, bits = _NODE.unpack_from(data, _HEADER.size + place * _NODE.size)
                right = stack.pop() if shape & _HAS_RIGHT == _HAS_RIGHT else None
                left = stack.pop() if shape & _HAS_LEFT else None
                level = (shape >> 2) + (left is not None or right is not None)
                stack.append(_Node(bits, level, weight, left, right))
                digest.count += weight
        except (struct.error, IndexError) as problem:
            raise invalid_argument("Invalid format") from problem
        if tag or len(stack) > 1:
            raise invalid_argument("Invalid format")
        digest._root = stack[0] if stack else None
        digest._least, digest._greatest = least, greatest
        return digest

    def write(self) -> bytes:
        """Compress the digest, and write it as Trino serializes it."""
        self.compress()
        nodes = list(_post_order(self._root))
        header = _HEADER.pack(*(0, self._error, 0.0, 0, self._least, self._greatest), len(nodes))
        return header + b"".join(
            _NODE.pack(
                max(node.level - 1, 0) << 2
                | (_HAS_LEFT if node.left else 0)
                | (_HAS_RIGHT if node.right else 0),
                node.count,
                node.bits,
            )
            for node in nodes
        )

    def add(self, value: int, weight: float = 1.0) -> None:
        """Add a value, and compress when the total passes a multiple of the factor."""
        self._greatest = max(self._greatest, value)
        self._least = min(self._least, value)
        before = self.count
        self._insert(value + _SIGN, weight)
        factor = self._factor()
        if int(min(before, _MOST)) // factor != int(min(self.count, _MOST)) // factor:
            self.compress()

    def merge_with(self, other: "QuantileDigest") -> None:
        """Add what another digest holds, and compress."""
        self._root = self._merge(self._root, other._root)
        self._greatest = max(self._greatest, other._greatest)
        self._least = min(self._least, other._least)
        self.compress()

    def find_values(self, quantiles: Sequence[float]) -> list[int]:
        """Find the values at quantiles, each on its own.

        Raises:
            ValueError: A quantile is not between 0 and 1.
        """
        return [self._find_value(quantile) for quantile in quantiles]

    def _find_value(self, quantile: float) -> int:
        if not 0 <= quantile <= 1:
            raise failure("GENERIC_INTERNAL_ERROR", "quantile must be between [0,1]")
        total = 0.0
        for node in _post_order(self._root):
            total += node.count
            if total > quantile * self.count:
                return min(node.bounds()[1], self._greatest)
        return self._greatest

    def find_quantile(self, value: int) -> float | None:
        """Tell which share of the weight is below a value; None outside of the values."""
        low, high = self._find_range()
        if not self.count or not low <= value <= high:
            return None
        total = 0.0
        for node in _post_order(self._root):
            if value <= node.bounds()[1]:
                break
            total += node.count
        return total / self.count

    def _find_range(self) -> tuple[int, int]:
        heavy = [node for node in _post_order(self._root) if node.count >= _LEAST_WEIGHT]
        low = heavy[0].bounds()[0] if heavy else self._least
        turned = (node for node in _reverse_post_order(self._root) if node.count >= _LEAST_WEIGHT)
        last = next(turned, None)
        high = last.bounds()[1] if last else self._greatest
        return max(self._least, low), min(self._greatest, high)

    def compress(self) -> None:
        """Move the weight of light children to their parents."""
        bound = math.floor(min(self.count / self._factor(), _MOST))
        for node in list(_post_order(self._root)):
            if node.left is None and node.right is None:
                continue
            left = node.left.count if node.left else 0.0
            right = node.right.count if node.right else 0.0
            is_light = node.count + left + right < bound
            if node.left and (is_light or left < _LEAST_WEIGHT):
                node.left = _remove(node.left)
                node.count += left
            if node.right and (is_light or right < _LEAST_WEIGHT):
                node.right = _remove(node.right)
                node.count += right
        if self._root is not None and self._root.count < _LEAST_WEIGHT:
            self._root = _remove(self._root)

    def _factor(self) -> int:
        return 1 if self._root is None else max(int((self._root.level + 1) / self._error), 1)

    def _insert(self, bits: int, weight: float) -> None:
        if weight < _LEAST_WEIGHT:
            return
        self.count += weight
        parent, node = None, self._root
        while node is not None and node.holds(bits):
            if node.level == 0:
                node.count += weight
                return
            parent = node
            node = node.right if node.branches_right(bits) else node.left
        added = _Node(bits, count=weight)
        self._replace(parent, bits, added if node is None else _join(node, added))

    def _replace(self, parent: _Node | None, bits: int, child: _Node) -> None:
        if parent is None:
            self._root = child
        elif parent.branches_right(bits):
            parent.right = child
        else:
            parent.left = child

    def _merge(self, node: _Node | None, other: _Node | None) -> _Node | None:
        if other is None:
            return node
        if node is None:
            return self._copy(other)
        level = max(node.level, other.level)
        if node.bits >> level != other.bits >> level:
            return _join(node, self._copy(other))
        if node.level > other.level:
            if node.branches_right(other.bits):
                node.right = self._merge(node.right, other)
            else:
                node.left = self._merge(node.left, other)
            return node
        if node.level < other.level:
            return self._merge_below(node, other)
        self.count += other.count
        node.count += other.count
        node.left = self._merge(node.left, other.left)
        node.right = self._merge(node.right, other.right)
        return node

    def _merge_below(self, node: _Node, other: _Node) -> _Node:
        self.count += other.count
        merged = _Node(other.bits, other.level, other.count)
        if other.branches_right(node.bits):
            merged.left = other.left and self._copy(other.left)
            merged.right = self._merge(node, other.right)
        else:
            merged.left = self._merge(node, other.left)
            merged.right = other.right and self._copy(other.right)
        return merged

    def _copy(self, node: _Node) -> _Node:
        self.count += node.count
        return _Node(
            *(node.bits, node.level, node.count),
            node.left and self._copy(node.left),
            node.right and self._copy(node.right),
        )


def _join(one: _Node, other: _Node) -> _Node:
    """Make a parent of two nodes at the bit in which they differ."""
    parent = _Node(one.bits, (one.bits ^ other.bits).bit_length())
    if parent.branches_right(one.bits):
        parent.left, parent.right = other, one
    else:
        parent.left, parent.right = one, other
    return parent


def _remove(node: _Node) -> _Node | None:
    """Return what stays of a node: its only child, or itself without weight."""
    if node.left and node.right:
        node.count = 0.0
        return node
    return node.left or node.right


def _post_order(node: _Node | None) -> Iterator[_Node]:
    if node is not None:
        yield from _post_order(node.left)
        yield from _post_order(node.right)
        yield node


def _reverse_post_order(node: _Node | None) -> Iterator[_Node]:
    if node is not None:
        yield from _reverse_post_order(node.right)
        yield from _reverse_post_order(node.left)
        yield node
