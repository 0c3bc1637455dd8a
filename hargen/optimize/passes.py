"""The passes, in the order in which they run."""

from __future__ import annotations

from hargen.ir.graph import Graph
from hargen.optimize.fold_batch_norm import fold_batch_norm
from hargen.optimize.fold_pad import fold_pad
from hargen.optimize.fuse_layers import fuse_layers
from hargen.optimize.fuse_max_pool import fuse_max_pool
from hargen.optimize.reduce_max_to_pool import reduce_max_to_pool

_APART = (fold_pad, fold_batch_norm, reduce_max_to_pool, fuse_max_pool)


def optimize(graph: Graph) -> Graph:
    """Return a graph with the same outputs that needs less memory and fewer steps.

    Raises:
        ModelError: a pass broke the graph; that is a mistake in hargen.
    """
    graph = fuse_layers(optimize_apart(graph))
    graph.verify()
    return graph


def optimize_apart(graph: Graph) -> Graph:
    """Return the graph that `optimize` has before layers are fused that could stay apart.

    Raises:
        ModelError: a pass broke the graph; that is a mistake in hargen.
    """
    for graph_pass in _APART:
        graph = graph_pass(graph)
        graph.verify()
    return graph
