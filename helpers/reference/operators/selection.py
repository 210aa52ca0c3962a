"""What picks or marks elements: Unique, OneHot and NonMaxSuppression."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx.reference.op_run import OpRun

from helpers.reference.mends import mend

_CODE = "https://github.com/onnx/onnx/blob/main/onnx/reference/ops"


@mend(
    "Unique",
    11,
    sentence="Outputs are sorted in ascending order or in the order of the first occurrence, along any axis.",
    upstream=f"{_CODE}/op_unique.py",
)
class Unique(OpRun):
    """Unique, sorted or not, of elements or of slices."""

    def _run(self, x: np.ndarray, axis: int | None = None, sorted: int = 1) -> tuple[Any, ...]:
        _, first, inverse, counts = np.unique(x, True, True, True, axis=axis)
        order = np.arange(len(first)) if sorted else np.argsort(first)
        first, counts, inverse = first[order], counts[order], np.argsort(order)[inverse.reshape(-1)]
        y = x.reshape(-1)[first] if axis is None else x.take(first, axis)
        return (y, *(a.astype(np.int64) for a in (first, inverse, counts)))[: len(self.onnx_node.output)]


@mend(
    "OneHot",
    9,
    sentence="The locations represented by the index values have on_value and the others have off_value.",
    upstream=f"{_CODE}/op_one_hot.py",
)
class OneHot(OpRun):
    """OneHot of values of any type and size."""

    def _run(self, indices: np.ndarray, depth: np.ndarray, values: np.ndarray, axis: int = -1) -> tuple[Any, ...]:
        count = int(depth.reshape(-1)[0])
        places = indices.astype(np.int64)
        places = np.expand_dims(np.where(places < 0, places + count, places), axis)
        shape = [1] * places.ndim
        shape[axis] = -1
        return (np.where(np.arange(count).reshape(shape) == places, values[1], values[0]),)


def _corners(boxes: np.ndarray, center_point_box: int) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and the largest coordinates of boxes [n, 4]."""
    if center_point_box:
        return boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
    return np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])


def _overlaps(low: np.ndarray, high: np.ndarray, box: int) -> np.ndarray:
    """The intersection over union of one box with all boxes; 0 where there is no area."""
    sides = np.maximum(0, np.minimum(high, high[box]) - np.maximum(low, low[box]))
    common, areas = sides.prod(-1), (high - low).prod(-1)
    union = areas + areas[box] - common
    return np.divide(common, union, out=np.zeros_like(common), where=(common > 0) & (union > 0))


@mend(
    "NonMaxSuppression",
    10,
    sentence="Boxes with score less than score_threshold are removed; max_output_boxes_per_class defaults to 0, "
    "iou_threshold to 0; all are scalars.",
    upstream=f"{_CODE}/op_non_max_suppression.py",
)
class NonMaxSuppression(OpRun):
    """NonMaxSuppression."""

    def _run(
        self,
        boxes: np.ndarray,
        scores: np.ndarray,
        most: np.ndarray | None = None,
        iou_threshold: np.ndarray | None = None,
        score_threshold: np.ndarray | None = None,
        center_point_box: int = 0,
    ) -> tuple[Any, ...]:
        count = 0 if most is None or not most.size else max(0, int(most.reshape(-1)[0]))
        limit = 0.0 if iou_threshold is None or not iou_threshold.size else float(iou_threshold.reshape(-1)[0])
        found: list[tuple[int, int, int]] = []
        for image, classes in enumerate(scores):
            low, high = _corners(boxes[image], center_point_box)
            for kind, score in enumerate(classes):
                free = np.ones(len(score), bool)
                if score_threshold is not None and score_threshold.size:
                    free = score >= score_threshold.reshape(-1)[0]
                chosen = 0
                for box in np.argsort(-score, kind="stable"):
                    if chosen < count and free[box]:
                        found.append((image, kind, int(box)))
                        free &= _overlaps(low, high, int(box)) <= limit
                        chosen += 1
        return (np.array(found, np.int64).reshape(-1, 3),)
