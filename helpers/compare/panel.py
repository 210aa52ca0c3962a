"""Who says what is right: the reference in float64, and two independent engines as its witnesses.

Every verdict of the suite goes through a :class:`Panel`. The reference's answer counts where the witnesses that run
the model agree with it. Where one of them does not, the output is *disputed*: nobody is called right or wrong by it.
There is no majority, since engines share the same shortcuts (docs/judging.md has the figures).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from helpers.compare.allowance import Allowance, allowances
from helpers.compare.inputs import Sample
from helpers.compare.judge import Tensors, agree
from helpers.compare.known_faults import Fault, fault
from helpers.compare.parting import Parting, part
from helpers.compare.voices import REFERENCE, WITNESSES, Report, Voice, hear
from helpers.compare.wording import difference
from helpers.modelfile.model import Model
from helpers.process.limits import Limits
from helpers.reference.chance import random_outputs

_AS_WITNESS = " as a witness"  # beside the row of the same engine, which may run with other settings
_LONGEST = 120  # characters of an engine's words in a note


@dataclass(frozen=True)
class Dispute:
    """An output by which the panel differs: who stands with whom, what differs, and where they part."""

    output: str
    clusters: tuple[tuple[str, ...], ...]
    why: str
    parting: Parting | None = None

    def __str__(self) -> str:
        sides = " against ".join(" and ".join(cluster) for cluster in self.clusters)
        at = f"; {self.parting}" if self.parting is not None else ""
        return f"output {self.output!r} is disputed: {sides} ({self.why}){at}"


@dataclass(frozen=True)
class Panel:
    """The answers that others are held against, and what they are worth."""

    reference: str  # whose answers count: "reference", a witness where that one cannot, or "none"
    answers: list[Sample] | None = field(repr=False)
    allowed: dict[str, Allowance]
    voices: tuple[Voice, ...] = field(repr=False)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    chance: Mapping[str, str] = field(default_factory=dict)  # why an output cannot be judged, by output
    note: str = ""

    @property
    def samples(self) -> int | None:
        """How many samples they ran: fewer than were given where the answers are large. None where nobody ran any."""
        return None if self.answers is None else len(self.answers)

    @property
    def witnesses(self) -> list[str]:
        """The engines beside the reference that ran the model."""
        return [voice.name for voice in self.voices if voice and voice.name != self.reference]

    @property
    def tolerance(self) -> dict[str, float]:
        """What is allowed, by output."""
        return {name: each.allowed for name, each in self.allowed.items()}

    def stands_with(self, answers: Sequence[Tensors], output: str) -> list[str]:
        """The voices with whom some answers agree by one output."""
        limit = self.allowed[output].between
        return [voice.name for voice in self.voices if voice and agree(voice.answers, answers, output, limit)]

    def clusters(self, output: str, engines: Sequence[Voice]) -> tuple[tuple[str, ...], ...]:
        """Who stands with whom by an output: the panel, then other engines; a witness as such where it needs saying."""
        named = {voice.name for voice in engines}
        members = [replace(v, name=v.name + _AS_WITNESS if v.name in named else v.name) for v in self.voices if v]
        found = clustered([*members, *engines], output, self.allowed[output].between)
        # A witness that stands with the row of its own engine need not be named twice.
        return tuple(
            tuple(n for n in cluster if not (n.endswith(_AS_WITNESS) and n.removesuffix(_AS_WITNESS) in cluster))
            for cluster in found
        )


def convene(
    model: Model,
    samples: Sequence[Sample],
    *,
    tolerance: float | None = None,
    limits: Limits = Limits(),
    report: Report = lambda text, done, total: None,
) -> Panel:
    """Let the reference and its witnesses run a model, and weigh what they say."""
    voices, plain = hear(model, samples, limits, report)
    return weigh(model, samples, voices, plain, tolerance=tolerance, limits=limits)


def weigh(
    model: Model,
    samples: Sequence[Sample],
    voices: tuple[Voice, ...],
    plain: list[Sample],
    *,
    tolerance: float | None = None,
    limits: Limits = Limits(),
) -> Panel:
    """A panel of what its members said; ``plain`` has the reference's answers in the file's own precision."""
    spoke = [voice for voice in voices if voice]
    note = " ".join(f"{str(v.error).rstrip('.')}." for v in voices[:1] if v.error is not None)
    if not spoke:
        note += "".join(f" {str(v.error).rstrip('.')}." for v in voices[1:] if v.error is not None)
        return Panel("none", None, {}, voices, note=f"{note} So there is nothing to compare with.".strip())
    first = spoke[0]
    allowed = allowances(model, first.answers, plain, tolerance=tolerance)
    disputes: dict[str, Dispute] = {}
    chance = random_outputs(model.data)
    unheard: dict[str, str] = {}
    for output in allowed:
        if output in chance:
            continue
        for dispute, known in _disputes(model, samples, spoke, output, allowed[output], limits):
            if known is None:
                disputes[output] = dispute
            else:
                unheard[known.engine] = known.does
    note += "".join(f" {name} is not heard as a witness, since {does}." for name, does in unheard.items())
    note = f"{note} {_unwitnessed(first, spoke[1:], voices[1:])}".strip() + _fewer(first, samples)
    return Panel(first.name, first.answers, allowed, voices, disputes, chance, note)


def _fewer(first: Voice, samples: Sequence[Sample]) -> str:
    """What is said of samples that were left out; "" where all were run."""
    n = len(first.answers)
    if n == len(samples):
        return ""
    size = sum(array.nbytes for array in first.answers[0].values()) / 2**20
    return f" Only the first {n} of {len(samples)} samples: the answer to each takes {size:.0f} MiB."


def _unwitnessed(first: Voice, agreeing: Sequence[Voice], witnesses: Sequence[Voice]) -> str:
    """What a reader has to know about whose word is behind the verdicts; "" where all spoke."""
    missing = [w for w in witnesses if not w]
    if first.name != REFERENCE:
        others = [w for w in witnesses if w.name != first.name]
        beside = f"with {agreeing[0].name} as its witness" if agreeing else f"unwitnessed ({_errors(others)})"
        return f"{first.name} is what the others are held against, {beside}."
    if not missing:
        return ""
    if not agreeing:
        return f"Unwitnessed: only the reference's word stands behind the verdicts ({_errors(missing)})."
    return f"One witness only, {agreeing[0].name} ({_errors(missing)})."


def _errors(voices: Sequence[Voice]) -> str:
    return "; ".join(_short(str(voice.error)) for voice in voices if voice.error is not None)


def _short(text: str) -> str:
    """An engine's own words, as far as they help in the middle of a sentence; its row has them all."""
    return text.rstrip(".") if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"


