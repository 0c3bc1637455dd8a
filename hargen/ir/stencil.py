"""The geometry that convolutions and pools share: a kernel that slides over height and width."""

from __future__ import annotations

from dataclasses import dataclass

Size2D = tuple[int, int]


@dataclass(frozen=True)
class Padding:
    """Rows and columns around the input that no kernel position may leave."""

    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0

    def __bool__(self) -> bool:
        return bool(self.top or self.left or self.bottom or self.right)


@dataclass(frozen=True)
class Stencil:
    """A kernel of (height, width) that moves by `stride` and whose taps lie `dilation` apart."""

    kernel: Size2D
    stride: Size2D
    dilation: Size2D = (1, 1)
    padding: Padding = Padding()

    @property
    def extent(self) -> Size2D:
        """Input rows and columns that one position spans."""
        (height, width), (down, right) = self.kernel, self.dilation
        return (height - 1) * down + 1, (width - 1) * right + 1

    @property
    def overlaps(self) -> bool:
        """Whether neighbouring positions share input."""
        return self.extent[0] > self.stride[0] or self.extent[1] > self.stride[1]

    @property
    def keeps_columns(self) -> bool:
        """Whether each column of the output comes from one column of the input."""
        across = self.kernel[1] == self.stride[1] == 1
        return across and not self.padding.left and not self.padding.right

    def output_size(self, height: int, width: int) -> Size2D:
        """Return the number of positions down and across an input of that size."""
        padding, extent = self.padding, self.extent
        return (
            (height + padding.top + padding.bottom - extent[0]) // self.stride[0] + 1,
            (width + padding.left + padding.right - extent[1]) // self.stride[1] + 1,
        )
