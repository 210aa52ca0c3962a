"""A digit's way through the network: the picture after every node, as it is drawn."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path

import ipywidgets
import numpy as np

from helpers import engines
from helpers.digits._fit import read_fitting
from helpers.digits._left import Left
from helpers.digits._way import WalkView, pictured, sentence, stops
from helpers.digits.pad import Pad
from helpers.engines.worker import Isolated, RemoteSession
from helpers.errors import EngineTimedOut, LabError, one_line
from helpers.graph import tap
from helpers.modelfile.nodes import read
from helpers.paths import MNIST
from helpers.process.limits import Limits

_REST = 0.5  # seconds without a new picture after which the answer is said
_walks: weakref.WeakKeyDictionary[Pad, Walk] = weakref.WeakKeyDictionary()


def walk(
    pad: Pad | None = None,
    *,
    model: Path | str | bytes = MNIST,
    engine: str = "onnxruntime",
    limits: Limits = Limits(run=10),
) -> Walk:
    """A pad, and beside it what each node of the network makes of the digit, while it is drawn.

    Parameters
    ----------
    pad
        The pad to watch; a new one by default. It is ``walk.pad``.
    model
        A model that takes one 28 × 28 picture and gives ten scores.
    engine
        Who runs it, in a process of its own.
    limits
        How long it may take, and how much memory it may hold.

    Raises
    ------
    BadInput
        The model does not fit, or there is no such engine.

    >>> w = walk()
    >>> w.pad.show(np.full((28, 28), 255, np.uint8))
    >>> w.layers["ReLU32_Output_0"].shape
    (1, 8, 28, 28)
    >>> w.close()
    """
    known = read_fitting(model)
    chosen = engines.isolated(engine, limits=limits)
    pad = Pad() if pad is None else pad
    if pad in _walks:
        _walks[pad].stop()
    _walks[pad] = made = Walk(pad, chosen, model if known.path is None else known.path)
    return made


class Walk(ipywidgets.Box):
    """The widget that :func:`walk` gives: ``pad``, ``layers``, ``sentence``, ``note``, ``close()``.

    ``stops`` are the tensors on the way, ``process`` is the engine's.
    """

    def __init__(self, pad: Pad, process: Isolated, model: Path | str | bytes) -> None:
        proto = read(model).proto
        self.pad, self.stops, self._view = pad, stops(proto), WalkView()
        self._output = proto.graph.output[0].name
        layout = ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="22px", width="100%")
        super().__init__(children=[self.pad, self._view], layout=layout)
        self.process, self._model, self._left = process, model, Left()
        self._changed = threading.Condition()  # guards what follows
        self._next: tuple[int, np.ndarray | None] | None = None  # the newest picture, None where nothing is drawn
        self._done = -1  # the number of the picture that was answered
        self._layers: dict[str, np.ndarray] = {}
        self._problem: Exception | None = None
        self._stopped = self._broken = False  # broken: the engine cannot load the model
        self._paint()
        pad.observe(self._on_picture, names=["seq"])
        self._on_picture(None)
        threading.Thread(target=self._work, name="walk", daemon=True).start()

    @property
    def layers(self) -> dict[str, np.ndarray]:
        """Every tensor that the picture on the pad becomes, by name, from the input on; {} where nothing is drawn.

        Waits for the engine; raises what it raised.
        """
        limits = self.process.limits
        with self._changed:
            self._changed.wait_for(self._settled, timeout=limits.start + limits.load + limits.run)
            if self._problem is not None:
                raise self._problem
            if not self._settled():
                raise EngineTimedOut(self.process.name, "no answer to the newest picture")
            return dict(self._layers)

    @property
    def steps(self) -> list[dict]:
        """A row a tensor, as the page shows it."""
        return self._view.steps

    @property
    def sentence(self) -> str:
        """What the network answers, in words, once the pen rests."""
        return self._view.sentence

    @property
    def note(self) -> str:
        """What went wrong, in one line; else ""."""
        return self._view.note

    def stop(self) -> None:
        """Let go of the pad, and end the engine's process; what is shown stays."""
        if not self._stopped:
            self.pad.unobserve(self._on_picture, names=["seq"])
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _ipython_display_(self) -> None:
        self._left.show(self)

    def close(self) -> None:
        """Stop, and take the widget from the page."""
        self.stop()
        super().close()

    def __repr__(self) -> str:
        return f"Walk({self.process.name}: {' → '.join(stop.operator for stop in self.stops)})"

    def _settled(self) -> bool:
        return self._done == self.pad.seq or self._problem is not None or self._stopped

    def _on_picture(self, _: object) -> None:
        seq, stages = self.pad.seq, self.pad.stages
        with self._changed:  # in place of a picture that waits: only the newest is worked on
            self._next = (seq, None if stages.empty else stages.tensor)
            self._problem = self._problem if self._broken else None
            self._changed.notify_all()

    def _work(self) -> None:
        try:
            with self.process as process, process.load(tap(self._model).SerializeToString()) as session:
                while (picture := self._wait()) is not None:
                    self._step(session, *picture)
        except Exception as error:  # nobody sees what a thread raises
            self._broken = True
            self._fail(error)

    def _wait(self) -> tuple[int, np.ndarray | None] | None:
        def called() -> bool:
            return self._next is not None or self._stopped

        with self._changed:
            rests = self._done >= 0 and not self._changed.wait_for(called, timeout=_REST)
        if rests:
            self._view.sentence = sentence(self._layers.get(self._output))
            self._left.update(self.pad.picture, self._view.sentence)
        with self._changed:
            self._changed.wait_for(called)
            picture, self._next = self._next, None
            return None if self._stopped else picture

    def _step(self, session: RemoteSession, seq: int, tensor: np.ndarray | None) -> None:
        """Run a picture, if there is one, and show what came of it."""
        layers: dict[str, np.ndarray] = {}
        if tensor is not None:
            name = session.inputs[0].name
            try:
                layers = {name: tensor, **session.run({name: tensor})}
            except LabError as error:  # the next picture gets another chance, and a fresh process where need be
                self._fail(error)
                return
        with self._changed:
            ordered = {stop.name: layers[stop.name] for stop in self.stops if stop.name in layers}
            self._layers, self._done = ordered, seq
            self._changed.notify_all()
        self._view.note = ""
        self._paint()

    def _fail(self, error: Exception) -> None:
        with self._changed:
            self._problem = error if self._next is None or self._broken else None
            self._changed.notify_all()
        self._view.note = one_line(error) if isinstance(error, LabError) else f"{type(error).__name__}: {error}"

    def _paint(self) -> None:
        scores = self._layers.get(self._output, np.zeros(0)).ravel().astype(float)
        self._view.scores = scores.tolist() if np.isfinite(scores).all() else []
        self._view.steps = [
            {"name": s.name, "operator": s.operator, "fixed": s.fixed, "tiles": pictured(self._layers.get(s.name))}
            for s in self.stops
        ]