def clustered(voices: Sequence[Voice], output: str, allowed: float) -> tuple[tuple[str, ...], ...]:
    """Voices that agree with the first of their cluster, in the order of the panel."""
    found: list[list[Voice]] = []
    for voice in voices:
        home = next((c for c in found if agree(c[0].answers, voice.answers, output, allowed)), None)
        found.append([voice]) if home is None else home.append(voice)
    return tuple(tuple(voice.name for voice in cluster) for cluster in found)


def _disputes(
    model: Model,
    samples: Sequence[Sample],
    voices: Sequence[Voice],
    output: str,
    allowed: Allowance,
    limits: Limits,
) -> Iterator[tuple[Dispute, Fault | None]]:
    """Why the panel differs by an output, if it does; a witness with a known fault where it parts is left out."""
    heard = list(voices)
    while len(clusters := clustered(heard, output, allowed.between)) > 1:
        dispute = _dispute(model, samples, heard, output, clusters, allowed, limits)
        at, other = dispute.parting, clusters[1][0]
        known = fault(other, at.operator, at.opset, large=at.large) if at is not None else None
        yield dispute, known
        if known is None:
            return
        heard = [voice for voice in heard if voice.name != other]


def _dispute(
    model: Model,
    samples: Sequence[Sample],
    voices: Sequence[Voice],
    output: str,
    clusters: tuple[tuple[str, ...], ...],
    allowed: Allowance,
    limits: Limits,
) -> Dispute:
    by_name = {voice.name: voice for voice in voices}
    one, other = by_name[clusters[0][0]], by_name[clusters[1][0]]
    number = next(i for i, a in enumerate(one.answers) if not agree([a], [other.answers[i]], output, allowed.between))
    why = _difference(one.answers[number], other, number, output, one.name)
    where = None
    if one.name == REFERENCE:
        where = part(model, samples[number], other.name, WITNESSES[other.name], allowed.between, limits)
    return Dispute(output, clusters, why, where)


def _difference(wanted: Sample, other: Voice, number: int, output: str, of: str) -> str:
    a, b = other.answers[number].get(output), wanted.get(output)
    if a is None or b is None:
        return f"only one of them has it, in sample {number}"
    if a.shape != b.shape:
        return f"{other.name} has shape {list(a.shape)}, {of} {list(b.shape)}, in sample {number}"
    said = difference(a, b, "the reference" if of == REFERENCE else of)
    return f"{other.name}: {said}, in sample {number}" if said else f"{other.name} has dtype {a.dtype}, {of} {b.dtype}"
