"""What ``benchmarks/judge.py`` found, in words and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from benchmarks._report import table
from benchmarks.judging.cases import NEWEST, Case
from benchmarks.judging.comparing import ALLOWED, Finding
from benchmarks.judging.explained import Explanation
from benchmarks.judging.nodetests import Passed
from benchmarks.judging.voices import ENGINES, JUDGE, NARROW, UPSTREAM, Answer

_TITLES = {JUDGE: "the judge, in float64", NARROW: "the judge, in the file's precision", UPSTREAM: "onnx.reference"}
_VOICES = (*ENGINES, NARROW, UPSTREAM)


def body(
    cases: Sequence[Case],
    answers: Mapping[str, Sequence[Answer]],
    findings: Sequence[Finding],
    unused: Sequence[Explanation],
    tests: Mapping[str, Sequence[Passed]],
    seconds: float,
) -> str:
    """The whole report, without its head."""
    operators = {(case.domain, case.operator) for case in cases}
    versions = {(case.domain, case.operator, case.opset) for case in cases}
    silent = [(case, answer) for case, answer in zip(cases, answers[JUDGE], strict=True) if answer.outputs is None]
    upstream = Counter(finding.verdict for finding in findings if finding.voice == UPSTREAM)
    parts = [
        f"{len(cases):,} combinations: {len(operators)} operators, {len(versions)} versions of them, and their "
        f"settings. The judge answers {len(cases) - len(silent):,}. It took {seconds / 60:.0f} minutes. Allowed, "
        f"norm-wise: {', '.join(f'{limit:g} for {kind}' for kind, limit in ALLOWED.items())}; all else is exact.",
        _witnessed(cases, answers),
        "## Beside the judge in float64",
        _voices(findings),
        "*Silent*: it has no answer. onnx.reference as it comes gives something else than the judge in "
        f"{upstream['differs']:,} cases and nothing in {upstream['silent']:,}; that needs no explanation, since it is "
        "what the judge mends.",
        *_tests(tests),
        "## Why they differ",
        _explanations(findings),
        "*float32*: right as far as that type reaches. The judge in the file's precision is held to the same.",
        *_left(findings, unused),
    ]
    if silent:
        parts += [f"## The judge has no answer: {len(silent)}", _listed(f"{case}: {a.why}" for case, a in silent)]
    return "\n\n".join(parts)


def unexplained(findings: Iterable[Finding]) -> list[Finding]:
    """The differences that nothing explains."""
    return [finding for finding in findings if finding.unexplained]


def failed(tests: Mapping[str, Sequence[Passed]]) -> list[tuple[str, Passed]]:
    """The node tests that the judge fails, in either precision."""
    return [(name, each) for name, found in tests.items() if name != UPSTREAM for each in found if not each.right]


def _witnessed(cases: Sequence[Case], answers: Mapping[str, Sequence[Answer]]) -> str:
    """How many cases have an answer of one engine, or more, beside the judge's; and which versions have none."""
    heard = [
        sum(answers[name][i].outputs is not None for name in ENGINES if name in answers) for i in range(len(cases))
    ]
    most: dict[str, int] = {}
    for case, count in zip(cases, heard, strict=True):
        version = f"{case.operator}-{case.opset}"
        most[version] = max(most.get(version, 0), count)
    none = [version for version, count in most.items() if not count]
    alone = f" No engine answers any case of {', '.join(none)}." if none else ""
    one, two = (sum(count >= enough for count in heard) for enough in (1, 2))
    return f"{one:,} of them are answered by one engine or more, {two:,} by two or more.{alone}"


def _voices(findings: Sequence[Finding]) -> str:
    rows: list[list[object]] = []
    kinds = sorted({finding.explanation.kind for finding in findings if finding.explanation})
    for voice in _VOICES:
        own = [finding for finding in findings if finding.voice == voice]
        said = Counter(finding.verdict for finding in own)
        why = Counter(finding.explanation.kind for finding in own if finding.explanation)
        left = said["differs"] + said["alone"] if voice == UPSTREAM else sum(finding.unexplained for finding in own)
        counts = [len(own) - said["silent"], said["agrees"], *(why[kind] for kind in kinds), left, said["silent"]]
        rows.append([_TITLES.get(voice, voice), *(f"{count:,}" for count in counts)])
    return table(["", "ran", "agrees", *(f"differs: {kind}" for kind in kinds), "differs otherwise", "silent"], rows)


def _tests(tests: Mapping[str, Sequence[Passed]]) -> list[str]:
    if not tests:
        return []
    rows: list[list[object]] = [
        [_TITLES[name], f"{sum(each.right for each in found):,} of {len(found):,}"] for name, found in tests.items()
    ]
    lines = (f"{each.name} ({_TITLES[name]}): {each.reason or each.why}" for name, each in failed(tests))
    return ["## The node tests of ONNX", table(["", "passed"], rows), _listed(lines)]


def _explanations(findings: Iterable[Finding]) -> str:
    counts = Counter((finding.voice, finding.explanation) for finding in findings if finding.explanation)
    rows: list[list[object]] = []
    for (voice, why), count in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1].operators)):
        rows.append([voice, ", ".join(why.operators), _range(why), why.kind, count, why.sentence])
    return table(["", "operators", "opsets", "kind", "cases", "why"], rows)


def _range(why: Explanation) -> str:
    if why.until == NEWEST:
        return "all" if why.since == 1 else f"from {why.since}"
    return f"{why.since} to {why.until - 1}"


def _left(findings: Sequence[Finding], unused: Sequence[Explanation]) -> Iterable[str]:
    if left := unexplained(findings):
        yield f"## Unexplained: {len(left)}"
        yield _listed(f"{finding.voice}, {finding.case}: {finding.why}" for finding in left)
    if unused:
        yield f"## Explanations of nothing: {len(unused)}"
        yield _listed(f"{', '.join(why.operators)} ({', '.join(why.voices)}): {why.sentence}" for why in unused)


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
