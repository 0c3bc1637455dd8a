"""TensorFlow Lite flatbuffers, read with the schema package `tflite`."""
