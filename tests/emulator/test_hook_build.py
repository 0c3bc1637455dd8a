"""The compiled hooks: built once, kept by what they depend on, done without if need be."""

from __future__ import annotations

import stat

import pytest

pytest.importorskip("unicorn", reason="the virtual board needs unicorn")

from hargen.device.virtual import hook_build


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CC", raising=False)
    return tmp_path / "cache" / "hargen"


def test_the_hooks_are_built_once(cache):
    hook_build.load()
    (library,) = cache.iterdir()
    built = library.stat().st_mtime_ns

    hook_build.load()

    assert library.stat().st_mtime_ns == built


def test_another_source_is_built_anew(cache, monkeypatch, tmp_path):
    hook_build.load()
    changed = tmp_path / "block_hook.c"
    changed.write_text(hook_build.SOURCES[0].read_text() + "/* changed */\n")
    monkeypatch.setattr(hook_build, "SOURCES", (changed, hook_build.SOURCES[1]))

    hook_build.load()

    assert len(list(cache.iterdir())) == 2


def test_a_damaged_library_is_built_anew(cache):
    hook_build.load()
    (library,) = cache.iterdir()
    damaged = cache / "damaged"
    damaged.write_bytes(b"not a library")
    damaged.replace(library)  # the old one is still mapped

    assert hook_build.load().hg_counter_size() > 0


def test_without_a_compiler_the_reason_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(hook_build.NoHookError, match="no C compiler"):
        hook_build.load()


def test_a_compiler_that_fails_is_named(monkeypatch, tmp_path):
    compiler = tmp_path / "broken-cc"
    compiler.write_text("#!/bin/sh\necho it broke >&2\nexit 1\n")
    compiler.chmod(compiler.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("CC", str(compiler))

    with pytest.raises(hook_build.NoHookError, match=r"broken-cc failed: it broke"):
        hook_build.load()


def test_a_cache_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")

    with pytest.raises(hook_build.NoHookError, match="building it failed"):
        hook_build.load()
