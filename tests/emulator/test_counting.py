"""Instruction counts against sums made by hand, whatever interrupts come in between."""

from __future__ import annotations

import pytest

SOURCES = ("counting.c", "counted.S")
CALLS = 5


def cycles_of_counted(turns: int) -> int:
    """Return the estimate for counted(turns), from the cost table by hand."""
    entry = 1 + 3 + 1 + 1  # the call's jump, push of two, movs, ldr
    loop = 7 * turns + (turns - 1)  # seven instructions, a branch taken in all turns but one
    leaf = 1 + 1 + 2 + 1  # bl, its jump, nop and bx, the jump back
    return entry + loop + leaf + 3  # pop of two


@pytest.mark.parametrize(
    ("function", "instructions"),
    [
        ("counted", [7 * 10 + 7, 7 * 1000 + 7, 7 * 3 + 7]),
        ("recursive", [5 * 6 + 4]),
        ("tail_calling", [3 + 7 * 3 + 7]),
        ("loop_at_entry", [2 * 9 + 1]),
    ],
)
@pytest.mark.parametrize("tick", [None, 61, 997])
def test_every_call_gives_the_sum_made_by_hand(play, function, instructions, tick):
    defines = () if tick is None else (f"TICK={tick}",)

    outcome = play(*SOURCES, defines=defines, count=[function])

    assert outcome.values == [int(tick is not None)], "the ticks came, or not, as wanted"
    assert [run[0] for run in outcome.runs] == instructions * CALLS
    assert outcome.violations == []


@pytest.mark.parametrize("tick", [None, 61])
def test_cycles_follow_the_cost_table_and_leave_interrupts_out(play, tick):
    defines = () if tick is None else (f"TICK={tick}",)

    outcome = play(*SOURCES, defines=defines, count=["counted"])

    expected = [cycles_of_counted(10), cycles_of_counted(1000), cycles_of_counted(3)]
    assert [run[1] for run in outcome.runs] == expected * CALLS


def test_a_call_from_an_interrupt_handler_counts(play):
    outcome = play(*SOURCES, defines=("TICK=500", "IN_HANDLER"), count=["counted"])

    assert outcome.runs == [(7 * 10 + 7, cycles_of_counted(10))]


@pytest.mark.parametrize("defines", [(), ("TICK=61",), ("TICK=500", "IN_HANDLER")])
def test_the_hook_in_python_gives_the_same_numbers(play, defines):
    compiled, interpreted = (
        play(*SOURCES, defines=defines, count=["counted"], python_hook=python)
        for python in (False, True)
    )

    assert interpreted.runs == compiled.runs
    assert interpreted.work == compiled.work
    assert interpreted.output == compiled.output


@pytest.mark.parametrize("python_hook", [False, True])
@pytest.mark.parametrize("tick", [None, 61])
def test_several_functions_are_told_in_the_order_of_their_calls(play, tick, python_hook):
    defines = () if tick is None else (f"TICK={tick}",)
    functions = ["tail_calling", "counted", "loop_at_entry"]

    outcome = play(*SOURCES, defines=defines, count=functions, python_hook=python_hook)

    inner = 3 + 7 * 3 + 7  # of tail_calling, with the counted that it jumps to
    order = [7 * 10 + 7, 7 * 1000 + 7, inner, 2 * 9 + 1]
    assert [run[0] for run in outcome.runs] == order * CALLS


def test_runs_are_the_same_every_time(play):
    first, second = (play(*SOURCES, defines=("TICK=61",), count=["counted"]) for _ in range(2))

    assert first.runs == second.runs
    assert first.work == second.work


def test_more_runs_than_the_hook_holds_are_all_kept(play, monkeypatch):
    monkeypatch.setattr("hargen.device.virtual.counter.RUNS_CAPACITY", 4)

    outcome = play(*SOURCES, count=["counted"])

    assert len(outcome.runs) == 3 * CALLS
