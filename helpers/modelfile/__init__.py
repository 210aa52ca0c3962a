"""What an ONNX file is: its inputs and outputs, nodes, scopes, types and functions; nothing here runs a model."""
