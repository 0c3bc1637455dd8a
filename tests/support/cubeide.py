"""What STM32CubeIDE would run for a project: a reader of .cproject that shares nothing with hargen.

How options become flags was learned from makefiles that the IDE wrote (GNU Tools for STM32 10.3).
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

P = "com.st.stm32cube.ide.mcu.gnu.managedbuild."
CORES = {"STM32U5": "cortex-m33", "STM32L4": "cortex-m4", "STM32F4": "cortex-m4"}


@dataclass(frozen=True)
class Command:
    """One compiler call, without its input and output."""

    source: str
    flags: tuple[str, ...]


class Ide:
    """One configuration of a project as the IDE builds it."""

    def __init__(self, project: Path, configuration: str) -> None:
        self.project = project
        self.name = configuration
        root = ElementTree.parse(project / ".cproject").getroot()
        (self._configuration,) = (
            c for c in root.iter("configuration") if c.get("name") == configuration
        )
        self._by_id = {e.get("id"): e for e in self._configuration.iter() if e.get("id")}
        description = ElementTree.parse(project / ".project").getroot()
        self.project_name = description.findtext("name", "")

    @property
    def build_dir(self) -> Path:
        return self.project / self.name

    def sources(self) -> list[str]:
        """Return the C files below the source entries, in their order, then by path."""
        found: list[str] = []
        for entry in self._configuration.findall("sourceEntries/entry"):
            assert entry.get("kind") == "sourcePath"
            assert "excluding" not in entry.attrib
            folder = self.project / entry.attrib["name"]
            assert folder.is_dir()
            found += sorted(str(p.relative_to(self.project)) for p in folder.rglob("*.c"))
            assert not list(folder.rglob("*.[sS]"))
        return found

    def tool_chain_option(self, key: str) -> str:
        return self._value(self._tool_chain(""), key)

    def compile_command(self, source: str) -> Command:
        """Return the flags for one file, in the order of the IDE."""
        tool = self._tool(self._folder_of(source), "tool.c.compiler")
        key = "tool.c.compiler.option."
        level = self._value(tool, f"{key}optimization.level", default="o0")
        standard = self._value(tool, f"{key}languagestandard", default="gnu11")
        flags = [
            f"-mcpu={self._core()}",
            f"-std={standard.removeprefix('iso')}",
            f"-{self._value(tool, f'{key}debuglevel')}",
            *(f"-D{define}" for define in self._values(tool, f"{key}definedsymbols")),
            *(f"-I{path}" for path in self._values(tool, f"{key}includepaths")),
            f"-O{level.removeprefix('o')}",
            *("-ffunction-sections", "-fdata-sections", "-Wall"),
            *self._values(tool, f"{key}otherflags"),
            *("-fstack-usage", "--specs=nano.specs", *self._float(), "-mthumb"),
        ]
        return Command(source, tuple(flags))

    def link_flags(self) -> list[str]:
        """Return what follows the objects on the linker's command line."""
        tool = self._tool("", "tool.c.linker")
        key = "tool.c.linker.option."
        script = self._value(tool, f"{key}script")
        script = script.replace("${ProjName}", self.project_name)
        inside = re.fullmatch(rf"\$\{{workspace_loc:/{self.project_name}/(.*)\}}", script)
        assert inside, script
        inputs = [e.get("paths") for e in tool.iter("additionalInput")]
        assert inputs == ["$(USER_OBJS)", "$(LIBS)"]
        return [
            *(f"-mcpu={self._core()}", f"-T{self.project / inside[1]}", "--specs=nosys.specs"),
            *(f"-Wl,-Map={self.project_name}.map", "-Wl,--gc-sections", "-static"),
            *self._values(tool, f"{key}otherflags"),
            *("--specs=nano.specs", *self._float(), "-mthumb"),
            *("-Wl,--start-group", "-lc", "-lm", "-Wl,--end-group"),
        ]

    def build(self, gcc: str = "arm-none-eabi-gcc", *, reverse: bool = False) -> Path:
        """Compile and link in <project>/<configuration>, and return the ELF."""
        self.build_dir.mkdir(exist_ok=True)
        objects = []
        for source in self.sources():
            target = Path(source).with_suffix(".o")
            (self.build_dir / target).parent.mkdir(parents=True, exist_ok=True)
            flags = self.compile_command(source).flags
            self._run([gcc, f"../{source}", *flags, "-c", "-o", str(target)])
            objects.append(str(target))
        if reverse:
            objects.reverse()
        elf = f"{self.project_name}.elf"
        self._run([gcc, "-o", elf, *objects, *self.link_flags()])
        return self.build_dir / elf

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(
            command, cwd=self.build_dir, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr}"
        assert done.stderr == "", done.stderr

    def _core(self) -> str:
        return CORES[self.tool_chain_option("option.target_mcu")[:7]]

    def _float(self) -> tuple[str, str]:
        fpu = self.tool_chain_option("option.fpu")
        return f"-mfpu={fpu}", f"-mfloat-abi={self.tool_chain_option('option.floatabi')}"

    def _folder_of(self, source: str) -> str:
        paths = [f.attrib["resourcePath"] for f in self._configuration.iter("folderInfo")]
        return max((p for p in paths if not p or source.startswith(f"{p}/")), key=len)

    def _tool_chain(self, path: str) -> Element:
        (folder,) = (
            f for f in self._configuration.iter("folderInfo") if f.get("resourcePath") == path
        )
        (chain,) = folder.findall("toolChain")
        return chain

    def _tool(self, path: str, key: str) -> Element:
        return next(
            tool
            for tool in self._tool_chain(path).findall("tool")
            if re.fullmatch(re.escape(P + key) + r"(\.\d+)?", tool.attrib["superClass"])
        )

    def _option(self, holder: Element, key: str) -> Element | None:
        """Return an option of a tool or tool chain, or of the one that it extends."""
        for option in holder.findall("option"):
            if option.get("superClass") == P + key:
                return option
        parent = self._by_id.get(holder.attrib["superClass"])
        return None if parent is None else self._option(parent, key)

    def _value(self, holder: Element, key: str, *, default: str | None = None) -> str:
        option = self._option(holder, key)
        value = None if option is None else option.get("value")
        if value is None:
            assert default is not None, f"no {key}"
            return default
        if option is not None and option.get("valueType") == "enumerated":
            assert value.startswith(f"{P}{key}.value."), value
            return value.removeprefix(f"{P}{key}.value.")
        return value

    def _values(self, holder: Element, key: str) -> list[str]:
        option = self._option(holder, key)
        if option is None:
            return []
        assert option.get("IS_VALUE_EMPTY") == "false"
        return [entry.attrib["value"] for entry in option.findall("listOptionValue")]
