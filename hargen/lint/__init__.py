"""Checks of an exported project that need no IDE: rules that STM32CubeIDE projects keep.

One file a group of rules; docs/stm32cubeide.md lists them with where each was learned. They look at
files and at the board file alone, never at what the emitter meant to write.
"""
