"""The board's memories: what is where, and access to it from outside the core."""

from __future__ import annotations

import mmap
import random
import struct

FLASH_BASE, FLASH_SIZE = 0x0800_0000, 0x20_0000
SRAM_BASE, SRAM_SIZE = 0x2000_0000, 0xC_0000  # SRAM1, 2 and 3
SRAM4_BASE, SRAM4_SIZE = 0x2800_0000, 0x4000
SIGNATURE_BASE, SIGNATURE_SIZE = 0x0BFA_0000, 0x1000

UID_OFFSET, UID = 0x700, (0x0039_0020, 0x3152_4156, 0x2036_3854)
FLASH_SIZE_OFFSET = 0x7A0
ERASED = 0xFF

_WORD = struct.Struct("<I")


class Region:
    """A memory: its addresses from base to end, content, and what the core may do (of rwx)."""

    def __init__(self, base: int, size: int, access: str) -> None:
        self.base = base
        self.end = base + size
        self.content = mmap.mmap(-1, size)
        self.access = access


class Memory:
    """Flash, the SRAMs and the device signature of an STM32U585."""

    def __init__(self) -> None:
        self.flash = Region(FLASH_BASE, FLASH_SIZE, "rx")
        self.sram = Region(SRAM_BASE, SRAM_SIZE, "rwx")
        self.sram4 = Region(SRAM4_BASE, SRAM4_SIZE, "rwx")
        self.signature = Region(SIGNATURE_BASE, SIGNATURE_SIZE, "r")
        self.regions = (self.sram, self.flash, self.sram4, self.signature)
        content = self.signature.content
        content[:] = bytes([ERASED]) * SIGNATURE_SIZE
        struct.pack_into("<3I", content, UID_OFFSET, *UID)
        struct.pack_into("<H", content, FLASH_SIZE_OFFSET, FLASH_SIZE // 1024)

    def power_up(self, flash: bytes) -> None:
        """Load the flash, and fill the SRAMs with what no firmware should rely on."""
        self.flash.content[:] = flash
        noise = random.Random(0)
        for region in (self.sram, self.sram4):
            region.content[:] = noise.randbytes(len(region.content))

    def region_of(self, address: int, size: int = 1) -> Region | None:
        """Return the memory that holds size bytes from address."""
        for region in self.regions:
            if region.base <= address and address + size <= region.end:
                return region
        return None

    def read(self, address: int, size: int) -> bytes | None:
        """Return size bytes from address, or None where no memory holds them all."""
        region = self.region_of(address, size)
        if region is None:
            return None
        offset = address - region.base
        return region.content[offset : offset + size]

    def read_word(self, address: int) -> int | None:
        """Return the 32-bit word at address, or None where there is no memory."""
        data = self.read(address, _WORD.size)
        return None if data is None else int(_WORD.unpack(data)[0])

    def write(self, address: int, data: bytes) -> bool:
        """Write data as the core would; tell whether memory that it may write holds it all."""
        region = self.region_of(address, len(data))
        if region is None or "w" not in region.access:
            return False
        offset = address - region.base
        region.content[offset : offset + len(data)] = data
        return True

    def fetch(self, address: int, size: int) -> bytes:
        """Return code; empty where there is no memory."""
        return self.read(address, size) or b""
