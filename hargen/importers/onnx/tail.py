"""What lies behind the classifier: the label and the probabilities on their way to the outputs.

Where the classifier has no probabilities, skl2onnx makes scikit-learn's decision_function of its
scores, by a dozen operators more. The class does not depend on them, and hargen's network ends with
the decisions themselves: they are looked at only so far that nothing else is among them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hargen.errors import ModelError
from hargen.importers.onnx.load import node_name

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

COPIES = frozenset({"Cast", "Identity"})
PROBABILITIES = COPIES | {"ZipMap", "Slice", "Reshape"}
SCORES = PROBABILITIES | {
    *("Abs", "Add", "ArrayFeatureExtractor", "Concat", "Div", "Less", "Mul", "Neg", "Sum"),
}


def verify_tail(
    graph: GraphProto,
    classifier: NodeProto,
    front: Iterable[NodeProto],
    *,
    probabilities: bool,
    constants: Iterable[str],
) -> None:
    """Check that the outputs are the classifier's own label and probabilities or scores.

    Args:
        graph: the network.
        classifier: its SVMClassifier.
        front: the nodes in front of it.
        probabilities: whether the classifier has them.
        constants: names of the tensors that do not depend on the input.

    Raises:
        ModelError: something else is computed, or the label does not come out.
    """
    if len(classifier.output) != 2:
        raise ModelError("it has not two outputs", where=node_name(classifier))
    labels, scores = ({name} for name in classifier.output)
    known = set(constants)
    before = {id(node) for node in front} | {id(classifier)}
    allowed = PROBABILITIES if probabilities else SCORES
    for node in graph.node:
        if id(node) in before or all(name in known for name in node.output):
            continue
        moving = [name for name in node.input if name not in known]
        if moving and set(moving) <= labels and node.op_type in COPIES:
            labels.update(node.output)
        elif moving and set(moving) <= scores and node.op_type in allowed:
            scores.update(node.output)
        else:
            raise ModelError(
                f"operator {node.op_type} behind the classifier is not supported",
                where=node_name(node),
                hint="convert the pipeline alone, ending with its SVC",
            )
    outputs = {output.name for output in graph.output}
    if not outputs & labels:
        raise ModelError("the classifier's label is not an output of the network")
    if outputs - labels - scores:
        stray = ", ".join(sorted(outputs - labels - scores))
        raise ModelError(f"output {stray!r} is neither its label nor its probabilities")
