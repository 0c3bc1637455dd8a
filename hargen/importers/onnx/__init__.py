"""Support vector classifiers in .onnx files, as skl2onnx writes them."""
