"""Exception entry and return, priorities and masks, as the Armv8-M manual has them."""

from __future__ import annotations

import pytest

from hargen.device.virtual.violations import Rule

THREAD, THREAD_FP, THREAD_PSP = 0xFFFFFFB8, 0xFFFFFFA8, 0xFFFFFFBC


@pytest.fixture(params=[False, True], ids=["c", "python"])
def seen(play, request):
    outcome = play("exceptions.c", "registers.S", python_hook=request.param)
    assert outcome.rules == [Rule.UNMAPPED], "the one that the firmware catches"
    return iter(outcome.values)


def test_exceptions_follow_the_architecture(seen):
    def line():
        return next(seen)

    assert line() == 0, "registers, flags and FP registers are as before"
    assert line() == 16, "ICSR.VECTACTIVE names the first interrupt"
    assert (line(), line()) == (0xA1B, THREAD_FP), "the more urgent one comes in between"
    assert (line(), line()) == (0xA1B, THREAD), "without FP context the frame is the basic one"
    assert (line(), line()) == (0x12A1B, THREAD), "the less urgent one waits"
    assert (line(), line()) == (0x7A1B, THREAD), "PRIMASK holds back, and does not hinder waking"
    assert (line(), line()) == (0x718A1B, THREAD), "BASEPRI holds back the less urgent one only"
    assert line() == 1, "the process stack is as before"
    assert (line(), line()) == (0xCDE, THREAD_PSP), "PendSV waits for SVC to end"
    assert line() == 1, "a stack pointer off 8 bytes comes back"
    assert (line(), line()) == (0xCDE, THREAD)
    assert line() == 0x600D, "the BusFault handler skipped the load"
    assert (line(), line()) == (0x8200, 0x60000000)
    assert line() == 0, "CFSR is cleared by ones"
    assert next(seen, None) is None
