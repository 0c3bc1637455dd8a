"""Trained Keras models become int8 .tflite files: post-training quantization, with a report."""
