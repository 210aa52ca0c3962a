"""How models/mnist_normalised.onnx was made: a network as PyTorch's own MNIST example builds it.

It is here for what it expects: pixels as (x / 255 - 0.1307) / 0.3081, where models/mnist.onnx takes them as they are.

============  ==================================================
``network``   the network, in JAX
``export``    weights into an ONNX file
``evaluate``  measures the file, fed rightly and in other scales
============  ==================================================

Run ``python -m models.train.normalised`` from the root of the repository.
"""
