"""Words in letters three lines high, to be read from across the room."""

from __future__ import annotations

# Three columns by five rows; each digit is a row, its bits the columns from the left.
_GLYPHS = {
    "A": "25755", "B": "65656", "C": "34443", "D": "65556", "E": "74647", "F": "74644",
    "G": "34553", "H": "55755", "I": "72227", "J": "11152", "K": "55655", "L": "44447",
    "M": "57755", "N": "65555", "O": "25552", "P": "65644", "Q": "25563", "R": "65655",
    "S": "34216", "T": "72222", "U": "55557", "V": "55552", "W": "55775", "X": "55255",
    "Y": "55222", "Z": "71247", "0": "75557", "1": "26227", "2": "61247", "3": "61216",
    "4": "55711", "5": "74616", "6": "34757", "7": "71222", "8": "75257", "9": "75716",
    " ": "00000", "-": "00700", "_": "00007", ".": "00002", "/": "11244",
}  # fmt: skip
_COLUMNS, _ROWS = 3, 5
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def write(word: str, width: int) -> list[str]:
    """Return a word as three lines, or as one of capitals where that has no room or no letters.

    Args:
        word: any text.
        width: characters that there is room for.
    """
    capitals = word.upper()
    if len(capitals) * (_COLUMNS + 1) > width or not set(capitals) <= set(_GLYPHS):
        return [capitals]
    rows = [[int(_GLYPHS[letter][row]) for letter in capitals] for row in range(_ROWS)]
    rows.append([0] * len(capitals))  # to make an even number
    return [_line(rows[row], rows[row + 1]) for row in range(0, len(rows), 2)]


def _line(upper: list[int], lower: list[int]) -> str:
    return " ".join(
        "".join(_HALVES[above >> bit & 1, below >> bit & 1] for bit in (2, 1, 0))
        for above, below in zip(upper, lower, strict=True)
    )
