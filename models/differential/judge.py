"""What is right: the bounds, and the table."""
import math
import re

BASE, SENSITIVE = 1e-5, 20
"""Allowed in float32, relative to the largest logit: the larger of a base and so many times what 1e-6 of noise in the input moves Python's own answers."""
STEPS = 4
"""Of a quantised network's logits."""
BF16_BASE, BF16_PYTHON, BF16_SENSITIVE = 0.02, 3, 4000
"""Allowed in bfloat16: the largest of a base, so many times what bfloat16 moves Python's own answers, and so many times the sensitivity: bfloat16
rounds by up to 2^-9, two thousand times the noise."""
PLAIN = "runs as it is in the file"
"""In the remark of a network that is not rewritten, as its proof failed."""
RIGHT = ("ok", "plain", "in fp32", "not made")
HEADER = ("architecture", "verdict", "side", "parameters", "spread", "sensitivity", "fp32", "fp32 batch", "bf16", "bf16 in Python", "remarks")


def row(meta, answers):
    """One line of the table."""
    if "error" in meta:
        return (meta["name"], "not made", "", "", "", "", "", "", "", "", meta["error"])
    found, remarks = [], []
    bound = max(BASE, SENSITIVE * meta["sensitivity"], STEPS * meta["step"])
    if meta["file"] is None or meta["file"] > bound:
        remarks.append(f"the file itself differs from the module in Python by {_number(meta['file'])}")
    for (precision, threads), answer in answers:
        where = f"{precision} {threads}"
        remarks += [r for r in answer.get("remarks", []) if r not in remarks]
        if "error" in answer:
            found.append("crashed" if "JVM" in answer["error"] or "no answer" in answer["error"] else "failed")
            remarks.append(f"{where}: {answer['error']}")
            continue
        found += ["plain"] if any(PLAIN in r for r in answer["remarks"]) else []
        if precision != answer["precision"]:
            found.append("in fp32")
            continue
        allowed = bound if answer["precision"] == "FP32" else max(BF16_BASE, BF16_PYTHON * (meta["bf16"] or 0), BF16_SENSITIVE * meta["sensitivity"])
        if not all(_within(answer[part], allowed + (meta["file"] or 0)) for part in ("single", "again")):
            found.append("differs")
            remarks.append(f"{where}: {answer['single']:.1e} over {allowed:.1e}")
        if meta["file_batch"] is None:
            remarks.append("the file takes no batch")
        elif not _within(answer["batch"], allowed + meta["file_batch"]):
            found.append("differs")
            remarks.append(f"{where}: batch {answer['batch']:.1e} over {allowed:.1e}")
    order = ("crashed", "differs", "failed", "plain", "in fp32")
    verdict = next((v for v in order if v in found), "ok")
    return (meta["name"], verdict, str(meta["side"]), str(meta["parameters"]), f"{meta['spread']:.2f}", _number(meta["sensitivity"]),
            _number(_largest(answers, "FP32", "single")), _number(_largest(answers, "FP32", "batch")), _number(_largest(answers, "BF16", "single")),
            _number(meta["bf16"]), "; ".join(re.sub(r"\S*/m\.pt", "m.pt", " ".join(r.split()))[:200] for r in remarks))


def _within(difference, allowed):
    return difference is not None and not isinstance(difference, str) and not math.isnan(difference) and difference <= allowed


def _largest(answers, precision, part):
    numbers = [a[part] for (p, _), a in answers if p == precision and isinstance(a.get(part), float)]
    return max(numbers) if numbers else None


def _number(value):
    return "-" if value is None else f"{value:.1e}"


def write(file, rows, versions):
    """Writes the table; of an existing file, lines of architectures that were not run again stay."""
    lines = {r[0]: "\t".join(r) for r in rows}
    if file.exists():
        old = [line for line in file.read_text("utf-8").splitlines() if line and not line.startswith(("#", "architecture\t"))]
        lines = {**{line.split("\t")[0]: line for line in old}, **lines}
    file.write_text("\n".join([f"# {versions}", "\t".join(HEADER), *lines.values()]) + "\n", "utf-8")
