"""One configuration of BuildOptions as the IDE has it."""

from __future__ import annotations

from dataclasses import replace

from hargen.emit import build_options
from hargen.emit.build_options import BuildOptions
from hargen.emit.cubeide import defaults, flags
from hargen.emit.cubeide.ids import Ids
from hargen.emit.cubeide.model import (
    NAMESPACE,
    Builder,
    Configuration,
    Folder,
    InputType,
    Option,
    Tool,
    ToolChain,
)

_TOOL_NAMES = {
    "assembler": "MCU GCC Assembler",
    "c.compiler": "MCU GCC Compiler",
    "cpp.compiler": "MCU G++ Compiler",
    "c.linker": "MCU GCC Linker",
    "cpp.linker": "MCU G++ Linker",
    "archiver": "MCU GCC Archiver",
    "size": "MCU Size",
    "objdump.listfile": "MCU Output Converter list file",
    "objcopy.hex": "MCU Output Converter Hex",
    "objcopy.binary": "MCU Output Converter Binary",
    "objcopy.verilog": "MCU Output Converter Verilog",
    "objcopy.srec": "MCU Output Converter Motorola S-rec",
    "objcopy.symbolsrec": "MCU Output Converter Motorola S-rec with symbols",
}
_MHZ = 1_000_000


