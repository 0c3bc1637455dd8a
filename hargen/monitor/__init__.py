"""A board that samples its own sensor, watched: what it says becomes events, a state, a recording.

`opening` gets hold of the board, `connection` keeps hold of it, `state` is what there is to show,
`recorder` writes samples down, `watch` runs them all. How it looks is the command line's matter.
"""
