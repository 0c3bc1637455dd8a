"""The files of an STM32CubeIDE project: .project and .cproject, printed from BuildOptions.

What they have to hold was learned from STMicroelectronics' own projects (docs/stm32cubeide.md). The
IDE makes the rest by itself when it opens a project, so that none of it is generated: .settings/,
Debug/, Release/, *.launch; nor is there an .ioc, because the firmware does not come from CubeMX.

Both files are UTF-8 with line feeds, as the IDE writes them on Linux and macOS; it reads them so
everywhere.
"""
