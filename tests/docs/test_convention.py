"""What runs the pages notices what is wrong with a page."""

from __future__ import annotations

import pytest
from support import markdown, transcript
from support.transcript import Step, difference

TABLE = "┌───┬────┐\n│ a │ 1  │\n│   │ to │\n└───┴────┘"


def test_blocks_are_found_with_their_lines_and_languages() -> None:
    found, prose = markdown.split("p.md", "one\n```sh\nls\n```\ntwo\n````text\n```\n````\n")
    assert [(block.line, block.language, block.text) for block in found] == [
        (2, "sh", "ls\n"),
        (6, "text", "```\n"),
    ]
    assert prose == "one\ntwo"


def test_a_fence_that_is_never_closed_hides_nothing() -> None:
    with pytest.raises(ValueError, match=r"p\.md:1: the fence is never closed"):
        markdown.split("p.md", "```sh\nls\n")


def test_a_fence_without_a_language_has_none() -> None:
    assert markdown.split("p.md", "```\nls\n```\n")[0][0].language == ""


def test_steps_of_a_console_block() -> None:
    text = "$ one \\\n> more\nout\n$ two\n$ three\nsaid\n^C\n"
    assert transcript.steps(text, "p.md:1") == [
        Step("one \\\nmore", "out"),
        Step("two", ""),
        Step("three", "said", interrupted=True),
    ]
    with pytest.raises(ValueError, match="begins with a command"):
        transcript.steps("out\n", "p.md:1")


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("a\nb", "a\nb\n"),
        ("a\n...\nd", "a\nb\nc\nd\n"),
        ("...\nd", "d\n"),
        ("build id ...", "build id 0123456789ab\n"),
        ("on /dev/pts/0 at 98 windows/s, 1.5 s", "on /dev/pts/12 at 176 windows/s, 2 s\n"),
        ("gcc 12.2.1", "gcc 12.2.0"),
        (TABLE, "┌──┬─────┐\n│ a │ 1 to │\n└──┴─────┘\n"),
        ("", ""),
    ],
)
def test_what_may_differ(shown: str, printed: str) -> None:
    assert difference(shown, printed) == ""


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("a\nb", "a\n"),
        ("a", "a\nb\n"),
        ("", "a\n"),
        ("a", ""),
        ("3168 B", "3169 B\n"),
        ("300 of 300 bit-exact", "299 of 300 bit-exact\n"),
        ("a\n...\nd", "a\nb\nc\n"),
        (TABLE, TABLE.replace("to", "of")),
    ],
)
def test_what_may_not(shown: str, printed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "same_compiler", lambda: True)
    assert "the page shows" in difference(shown, printed)


def test_numbers_of_another_compiler_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "same_compiler", lambda: False)
    assert difference("code 1864 B, id 0123456789ab", "code 1900 B, id ba9876543210\n") == ""
    assert difference("code 1864 B", "weights 1864 B\n") != ""


def test_a_script_stops_at_what_fails_and_a_step_tells_its_code(world) -> None:
    place = world()
    assert place.script("false\ntouch after\n")[0] != 0
    assert not (place.folder / "after").exists()
    assert place.step(Step("(exit 5)", "")) == ""
    assert place.code == 5
    assert place.step(Step("echo $?", "5")) == ""
    assert "the page shows" in place.step(Step("echo new", "old"))


def test_folders_are_kept_within_a_block_and_left_after_it(world) -> None:
    place = world()
    place.script("mkdir inside")
    assert place.step(Step("cd inside", "")) == ""
    assert place.step(Step("pwd", "/home/you/inside")) == ""
    place.begin()
    assert place.step(Step("pwd", "/home/you")) == ""


def test_stand_ins_write_down_what_they_were_asked(world) -> None:
    place = world()
    assert place.script("sudo apt install gcc\nmake test\npip install '.[all]'")[0] == 0
    assert place.recorded == ["sudo apt install gcc", "make test", "pip install .[all]"]


def test_ctrl_c_ends_what_would_go_on(world) -> None:
    place = world()
    assert place.step(Step("echo ready; exec sleep 50", "ready", interrupted=True)) == ""
