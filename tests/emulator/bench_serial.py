"""Count the windows a second that go through the virtual board.

Run it: python tests/emulator/bench_serial.py

A window is a request of 300 bytes, some 150 000 instructions, and a reply of 60 bytes at 921600
baud, received by interrupt. Two requests are under way at a time, as the link's pipelining does.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import serial

sys.path.insert(0, str(Path(__file__).parent))

from firmware_build import build

from hargen.device.virtual import VirtualBoard, program

REQUEST, REPLY, AHEAD = 300, 60, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=500)
    parser.add_argument("--python-hook", action="store_true")
    parser.add_argument("--socket", action="store_true", help="over TCP, not the pty")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        program(project, build(project, "windows.c"))
        with VirtualBoard(project, count="work", python_hook=arguments.python_hook) as board:
            address = board.url if arguments.socket else board.pty or board.url
            with serial.serial_for_url(address, baudrate=921600, timeout=10) as port:
                measure(board, port, arguments.windows)


def measure(board: VirtualBoard, port: serial.SerialBase, windows: int) -> None:
    time.sleep(0.2)  # the board boots
    before, cpu = board.state(), cpu_seconds(board)
    began = time.perf_counter()
    for number in range(min(AHEAD, windows)):
        port.write(bytes([number % 256]) * REQUEST)
    for number in range(windows):
        reply = port.read(REPLY)
        if len(reply) != REPLY:
            sys.exit(f"window {number}: {len(reply)} bytes of {REPLY}; {board.violations()}")
        if number + AHEAD < windows:
            port.write(bytes([(number + AHEAD) % 256]) * REQUEST)
    seconds = time.perf_counter() - began
    after, cpu = board.state(), cpu_seconds(board) - cpu
    runs = board.drain_runs()
    instructions = {run.instructions for run in runs}
    executed = after["instructions"] - before["instructions"]
    print(f"hook          {board.hook}")
    print(f"windows       {windows} in {seconds:.2f} s: {windows / seconds:.0f} a second")
    print(f"board's CPU   {1000 * cpu / windows:.2f} ms a window")
    print(f"instructions  {sorted(instructions)} in {len(runs)} runs")
    print(f"emulated      {executed / seconds / 1e6:.0f} million instructions a second")
    print(f"violations    {board.violations()}")


def cpu_seconds(board: VirtualBoard) -> float:
    """Return the CPU time that the board's process has used (Linux)."""
    user, system = Path(f"/proc/{board.pid}/stat").read_text().rsplit(") ", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
