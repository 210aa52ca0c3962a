"""The operators of ai.onnx.ml that take tensors and give tensors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from onnx import TensorProto

from benchmarks.judging.cases import Setting, normal, setting

_POSTS = ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT")
_FLOAT, _WHOLE, _TEXT = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING


def settings() -> Iterator[Setting]:
    """Features made, linear models, support vectors, and trees."""
    yield from _features()
    yield from _labels()
    yield from _linear()
    yield from _vectors()
    yield from _trees()


def _ml(operator: str, *inputs: np.ndarray, **more: Any) -> Setting:
    return setting(operator, *inputs, domain="ai.onnx.ml", **more)


def _features() -> Iterator[Setting]:
    x = normal(3, 4, scale=2)
    for dtype in (np.float32, np.float64, np.int32, np.int64):
        yield _ml("ArrayFeatureExtractor", normal(3, 4, dtype=dtype), np.array([[1, 3]], np.int64))
        yield _ml("Binarizer", normal(3, 4, dtype=dtype), threshold=0.5)
        given = normal(3, 4, dtype=dtype, scale=2)
        yield _ml("Scaler", given, offset=[1.0, 0.0, -1.0, 0.5], scale=[1.0, 2.0, 0.5, 3.0], types=[_FLOAT])
        yield _ml("Scaler", given, offset=[0.5], scale=[2.0], types=[_FLOAT])
        for norm in ("MAX", "L1", "L2"):
            yield _ml("Normalizer", given, norm=norm, types=[_FLOAT])
    yield _ml("Normalizer", np.abs(x), norm="MAX", types=[_FLOAT], note="above 0")
    yield _ml("FeatureVectorizer", x, normal(3, 2), inputdimensions=[4, 2], types=[_FLOAT])
    holes = x.copy()
    holes[1, 2] = np.nan
    yield _ml("Imputer", holes, imputed_value_floats=[1.0, 2.0, 3.0, 4.0], replaced_value_float=float("nan"))
    yield _ml("Imputer", holes, imputed_value_floats=[7.0], replaced_value_float=float("nan"))
    yield _ml("Imputer", np.array([[1, 0, 3]], np.int64), imputed_value_int64s=[9], replaced_value_int64=0)
    yield _ml("OneHotEncoder", np.array([1, 3, 2], np.int64), cats_int64s=[1, 2, 3], types=[_FLOAT])
    yield _ml("OneHotEncoder", np.array([1, 5], np.int64), cats_int64s=[1, 2, 3], zeros=1, types=[_FLOAT])
    yield _ml("OneHotEncoder", np.array(["b", "a"], object), cats_strings=["a", "b"], types=[_FLOAT])


def _labels() -> Iterator[Setting]:
    words, numbers = np.array(["a", "c", "z"], object), np.array([1, 3, 9], np.int64)
    yield _ml("LabelEncoder", words, classes_strings=["a", "b", "c"], types=[_WHOLE])
    yield _ml("LabelEncoder", numbers, classes_strings=["x", "y", "z", "w"], types=[_TEXT])
    yield _ml("LabelEncoder", words, keys_strings=["a", "c"], values_int64s=[5, 6], types=[_WHOLE])
    yield _ml("LabelEncoder", words, keys_strings=["a"], values_floats=[1.5], default_float=7.5, types=[_FLOAT])
    yield _ml("LabelEncoder", numbers, keys_int64s=[1, 3], values_strings=["p", "q"], default_string="r", types=[_TEXT])
    yield _ml("LabelEncoder", numbers, keys_int64s=[1, 3], values_int64s=[7, 8], types=[_WHOLE])
    yield _ml("LabelEncoder", normal(2, 2), keys_floats=[1.0], values_int64s=[8], default_int64=4, types=[_WHOLE])
    for operator, kind in (("CategoryMapper", _WHOLE),):
        yield _ml(operator, words, cats_strings=["a", "c"], cats_int64s=[4, 6], default_int64=-3, types=[kind])
    yield _ml("CategoryMapper", numbers, cats_strings=["a", "c"], cats_int64s=[1, 3], types=[_TEXT])


def _linear() -> Iterator[Setting]:
    x, weights = normal(3, 4), [float(v) for v in normal(8, seed=1).round(3)]
    for post in _POSTS:
        more = {"intercepts": [0.25, -0.5], "post_transform": post}
        if post != "PROBIT":
            yield _ml("LinearRegressor", x, coefficients=weights, targets=2, types=[_FLOAT], **more)
            given = {"coefficients": weights, "classlabels_ints": [3, 7], **more}
            yield _ml("LinearClassifier", x, outputs=2, types=[_WHOLE, _FLOAT], **given)
    yield _ml("LinearRegressor", x, coefficients=weights[:4], types=[_FLOAT])
    twelve = [float(v) for v in normal(12, seed=2).round(3)]
    given = {"coefficients": twelve, "classlabels_strings": ["a", "b", "c"], "intercepts": [0.1, 0.2, 0.3]}
    yield _ml("LinearClassifier", x, outputs=2, types=[_TEXT, _FLOAT], post_transform="SOFTMAX", **given)
    single = {"coefficients": weights[:4], "classlabels_ints": [0, 1], "intercepts": [0.1]}
    yield _ml("LinearClassifier", x, outputs=2, types=[_WHOLE, _FLOAT], post_transform="LOGISTIC", **single)


def _vectors() -> Iterator[Setting]:
    x, held = normal(4, 3), [float(v) for v in normal(6, seed=1).round(3)]
    for kernel in ("LINEAR", "POLY", "RBF", "SIGMOID"):
        more = {"kernel_type": kernel, "kernel_params": [0.5, 1.0, 2.0], "rho": [0.25]}
        given = {"support_vectors": held, "coefficients": [0.75, -1.5], "n_supports": 2}
        yield _ml("SVMRegressor", x, types=[_FLOAT], **given, **more)
        classes = {"classlabels_ints": [0, 1], "vectors_per_class": [1, 1], "support_vectors": held}
        yield _ml("SVMClassifier", x, outputs=2, types=[_WHOLE, _FLOAT], coefficients=[0.75, -1.5], **classes, **more)
    yield _ml("SVMRegressor", x, types=[_FLOAT], coefficients=[0.5, 1.0, -0.25], rho=[0.5], n_supports=0)
    yield _ml("SVMRegressor", x, types=[_FLOAT], **given, **more, one_class=1)


def _trees() -> Iterator[Setting]:
    x = normal(6, 3)
    x[0, 1] = np.nan
    tree: dict[str, Any] = {
        "nodes_treeids": [0, 0, 0, 0, 0, 1, 1, 1],
        "nodes_nodeids": [0, 1, 2, 3, 4, 0, 1, 2],
        "nodes_featureids": [0, 1, 0, 0, 0, 2, 0, 0],
        "nodes_values": [0.1, -0.2, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0],
        "nodes_truenodeids": [1, 3, 0, 0, 0, 1, 0, 0],
        "nodes_falsenodeids": [2, 4, 0, 0, 0, 2, 0, 0],
    }
    weights = [0.5, -1.0, 2.0, 0.25, 1.5]
    at = {"treeids": [0, 0, 0, 1, 1], "nodeids": [2, 3, 4, 1, 2]}
    for mode in ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GT", "BRANCH_GTE"):
        modes = [mode, mode, "LEAF", "LEAF", "LEAF", mode, "LEAF", "LEAF"]
        for missing in (0, 1):
            more = {**tree, "nodes_modes": modes, "nodes_missing_value_tracks_true": [missing] * 8}
            targets = {f"target_{k}": v for k, v in at.items()}
            targets |= {"target_ids": [0] * 5, "target_weights": weights, "n_targets": 1}
            yield _ml("TreeEnsembleRegressor", x, types=[_FLOAT], note=f"{mode}, {missing}", **more, **targets)
    for how in ("SUM", "AVERAGE", "MIN", "MAX"):
        yield _ml("TreeEnsembleRegressor", x, types=[_FLOAT], note=how, aggregate_function=how, **more, **targets)
    yield _ml("TreeEnsembleRegressor", x, types=[_FLOAT], note="base", base_values=[3.5], **more, **targets)
    for post in _POSTS[:4]:
        classes = {f"class_{k}": v for k, v in at.items()}
        classes |= {"class_ids": [0, 1, 2, 1, 0], "class_weights": weights, "classlabels_int64s": [4, 5, 6]}
        made = {"post_transform": post, **more, **classes}
        yield _ml("TreeEnsembleClassifier", x, outputs=2, types=[_WHOLE, _FLOAT], note=f"three, {post}", **made)
        made |= {"class_ids": [0] * 5, "classlabels_int64s": [0, 1]}
        yield _ml("TreeEnsembleClassifier", x, outputs=2, types=[_WHOLE, _FLOAT], note=f"two, {post}", **made)
