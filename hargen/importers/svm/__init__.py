"""Quantized support vector classifiers in .svm files, as `hargen quantize` writes them."""
