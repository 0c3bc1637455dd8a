"""The arena: buffers that live together never overlap, and no order that we try wastes room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hargen.plan.arena import ALIGNMENT, Buffer, place


@st.composite
def buffers(draw: st.DrawFn) -> list[Buffer]:
    count = draw(st.integers(1, 9))
    found = []
    for key in range(count):
        first = draw(st.integers(0, 8))
        last = first + draw(st.integers(0, 4))
        found.append(Buffer(key, draw(st.integers(1, 500)), first, last))
    return found


@given(buffers())
def test_living_buffers_do_not_overlap_and_fit(found: list[Buffer]) -> None:
    offsets, size = place(found)
    assert size % ALIGNMENT == 0
    for buffer in found:
        assert offsets[buffer.key] % ALIGNMENT == 0
        assert 0 <= offsets[buffer.key] <= size - buffer.size
        for other in found:
            if other is not buffer and buffer.lives_with(other):
                a, b = offsets[buffer.key], offsets[other.key]
                assert a + buffer.size <= b or b + other.size <= a


@given(buffers())
def test_the_size_is_between_the_busiest_moment_and_the_sum(found: list[Buffer]) -> None:
    _, size = place(found)
    busiest = max(sum(b.size for b in found if b.first <= moment <= b.last) for moment in range(14))
    assert busiest <= size <= sum(-(-b.size // ALIGNMENT) * ALIGNMENT for b in found)


def test_a_chain_needs_its_two_largest_neighbours() -> None:
    sizes = [72, 216, 12, 4, 4]
    chain = [Buffer(key, size, key - 1, key) for key, size in enumerate(sizes)]
    assert place(chain)[1] == 72 + 216
