"""What `onnx-lab lab` adds to Jupyter's server: messages leave at once, and opening a lesson does not change it."""

from __future__ import annotations

from typing import Any

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, NoSuchKernel
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

_WIDGET = "application/vnd.jupyter.widget-view+json"


class PromptConnection(ZMQChannelsWebsocketConnection):
    """The server's own connection between a page and a kernel, without the wait.

    Jupyter's server leaves Nagle's algorithm on: a small message waits until the page has acknowledged the one before,
    and the page takes its time with that (up to 40 ms). One stroke of the pen causes several small messages, and the
    answers come last. https://www.tornadoweb.org/en/stable/websocket.html#tornado.websocket.WebSocketHandler.set_nodelay
    """

    def connect(self) -> Any:
        """Connect, and send each message as soon as it is there."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


class Notebooks(AsyncLargeFileManager):
    """The server's own manager of files; of a notebook that is read, two things are mended. Files stay as they are."""

    async def get(self, path: str, *given: Any, **named: Any) -> Any:
        """Read a file or a folder."""
        model = await super().get(path, *given, **named)
        notebook = model.get("content")
        if model["type"] == "notebook" and notebook:
            self._name_kernel(notebook["metadata"])
            if not await self._runs(path):
                _drop_widgets(notebook)
        return model

    @property
    def _app(self) -> Any:
        return self.parent  # the ServerApp; typed as what may be none

    def _name_kernel(self, metadata: dict[str, Any]) -> None:
        """Fill in what JupyterLab writes into a notebook once its kernel has started.

        Lessons are committed without it, since it differs by machine; so each would be changed by being opened, and
        ask to be saved when it is closed.
        """
        if metadata.get("kernelspec", {}).get("name", NATIVE_KERNEL_NAME) != NATIVE_KERNEL_NAME:
            return
        try:
            spec = self._app.kernel_spec_manager.get_kernel_spec(NATIVE_KERNEL_NAME)
        except NoSuchKernel:
            return
        metadata["kernelspec"] = {
            "display_name": spec.display_name,
            "language": spec.language,
            "name": NATIVE_KERNEL_NAME,
        }
        metadata["language_info"] = dict(IPythonKernel.language_info)

    async def _runs(self, path: str) -> bool:
        """Whether the notebook has a kernel: then its widgets live, and a page that is loaded again shows them."""
        sessions = await self._app.session_manager.list_sessions()
        return path.strip("/") in {session["path"].strip("/") for session in sessions}


def _drop_widgets(notebook: dict[str, Any]) -> None:
    """Take out the outputs of widgets whose kernel is gone: "Error displaying widget: model not found".

    What they leave behind (helpers.digits, helpers.graph) are outputs of their own, and stay. A notebook that holds
    the state of its widgets shows them without a kernel.
    """
    if "widgets" in notebook["metadata"]:
        return
    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = [output for output in cell["outputs"] if _WIDGET not in output.get("data", {})]
