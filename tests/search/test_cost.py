"""What a network costs before it is trained."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hargen.errors import LimitError, UsageError
from hargen.train.material import gather
from hargen.train.search import space
from hargen.train.search.cost import Meter
from hargen.train.search.request import Limits, SearchRequest
from hargen.train.search.worker import check_limits, meter


@pytest.fixture
def bench(request_of: Callable[..., SearchRequest]) -> Iterator[Meter]:
    request = request_of()
    with meter(request, gather(request.training)) as found:
        yield found


def test_bytes_are_counted_as_if_it_were_trained(bench: Meter) -> None:
    cost = bench.untrained(space.smallest(), 24).cost
    kernel, dense = 4 * 2 * 3, 4 * 3  # int8
    biases = 4 * (4 + 3)  # int32, none of them 0 once it is trained
    assert cost.flash == kernel + dense + biases
    assert cost.ram >= 24 * 3
    assert cost.instructions is None


def test_instructions_are_counted_one_network_after_the_other(bench: Meter) -> None:
    pytest.importorskip("unicorn")
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("needs arm-none-eabi-gcc")
    small, large = (
        bench.untrained(space.smallest() | {"filters": [filters]}, 24) for filters in (4, 12)
    )
    counts = [bench.count(one).instructions for one in (small, large, small)]
    assert counts[0] == counts[2]
    assert 23 * 4 < counts[0] < counts[1]  # more than one for each output of the first block


def test_a_window_that_is_too_short(bench: Meter) -> None:
    with pytest.raises(UsageError, match="needs 9 samples"):
        bench.untrained(space.smallest(9), 8)


def test_limits_that_the_smallest_keeps_are_taken(
    bench: Meter, request_of: Callable[..., SearchRequest]
) -> None:
    check_limits(request_of(limits=Limits()), _without_board(bench))
    with pytest.raises(LimitError, match=r"64 B .* 76 B .* 4444 instructions"):
        limits = Limits(flash=64, ram=76, instructions=4443)
        check_limits(request_of(limits=limits), _without_board(bench))
    with pytest.raises(LimitError, match="the smallest needs 64 B"):
        check_limits(request_of(limits=Limits(flash=63)), _without_board(bench))
    with pytest.raises(LimitError, match="76 B"):
        check_limits(request_of(limits=Limits(ram=75)), _without_board(bench))


def _without_board(bench: Meter) -> Meter:
    """Return the same with made-up counts."""
    bench.count = lambda network: replace(network.cost, instructions=4444)  # type: ignore[method-assign]
    return bench
