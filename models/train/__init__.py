"""How models/mnist.onnx was made, in parts that each do one job; models/mnist_normalised.onnx in ``normalised``.

============== ==================================================================
``data``       fetches the MNIST digits and reads them
``augment``    bends, turns and thickens digits, so that a mouse drawing works too
``network``    the network, in JAX
``train``      the training loop
``export``     weights into an ONNX file
``strokes``    300 digits drawn by an imitated pen, never trained on
``evaluate``   measures the file and writes the numbers into models/README.md
``digits``     writes data/digits.npz
``normalised`` the second model, which expects other pixels
============== ==================================================================

Run ``python -m models.train`` from the root of the repository. Only ``augment``, ``network`` and ``train`` need
JAX; the rest needs numpy, onnx and onnxruntime.
"""
