"""Builds the hooks in native/ with the host's compiler, once, and loads them."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from hargen.build.toolchain import find_host_compiler
from hargen.device.virtual.counter import State
from hargen.device.virtual.peripherals.usart_front import Front
from hargen.errors import ToolError

SOURCES = tuple(
    Path(__file__).with_name("native") / name for name in ("block_hook.c", "usart_hook.c")
)
FLAGS = ("-std=c11", "-O2", "-fPIC", "-shared")
COMPILE_SECONDS = 60


class NoHookError(Exception):
    """The compiled hooks cannot be had; the message says why."""


def load() -> ctypes.CDLL:
    """Return the library of the hooks, built now or taken from the cache.

    Raises:
        NoHookError: there is no compiler, it failed, or what it made cannot be loaded here.
    """
    try:
        compiler = find_host_compiler()
    except ToolError as error:
        raise NoHookError(error.what) from error
    library = cache_folder() / f"hooks-{_key(compiler)}.so"
    if not library.is_file():
        _build(compiler, library)
    try:
        return _open(library)
    except NoHookError:  # left half-written by a crash, or by another machine
        _build(compiler, library)
        return _open(library)


def cache_folder() -> Path:
    """Return the folder for what was built on this machine: XDG's, else the platform's."""
    base = os.environ.get("XDG_CACHE_HOME")
    if base and Path(base).is_absolute():
        return Path(base) / "hargen"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "hargen"
    return Path.home() / ".cache" / "hargen"


def _key(compiler: Path) -> str:
    real = compiler.resolve()
    facts = (FLAGS, str(real), real.stat().st_mtime_ns, real.stat().st_size, platform.machine())
    source = b"".join(path.read_bytes() for path in SOURCES)
    return hashlib.sha256(source + repr(facts).encode()).hexdigest()[:16]


def _build(compiler: Path, library: Path) -> None:
    try:
        library.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:
            made = Path(folder) / "hooks.so"
            command = [str(compiler), *FLAGS, "-o", str(made), *map(str, SOURCES)]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=COMPILE_SECONDS, check=False
            )
            if done.returncode != 0:
                raise NoHookError(f"{compiler} failed: {done.stderr.strip()[:300]}")
            made.replace(library)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoHookError(f"building it failed: {error}") from error


def _open(library: Path) -> ctypes.CDLL:
    try:
        hook = ctypes.CDLL(str(library))
        sizes = hook.hg_counter_size(), hook.hg_usart_size()
    except (OSError, AttributeError) as error:
        raise NoHookError(f"{library} cannot be loaded: {error}") from error
    if sizes != (ctypes.sizeof(State), ctypes.sizeof(Front)):
        raise NoHookError(f"{library} does not fit this version of hargen")
    return hook