class ConfigurationBuilder:
    """Makes one configuration; its name and the project's ids go into everything."""

    def __init__(
        self, project: str, options: BuildOptions, source: build_options.Configuration, ids: Ids
    ) -> None:
        self._project = project
        self._options = options
        self._source = source
        self._ids = ids

    def build(self) -> Configuration:
        """Return the configuration with the folders whose files are built differently."""
        source = self._source
        build_type = source.name.lower()
        parent = f"{NAMESPACE}.config.exe.{build_type}"
        identity = self._ids.new(parent, source.name)
        root = Folder(f"{identity}.", "", self._root_tool_chain())
        own: tuple[Folder, ...] = ()
        if source.network_level != source.level:
            own = tuple(
                Folder(f"{identity}.{path}", path, self._folder_tool_chain(path, root.tool_chain))
                for path in build_options.NETWORK_DIRS
            )
        compiler = next(t for t in root.tool_chain.tools if t.name == _TOOL_NAMES["c.compiler"])
        assert compiler.input_type is not None
        return Configuration(
            id=identity,
            name=source.name,
            build_type=build_type,
            parent=parent,
            folders=(root, *own),
            source_dirs=build_options.SOURCE_DIRS,
            scanner_id=";".join((identity, root.id, compiler.id, compiler.input_type.id)),
        )

    def _root_tool_chain(self) -> ToolChain:
        super_class = f"{NAMESPACE}.toolchain.exe.{self._source.name.lower()}"
        return ToolChain(
            id=self._new(super_class),
            super_class=super_class,
            options=self._tool_chain_options(),
            target_platform_id=self._new(f"{NAMESPACE}.targetplatform"),
            builder=Builder(
                id=self._new(f"{NAMESPACE}.builder"),
                super_class=f"{NAMESPACE}.builder",
                name="Gnu Make Builder",
                build_path=f"${{workspace_loc:/{self._project}}}/{self._source.name}",
            ),
            tools=tuple(
                self._tool(key, self._tool_options(key), self._input_type(key))
                for key in _TOOL_NAMES
            ),
        )

    def _folder_tool_chain(self, path: str, root: ToolChain) -> ToolChain:
        """Return a folder's tools: each extends the project's, the compiler's level is its own."""
        level = self._level("c.compiler", self._source.network_level, path)
        tools = []
        for key, tool in zip(_TOOL_NAMES, root.tools, strict=True):
            found = self._tool(
                key, (level,) if key == "c.compiler" else (), self._input_type(key, path), path
            )
            tools.append(replace(found, super_class=tool.id))
        return ToolChain(
            id=self._new(root.super_class, path),
            super_class=root.super_class,
            options=tuple(
                Option(self._new(option.id, path), option.id, option.name)
                for option in root.options
            ),
            target_platform_id=self._new(f"{NAMESPACE}.targetplatform", path),
            builder=None,
            tools=tuple(tools),
        )

    def _tool_chain_options(self) -> tuple[Option, ...]:
        mcu = self._options.board.mcu
        clock = str(self._options.board.clock.hclk_hz // _MHZ)
        return (
            self._text("option.target_mcu", "MCU", mcu.part),
            self._text("option.target_cpuid", "CPU", defaults.CPU_ID),
            self._text("option.target_coreid", "Core", defaults.CORE_ID),
            # Projects of parts without one do not name it
            *((self._choice("option.fpu", "Floating-point unit", mcu.fpu),) if mcu.has_fpu else ()),
            self._choice("option.floatabi", "Floating-point ABI", mcu.float_abi),
            self._text("option.target_board", "Board", "genericBoard"),
            self._text("option.defaults", "Defaults", defaults.record(self._options, self._source)),
            # The clock that the debugger's trace view wants to know
            self._option(
                "com.st.stm32cube.ide.mcu.debug.option.cpuclock",
                "Cpu clock frequence",
                value_type="string",
                value=clock,
            ),
            # The same *.bin and *.hex beside the ELF as CMake makes
            self._switch("option.convertbinary", "Convert to binary file (-O binary)"),
            self._switch("option.converthex", "Convert to Intel Hex file (-O ihex)"),
        )

    def _tool_options(self, key: str) -> tuple[Option, ...]:
        source, options = self._source, self._options
        if key == "assembler":
            # The firmware has no assembly; somebody's own gets what the IDE gives it
            symbols = self._list(key, "definedsymbols", "definedSymbols", source.defines)
            return (self._debug_level(key), *((symbols,) if source.defines else ()))
        if key == "c.compiler":
            standard = flags.language_standard(options)
            defines = (*source.defines, *options.defines)
            return (
                self._debug_level(key),
                self._level(key, source.level),
                self._choice(f"tool.{key}.option.languagestandard", "Language standard", standard),
                self._list(key, "definedsymbols", "definedSymbols", defines),
                self._list(key, "includepaths", "includePath", defaults.include_paths(options)),
                self._list(key, "otherflags", "stringList", flags.other_compiler_flags(options)),
            )
        if key == "cpp.compiler":
            return (self._debug_level(key), self._level(key, source.level))
        if key == "c.linker":
            script = defaults.linker_script(options)
            return (
                self._text(f"tool.{key}.option.script", "Linker Script (-T)", script),
                self._list(key, "otherflags", "stringList", flags.other_linker_flags(options)),
            )
        return ()

    def _input_type(self, key: str, *place: str) -> InputType | None:
        super_class = {
            "assembler": f"{NAMESPACE}.tool.assembler.input",
            "c.compiler": f"{NAMESPACE}.tool.c.compiler.input.c",
            "c.linker": f"{NAMESPACE}.tool.c.linker.input",
        }.get(key)
        if super_class is None or (place and key == "c.linker"):
            return None
        # What the linker takes beside the objects, as variables of the generated makefile
        additional = (
            (("additionalinputdependency", "$(USER_OBJS)"), ("additionalinput", "$(LIBS)"))
            if key == "c.linker"
            else ()
        )
        return InputType(self._new(super_class, *place), super_class, additional)

    def _tool(
        self, key: str, options: tuple[Option, ...], input_type: InputType | None, *place: str
    ) -> Tool:
        super_class = f"{NAMESPACE}.tool.{key}"
        return Tool(
            self._new(super_class, *place), super_class, _TOOL_NAMES[key], options, input_type
        )

    def _debug_level(self, key: str) -> Option:
        level = flags.level_value(self._source.debug_level)
        return self._choice(f"tool.{key}.option.debuglevel", "Debug level", level)

    def _level(self, key: str, level: str, *place: str) -> Option:
        return self._choice(
            f"tool.{key}.option.optimization.level",
            "Optimization level",
            flags.level_value(level),
            *place,
        )

    def _text(self, key: str, name: str, value: str) -> Option:
        return self._option(f"{NAMESPACE}.{key}", name, value_type="string", value=value)

    def _switch(self, key: str, name: str) -> Option:
        return self._option(f"{NAMESPACE}.{key}", name, value_type="boolean", value="true")

    def _choice(self, key: str, name: str, word: str, *place: str) -> Option:
        super_class = f"{NAMESPACE}.{key}"
        value = f"{super_class}.value.{word}"
        return self._option(super_class, name, *place, value_type="enumerated", value=value)

    def _list(self, tool: str, key: str, value_type: str, values: tuple[str, ...]) -> Option:
        name = {
            "definedsymbols": "Define symbols (-D)",
            "includepaths": "Include paths (-I)",
            "otherflags": "Other flags",
        }[key]
        super_class = f"{NAMESPACE}.tool.{tool}.option.{key}"
        return self._option(super_class, name, value_type=value_type, values=values)

    def _option(
        self,
        super_class: str,
        name: str,
        *place: str,
        value_type: str,
        value: str | None = None,
        values: tuple[str, ...] | None = None,
    ) -> Option:
        return Option(self._new(super_class, *place), super_class, name, value_type, value, values)

    def _new(self, super_class: str, *place: str) -> str:
        return self._ids.new(super_class, self._source.name, *place)
