"""Support vector classifiers become quantized .svm files, with a report of what that costs."""
