"""The board: a row an engine, with what each says about the digit on the pad, as it is drawn."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

import ipywidgets
import numpy as np

from helpers.compare.judge import error
from helpers.compare.voices import REFERENCE
from helpers.digits import _rows
from helpers.digits._dispute import disputed
from helpers.digits._lane import Lane, News
from helpers.digits._latency import LookUp, Measured
from helpers.digits._left import Left
from helpers.digits._say import sentence
from helpers.digits._turns import Turns
from helpers.digits._view import BoardView
from helpers.digits.pad import Pad
from helpers.digits.scores import probabilities
from helpers.errors import one_line
from helpers.process.limits import Limits

_KEPT = 64  # reference answers that are kept, for rows that answer a picture later than the reference did
_Told = News | Measured | tuple[int, bool]  # of an engine, of the benchmark, of the pad: its picture and if it is empty


class Board(ipywidgets.Box):
    """The widget that :func:`board` gives: ``pad``, ``rows`` (what the table shows), ``sentence``, ``close()``."""

    def __init__(self, pad: Pad, names: list[str], model: Path | str | bytes, limits: Limits, measured: LookUp) -> None:
        source = model if isinstance(model, bytes) else Path(model)
        self.pad, self._view = pad, BoardView()
        layout = ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start", grid_gap="22px", width="100%")
        super().__init__(children=[self.pad, self._view], layout=layout)
        self._rows = {name: _rows.new(name) for name in names}
        self._stopped, self._left = False, Left()
        self._measured: LookUp | None = measured  # until it is asked
        self._reference = REFERENCE
        self._truth: dict[int, np.ndarray] = {}  # the reference's scores by picture
        self._newest: dict[str, News] = {}  # each engine's newest answer
        self._seq, self._empty = pad.seq, True
        self._news: queue.SimpleQueue[_Told] = queue.SimpleQueue()
        threading.Thread(target=self._publish, name="board", daemon=True).start()
        watched = dict.fromkeys([*names, REFERENCE])  # the reference works even where it has no row
        turns = Turns()
        self._lanes = {name: Lane(name, source, limits, turns, self._news.put) for name in watched}
        pad.observe(self._on_picture, names=["seq"])
        self._on_picture(None)

    @property
    def rows(self) -> list[dict]:
        """The rows as the page shows them."""
        return self._view.rows

    @property
    def sentence(self) -> str:
        """The sentence under the table."""
        return self._view.sentence

    @property
    def note(self) -> str:
        """The line below it: what the p50 in the rows is, or how to measure it."""
        return self._view.note

    def stop(self) -> None:
        """Let go of the pad and the engines; what is shown stays."""
        if self._stopped:
            return
        self._stopped = True
        self.pad.unobserve(self._on_picture, names=["seq"])
        for lane in self._lanes.values():
            lane.close()
        self._news.put((self._seq, self._empty))  # wakes the publisher, which sees that it is over

    def _ipython_display_(self) -> None:
        self._left.show(self)

    def close(self) -> None:
        """Stop, and take the widget from the page."""
        self.stop()
        super().close()

    def _on_picture(self, _: object) -> None:
        seq, stages = self.pad.seq, self.pad.stages
        self._news.put((seq, stages.empty))
        if not stages.empty:
            for lane in self._lanes.values():
                lane.show(seq, stages.tensor)

    def _publish(self) -> None:
        """The one thread that writes the rows: takes all news that wait, then sends the page one update."""
        while not self._stopped:
            waiting = [self._news.get()]
            while not self._news.empty():
                waiting.append(self._news.get())
            try:
                for news in waiting:
                    self._take(news)
                self._look_up()
                if self._empty or not all(isinstance(news, tuple) for news in waiting):
                    self._view.rows = [dict(row) for row in self._rows.values()]
                    self._say()
            except Exception as problem:  # a thread's exception would vanish, and the board would stand still
                self._view.sentence = f"Internal error in the board: {type(problem).__name__}: {one_line(problem)}"

    def _look_up(self) -> None:
        """Ask for p50 once the engines are up: it takes a core for seconds, which they need first."""
        if self._measured is not None and all(row["state"] != "starting" for row in self._rows.values()):
            measured, self._measured = self._measured, None
            threading.Thread(target=lambda: self._news.put(measured()), name="board-latency", daemon=True).start()

    def _take(self, news: _Told) -> None:
        if isinstance(news, Measured):
            self._view.note = news.note
            for name, each in self._rows.items():
                each["p50"] = news.p50.get(name)
            return
        if isinstance(news, tuple):
            self._seq, self._empty = news
            if self._empty:
                for each in self._rows.values():
                    _rows.blank(each)
            return
        if news.scores is not None:
            self._newest[news.engine] = news
        if news.engine == self._reference:
            self._take_truth(news)
        row = self._rows.get(news.engine)
        if row is None or (news.state == "answered" and self._empty):  # an answer to what has been cleared since
            self._judge()  # a reference without a row may be what the rows wait for
            return
        _rows.blank(row)
        row.update(state=news.state, text=news.text, remedy=news.remedy, seq=news.seq, progress=news.progress)
        row["detail"] = _rows.detail(news.engine) + " · portable form" * news.portable
        if news.scores is not None:
            chances = probabilities(news.scores)
            row.update(answer=int(chances.argmax()), probabilities=chances.round(6).tolist(), seconds=news.seconds)
        self._judge()

    def _take_truth(self, news: News) -> None:
        if news.scores is not None:
            self._truth[news.seq] = news.scores
            for old in sorted(self._truth)[:-_KEPT]:
                del self._truth[old]
        elif news.state in ("failed", "unavailable") and self._reference != "onnxruntime":
            self._reference = "onnxruntime"
            if "onnxruntime" in self._newest:
                self._take_truth(self._newest["onnxruntime"])

    def _judge(self) -> None:
        """Compare each row with the reference's answer to the same picture, where both are there."""
        for name, row in self._rows.items():
            truth = self._truth.get(row["seq"])
            mine = self._newest[name].scores if name in self._newest else None
            if row["state"] == "answered" and row["error"] is None and truth is not None and mine is not None:
                row["error"] = error(mine, truth)
                row["odd"] = int(truth.argmax()) != row["answer"]

    def _say(self) -> None:
        """Say the result once the pen rests: a screen reader should not be told every stroke."""
        self._view.reference = self._reference
        waiting = [r for r in self._rows.values() if r["state"] in ("idle", "answered") and r["seq"] != self._seq]
        if self._empty or not waiting:
            said = sentence(list(self._rows.values()), empty=self._empty)
            now = {n: news.scores for n, news in self._newest.items() if news.seq == self._seq}
            scores = {name: each for name, each in now.items() if each is not None}
            truth = self._truth.get(self._seq) if self._reference == REFERENCE and not self._empty else None
            self._view.sentence = f"{said} {disputed(truth, scores)}".strip()
            self._left.update(self.pad.picture, self._view.sentence, _rows.short(self._rows.values()))
