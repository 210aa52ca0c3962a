"""Why a voice differs from the judge: one entry a reason, with what the standard says.

An entry holds for operators, a range of versions and the settings that a pattern matches. A difference that no entry
explains makes ``benchmarks/judge.py`` fail; an entry that explains nothing any more is listed there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from benchmarks.judging.cases import NEWEST, Case
from benchmarks.judging.voices import NARROW

Kind = Literal["engine's fault", "standard unclear", "float32", "judge's gap"]


@dataclass(frozen=True)
class Explanation:
    """Why voices differ from the judge at some cases."""

    operators: tuple[str, ...]
    voices: tuple[str, ...]
    kind: Kind  # float32: right as far as that type reaches; a gap: the judge is wrong or silent, and that is known
    sentence: str
    setting: str = "*"  # as a shell would match it
    since: int = 1
    until: int = NEWEST

    def fits(self, case: Case, voice: str) -> bool:
        """Whether it explains a difference at a case."""
        return (
            case.operator in self.operators
            and voice in self.voices
            and self.since <= case.opset < self.until
            and fnmatchcase(case.setting, self.setting)
        )


ORT, OPENVINO, TRACT = ("onnxruntime",), ("openvino",), ("tract-wheel",)
ALL = ORT + OPENVINO + TRACT
ODD = "odd values*"  # NaN, infinities, zeros of both signs, and numbers at the ends of the range
FAR = "far from 0*"  # where numbers of about 1 stand around 1000


def _because(
    kind: Kind, voices: tuple[str, ...], operators: str, sentence: str, setting: str, **at: int
) -> Explanation:
    return Explanation(tuple(operators.split()), voices, kind, sentence, setting, **at)


def _fault(voices: tuple[str, ...], operators: str, sentence: str, setting: str = "*", **at: int) -> Explanation:
    return _because("engine's fault", voices, operators, sentence, setting, **at)


def _unclear(voices: tuple[str, ...], operators: str, sentence: str, setting: str = "*", **at: int) -> Explanation:
    return _because("standard unclear", voices, operators, sentence, setting, **at)


def _gap(operators: str, sentence: str, setting: str = "*", **at: int) -> Explanation:
    return _because("judge's gap", (*ALL, NARROW), operators, sentence, setting, **at)


def _float32(voices: tuple[str, ...], operators: str, sentence: str, setting: str = "*", **at: int) -> Explanation:
    return _because("float32", voices, operators, sentence, setting, **at)


_NAN = "The text does not say what NaN gives; the judge keeps it, as numpy does."
_KEEPS = "The formula gives NaN for NaN; it gives a number or an infinity."
_LOSES = "In float32 the mean of numbers near 1000 is known to 6e-5, which is left beside their spread of 1."
_NEAR = "It takes e^x - 1, which loses digits of a small x that float32 could hold."
_FRACTION = (
    "The text takes length_resized, a whole number; it takes length · scale, as expected values of the suite do."
)
_GATES = "It does not heed this attribute of a recurrent operator."

_ELEMENTWISE = (
    _unclear(ALL, "Max Min Clip Relu HardSigmoid Celu ReduceMax ReduceMin", _NAN, ODD),
    _fault(OPENVINO, "Exp ReduceLogSumExp", _KEEPS, ODD),
    _fault(TRACT, "Sigmoid Tanh Swish", _KEEPS, ODD),
    _fault(OPENVINO, "Greater GreaterOrEqual", "NaN is greater than nothing; before opset 13 it is.", ODD, until=13),
    _fault(OPENVINO, "Gelu", "It gives NaN for an infinity, whose value is infinite.", ODD),
    _fault(OPENVINO, "Shrink", "It gives NaN for infinities.", ODD),
    _fault(OPENVINO, "ThresholdedRelu", "It gives NaN for infinities, of which one is 0 and the other stays.", ODD),
    _fault(OPENVINO, "Mod", "With fmod=1, x mod an infinity is x, as in C; it gives NaN.", "fmod=1, float32[[]3]*"),
    _fault(OPENVINO, "IsInf", "It does not see an infinity of float64.", "float64*"),
    _float32(ALL, "Elu Selu Celu", _NEAR, "×0.001*"),
    _fault(OPENVINO + TRACT, "Erf", "Its approximation is off by 8e-5 to 4e-4 of a small value.", "×0.001*"),
    _fault(
        OPENVINO + TRACT, "Selu", "It takes the later defaults; opset 1 has alpha 1.6732 and gamma 1.0507.", until=6
    ),
    _fault(
        TRACT,
        "Celu",
        "The text: max(0, x) + min(0, alpha · (exp(x / alpha) - 1)); it leaves out the factor alpha.",
        "alpha*",
    ),
    _fault(TRACT, "Swish", "It does not heed alpha.", "alpha*"),
    _fault(
        TRACT, "Softplus", "It takes log(1 + e^x), which is infinite from x = 89 on; the value is x.", "*[fo×][ad1]*"
    ),
    _fault(TRACT, "HardSwish", "It overflows at 3e38, whose value is 3e38.", ODD),
    _unclear(
        OPENVINO, "Sub", "The text does not say what 0 - 1 is without a sign; it stays at 0, others wrap.", "uint8*"
    ),
    _unclear(
        ORT, "Dropout", "The text does not say what the mask is where nothing is dropped.", "*2 outputs", since=10
    ),
)

_SOFTMAXES = (
    _fault(
        OPENVINO,
        "Softmax LogSoftmax Hardmax",
        "It takes one axis; the text coerces the input into a matrix [before axis, rest] and takes its rows.",
        until=13,
    ),
    _fault(TRACT, "LogSoftmax", "The logarithm of a softmax that underflowed is -inf; the value is finite.", "[N×]*"),
    _fault(OPENVINO, "Softmax LogSoftmax", "e^inf / Σ has no value; it gives 0 or 1.", "*infinit*", since=13),
)

_REDUCTIONS = (
    _unclear(ALL, "ReduceMean", "Reduction over an empty set of values yields undefined.", "empty*"),
    _fault(
        OPENVINO + TRACT,
        "ReduceMax ReduceMin",
        "Reduction over an empty set of values yields minus (plus) infinity; it gives the largest finite number.",
        "empty*",
        since=18,
    ),
    _unclear(
        OPENVINO + TRACT,
        "ReduceMax ReduceMin",
        "Before opset 18 the text does not say what no values give; since then it is an infinity.",
        "empty*",
        until=18,
    ),
    _unclear(
        OPENVINO,
        "ReduceLogSum ReduceLogSumExp",
        "The text does not say how a logarithm becomes a whole number; it rounds, the judge cuts off.",
        "*int*[[]3,4]*",
    ),
    _fault(
        OPENVINO,
        "ReduceL1 ReduceLogSum ReduceLogSumExp",
        "At opset 13 it does not heed the attribute axes, which became an input with opset 18 only.",
        since=13,
        until=18,
    ),
    _fault(
        OPENVINO,
        "ReduceL1 ReduceL2 ReduceLogSum",
        "Over an empty set of axes composite reductions still perform the non-reduction steps, as the logarithm.",
        "*noop_with_empty_axes=1*",
    ),
    _fault(
        ORT + TRACT,
        "ReduceLogSumExp",
        "It sums powers of e without taking the largest value out first, so they overflow.",
        "×1000*",
    ),
)

_POOLS = (
    _fault(
        ORT,
        "AveragePool MaxPool LpPool",
        "With SAME_UPPER, pads follow from (kernel - 1) · dilation + 1; it leaves the dilation out.",
        "*dilations=[[]2,3], auto_pad=SAME_UPPER*",
    ),
    _unclear(
        OPENVINO,
        "AveragePool",
        "The text does not say whether cells that only ceil_mode adds count as padding.",
        "count_include_pad=1*ceil_mode=1*",
    ),
    _fault(
        OPENVINO,
        "LpPool",
        "A window that ceil_mode adds is scaled by the root of its share; the text has the plain norm.",
        "*ceil_mode=1*",
    ),
    _unclear(
        OPENVINO,
        "MaxPool",
        "Before opset 22 the text's formula counts a window that starts beyond the input, which holds nothing.",
        "*strides=[[]3,3], ceil_mode=1*",
        until=22,
    ),
    _fault(
        OPENVINO,
        "MaxPool",
        "Sliding windows that would start in the right padded region are ignored; it keeps one.",
        "*strides=[[]3,3], ceil_mode=1*",
        since=22,
    ),
    _fault(
        OPENVINO,
        "MaxPool",
        "With storage_order=1 its indices have the shape turned, and another order.",
        "storage_order=1*",
    ),
    _fault(TRACT, "GlobalLpPool", "It gives (Σx^p / n)^(1/p), where the text has |x| and no n."),
    _unclear(
        OPENVINO,
        "RoiAlign",
        "The text interpolates and then takes the largest; the node test of max, ONNX Runtime and the judge take the "
        "largest of the weighted neighbours; it does neither.",
        "mode=max*",
    ),
    _unclear(
        OPENVINO,
        "RoiAlign",
        "The text does not say what the mean of no samples is: it gives NaN for an empty region, others 0.",
        "mode=avg*",
    ),
    _unclear(OPENVINO, "RoiAlign", "The text does not say what lies beyond the edge: 0 for it.", "beyond the edge*"),
    _fault(
        OPENVINO,
        "RoiAlign",
        "Without attributes it takes other samples than ceil(roi_width / output_width) a side.",
        "float32*",
    ),
)

_CONVOLUTIONS = (
    _unclear(
        OPENVINO + TRACT,
        "ConvTranspose",
        "Before opset 11 the equations of output_shape put an odd pad on the other side than the text of auto_pad.",
        "output_shape=*",
        until=11,
    ),
    _fault(
        OPENVINO, "ConvTranspose", "With SAME_UPPER an odd pad goes to the end; it puts it first.", "output_shape=*"
    ),
    _fault(TRACT, "ConvTranspose", "Without auto_pad the odd pad of output_shape goes first.", "output_shape=*"),
)

_NORMALISATIONS = (
    _fault(
        (*ORT, NARROW),
        "GroupNormalization",
        "It takes the variance as E[x²] - E[x]², which loses all digits far from 0.",
        FAR,
    ),
    _float32(
        (*ALL, NARROW),
        "InstanceNormalization GroupNormalization LayerNormalization RMSNormalization",
        _LOSES,
        FAR,
    ),
    _float32(TRACT, "MeanVarianceNormalization", _LOSES, FAR),
    _fault(
        OPENVINO,
        "LRN",
        "The region is from c - floor((size - 1) / 2) to c + ceil((size - 1) / 2): an even size goes one further up.",
        "size=[24]*",
    ),
)

_RECURRENT = (
    _unclear(
        ORT + OPENVINO,
        "LSTM",
        "clip is applied to the input of activations: the judge clips the cell before h too, they do not.",
        "clip=*",
    ),
    _fault(OPENVINO, "LSTM", "It leaves out the peepholes.", "*[[]*,15], 3 outputs"),
    _fault(OPENVINO + TRACT, "LSTM", "It does not couple the gates where input_forget is 1.", "input_forget=1*"),
    _fault(TRACT, "RNN GRU LSTM", _GATES, "clip=*"),
    _fault(TRACT, "RNN GRU LSTM", _GATES, "activations=*"),
    _fault(TRACT, "RNN GRU LSTM", "It runs a reverse layer forwards.", "*direction=reverse*"),
)

_LAYOUT = (
    _fault(OPENVINO, "Range", "Of 5, 1 and 1 it counts upwards from 5; nothing lies between.", "*int16*"),
    _fault(TRACT, "ConstantOfShape", "A value of no dimensions loses its type.", "int64[[]0]"),
    _fault(TRACT, "Einsum", "It does not sum where the result has no index.", "equation=ij->, *"),
    _fault(
        OPENVINO, "NonMaxSuppression", "iou_threshold is 0 by default; it keeps no box that touches.", "*int64 [[]3]"
    ),
    _fault(TRACT, "NonMaxSuppression", "max_output_boxes_per_class = 0 means no output.", "*int64 [[]0]*"),
    _unclear(ORT, "StringSplit", "The text does not say how many parts an empty string has.", "delimiter=*"),
)

_ATTENTION = (
    _fault(
        OPENVINO + TRACT,
        "Attention",
        "With a past, query i attends key j if j <= i + past_sequence_length; it lets it attend other keys.",
        "is_causal=1*",
    ),
    _fault(OPENVINO + TRACT, "Attention", "It does not heed the windows of opset 25.", "left_window_size=1*", since=25),
    _fault(
        TRACT,
        "Attention",
        "A key takes part where a boolean mask is true; it adds the mask, as 0 and 1, to the scores.",
        "*bool[[]3,5]*",
    ),
)

_TYPES = (
    _fault(OPENVINO, "Cast", "It goes on in float32: what float16 cannot hold does not become infinite.", "*float16*"),
    _unclear(ORT, "Cast", "The text does not say how a truth value is written: 1 here, True there.", "*to=8, bool*"),
    _unclear(ORT, "Cast", "The text wants a plain representation: -2 here, -2.0 there.", "*to=8, float32*"),
    _fault(OPENVINO, "Cast", "saturate=1 gives the largest number of the small type for what is larger.", "*float8e*"),
    _fault(OPENVINO, "Cast", "NaN is true, and infinities stay what they are.", ODD),
    _unclear(
        ORT + OPENVINO,
        "Cast",
        "The text does not say how a fraction becomes a whole number: both cut off to 8 bits, and round to 4.",
        "by way of *int4",
    ),
    _fault(
        OPENVINO,
        "QuantizeLinear",
        "It rounds x / y_scale + zero point, the text x / y_scale; both to even. It takes 16 bits otherwise.",
        "halves*",
    ),
    _fault(
        OPENVINO,
        "QuantizeLinear",
        "NaN is NaN, and with saturate=0 what is too large NaN or infinite; it gives the largest number.",
        "saturate=*float8*",
    ),
    _fault(OPENVINO, "QuantizeLinear", "It quantises whole numbers to others: 2 for 3.", "int32*"),
    _fault(TRACT, "QuantizeLinear", "It does not heed output_dtype.", "output_dtype=*"),
    _unclear(ALL, "DynamicQuantizeLinear", "For zeros alone the formula's scale is 0, and x / 0 no number.", "zeros*"),
)

_SAMPLING = (
    _fault(OPENVINO, "Resize", "It does not heed keep_aspect_ratio_policy.", "keep_aspect_ratio_policy=not*"),
    _fault(OPENVINO, "Resize", "It does not heed exclude_outside.", "*exclude_outside=1*"),
    _fault(OPENVINO, "Resize", "It does not heed antialias.", "*antialias=1*"),
    _unclear(ORT + TRACT, "Resize", "The text does not say how whole numbers are rounded.", "mode=linear, *int*"),
    _unclear(TRACT, "Resize", _FRACTION, "*=align_corners*"),
    _unclear(TRACT, "Resize", _FRACTION, "*=tf_crop_and_resize*"),
    _unclear(
        TRACT,
        "Resize",
        "At opset 10 the text does not say which cell is nearest: floor(x / scale) for others.",
        "mode=nearest*",
    ),
    _unclear(
        TRACT,
        "GridSample",
        "The text does not say whether a place or each cell around it is moved to the border.",
        "*cubic*border*",
    ),
    _unclear(ORT, "AffineGrid", "The text does not say where the only cell is where corners are aligned.", "*2,3,1,5]"),
    _fault(OPENVINO, "AffineGrid", "An axis of one cell is lost.", "*2,3,1,5]"),
    _fault(OPENVINO, "DFT", "With onesided=1 its output has one axis too many.", "axis=1, onesided=1*", until=20),
    _fault(
        OPENVINO + TRACT, "DFT", "Since opset 20 the default axis is -2; it takes 1.", "float32[[]2,4,6,1]", since=20
    ),
)

_ML = (
    _gap("CategoryMapper LabelEncoder", "It takes ai.onnx.ml from upstream, which lacks this.", since=1, until=2),
    _gap("LinearRegressor", "Upstream lacks transforms, and gives NaN without intercepts."),
    _gap("Normalizer", "Upstream divides by max(|X|), where the text has max(X), and lacks integers."),
    _gap("Scaler", "Upstream keeps integers; the output is float."),
    _unclear(
        ORT + TRACT,
        "TreeEnsembleClassifier",
        "The text does not say what the second class of two gets where the trees give weights to one alone.",
        "two, *",
    ),
    _fault(
        TRACT,
        "TreeEnsembleClassifier",
        "It takes the same leaves for every row, whatever the mode of a node.",
        "three, *",
    ),
    _fault(
        TRACT, "ArrayFeatureExtractor", "The indices are one list, of which it keeps the axis.", "*int64 [[][[]1,3]]"
    ),
)

EXPLANATIONS: tuple[Explanation, ...] = (
    *_ELEMENTWISE,
    *_SOFTMAXES,
    *_REDUCTIONS,
    *_POOLS,
    *_CONVOLUTIONS,
    *_NORMALISATIONS,
    *_RECURRENT,
    *_LAYOUT,
    *_ATTENTION,
    *_TYPES,
    *_SAMPLING,
    *_ML,
)
