"""The tables of messages in Python and in C are the same, byte by byte and number by number."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import firmware

from hargen.link import messages
from hargen.link.layout import Field, Layout

HEADER = firmware.FIRMWARE / "link/hg_messages.h"
ENUMS = {
    "HG_TYPE_": messages.MessageType,
    "HG_STAGE_": messages.Stage,
    "HG_LIVE_SEND_": messages.LiveSend,
    "HG_LIVE_PHASE_": messages.LivePhase,
    "HG_LIVE_SENSOR_": messages.LiveSensor,
    "HG_NAK_": messages.NakReason,
    "HG_RESET_": messages.ResetCause,
}
NUMBERS = {
    "HG_PROTOCOL_VERSION": messages.PROTOCOL_VERSION,
    "HG_BUILD_ID_SIZE": messages.BUILD_ID_SIZE,
    "HG_UID_SIZE": messages.UID_SIZE,
    "HG_NAME_SIZE": messages.NAME_SIZE,
    "HG_FIRMWARE_VERSION_SIZE": messages.FIRMWARE_VERSION_SIZE,
    "HG_LINK_SHA256_SIZE": messages.SHA256_SIZE,
    "HG_LINK_MAX_RANK": messages.MAX_RANK,
    "HG_MAX_BAUDS": messages.MAX_BAUDS,
    "HG_CHUNK_SIZE": messages.CHUNK_SIZE,
    "HG_NO_FAILURE": messages.NO_FAILURE,
    "HG_NO_CYCLES": messages.NO_CYCLES,
    "HG_NO_ACTIVITY": messages.NO_ACTIVITY,
    "HG_UNSOLICITED": messages.UNSOLICITED,
    "HG_CRC_SIZE": 4,
}
KINDS = """
#define KIND(X) _Generic((X), uint8_t: "u8", uint16_t: "u16", uint32_t: "u32", int32_t: "i32", \\
  float: "f32", uint8_t *: "u8", uint16_t *: "u16", uint32_t *: "u32", default: "record")
"""


def kind_of(field: Field) -> str:
    return field.kind if isinstance(field.kind, str) else "record"


@pytest.fixture(scope="module")
def c_table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what a C program prints of the header."""
    lines = []
    for layout in messages.LAYOUTS:
        lines.append(f'printf("{layout.name} %zu\\n", sizeof({layout.name}));')
        for field in layout.fields:
            member = f"(({layout.name} *)0)->{field.name}"
            lines.append(
                f'printf("{layout.name}.{field.name} %zu %zu %s\\n", '
                f"offsetof({layout.name}, {field.name}), sizeof({member}), KIND({member}));"
            )
    names = list(NUMBERS)
    for prefix, enum in ENUMS.items():
        names += [prefix + member.name for member in enum]
    lines += [f'printf("{name} %lu\\n", (unsigned long){name});' for name in names]
    folder = tmp_path_factory.mktemp("layouts")
    source = folder / "layouts.c"
    source.write_text(
        '#include <stddef.h>\n#include <stdio.h>\n#include "hg_messages.h"\n'
        + KINDS
        + "int main(void) {\n"
        + "\n".join(lines)
        + "\nreturn 0;\n}\n"
    )
    program = firmware.compile_c(folder / "layouts", [source])
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    return dict(line.split(" ", 1) for line in printed.splitlines())


@pytest.mark.parametrize("layout", messages.LAYOUTS, ids=lambda layout: layout.name)
def test_records_are_the_same(layout: Layout, c_table: dict[str, str]) -> None:
    assert c_table[layout.name] == str(layout.size)
    for field in layout.fields:
        expected = f"{layout.offsets[field.name]} {field.size} {kind_of(field)}"
        assert c_table[f"{layout.name}.{field.name}"] == expected, field.name


def test_numbers_are_the_same(c_table: dict[str, str]) -> None:
    for name, value in NUMBERS.items():
        assert c_table[name] == str(value), name
    for prefix, enum in ENUMS.items():
        for member in enum:
            assert c_table[prefix + member.name] == str(member.value), member


def test_neither_side_has_more() -> None:
    text = HEADER.read_text(encoding="utf-8")
    assert set(re.findall(r"^} (hg_\w+_t);", text, re.MULTILINE)) == {
        *(layout.name for layout in messages.LAYOUTS),
        *("hg_type_t", "hg_stage_t", "hg_nak_reason_t", "hg_reset_cause_t"),
        *("hg_live_send_t", "hg_live_phase_t", "hg_live_sensor_t"),
    }
    enumerators = set(re.findall(r"^  (HG_[A-Z0-9_]+) = ", text, re.MULTILINE))
    assert enumerators == {
        prefix + member.name for prefix, enum in ENUMS.items() for member in enum
    }


def test_a_record_with_padding_is_refused() -> None:
    with pytest.raises(ValueError, match="not aligned"):
        Layout("hg_bad_t", (Field("small", "u8"), Field("large", "u32")))
    with pytest.raises(ValueError, match="alignment"):
        Layout("hg_bad_t", (Field("large", "u32"), Field("small", "u8")))


@given(st.data())
def test_packing_and_unpacking_are_inverse(data: st.DataObject) -> None:
    layout = data.draw(st.sampled_from(messages.LAYOUTS))
    raw = data.draw(st.binary(min_size=layout.size, max_size=layout.size + 8))
    values = layout.unpack(raw)
    again = layout.unpack(layout.pack(**values))
    # a NaN is not equal to itself, its text is
    assert repr(again) == repr(values)


def test_the_size_of_data_is_checked() -> None:
    with pytest.raises(ValueError, match="hg_nak_t needs 8 bytes, got 7"):
        messages.NAK.unpack(bytes(7))
    with pytest.raises(KeyError):
        messages.NAK.pack(reason=1)
    with pytest.raises(KeyError):
        messages.NAK.pack(reason=1, expected=2, more=3)


def test_the_firmware_has_the_version_of_hargen() -> None:
    import hargen

    text = Path(firmware.FIRMWARE / "app/hg_version.h").read_text(encoding="utf-8")
    assert f'#define HG_FIRMWARE_VERSION "{hargen.__version__}"' in text
