"""The serial link: frames, messages and the client that talks to the firmware.

It knows nothing of models: payloads and outputs are bytes. docs/protocol.md says it in words.
"""
