"""What `onnx-lab lab` adds to Jupyter's server: messages to the page leave at once.

Jupyter's server leaves Nagle's algorithm on: a small message waits until the page has acknowledged the one before,
and the page takes its time with that (up to 40 ms). One stroke of the pen causes several small messages, and the
answers come last. https://www.tornadoweb.org/en/stable/websocket.html#tornado.websocket.WebSocketHandler.set_nodelay
"""

from __future__ import annotations

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """The server's own connection between a page and a kernel, without the wait."""

    def connect(self) -> Any:
        """Connect, and send each message as soon as it is there."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
