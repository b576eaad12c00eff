#!/usr/bin/env python3
"""Makes losses_extreme.json: what PyTorch in float64 gives for losses at their edges, and of probabilities.

The cases are of the form of losses.json, with a few more fields and operations:
  cross_entropy, focal, kl_div and distillation may have `temperature`; cross_entropy_of_probabilities,
  cross_entropy_soft_of_probabilities and kl_div_of_probabilities take probabilities for their `input`;
  binary operations may be of two dimensions, with a `weight` and a `pos_weight` for each column.
Where PyTorch multiplies a target of 0 with an infinite loss (`left` is given) it sees only the classes of that list,
and the gradient of the others is 0: they have no mass, and nothing is asked of them."""

import json
import math
import sys

import torch
import torch.nn.functional as F

INF, NAN = math.inf, math.nan


def focal(log_q, target, gamma, alpha):
    own = log_q.gather(1, target[:, None])[:, 0]
    loss = -((-torch.expm1(own)) ** gamma) * own
    return loss if alpha is None else loss * alpha[target]


def loss_of(case, x, get):
    op, reduction = case["op"], case["reduction"]
    target, weight = get("target"), get("weight")
    temperature, smoothing = case.get("temperature", 1.0), case.get("label_smoothing", 0.0)
    ignore = case.get("ignore_index", -100)
    reduce = {"mean": torch.mean, "batchmean": lambda v: v.sum() / len(v), "sum": torch.sum, "none": lambda v: v}[reduction]
    if op == "cross_entropy":
        return F.cross_entropy(x / temperature, target, weight=weight, ignore_index=ignore,
                               label_smoothing=smoothing, reduction=reduction)
    if op == "cross_entropy_soft":
        return F.cross_entropy(x / temperature, target, weight=weight, label_smoothing=smoothing, reduction=reduction)
    if op == "cross_entropy_of_probabilities":
        return F.nll_loss(x.log(), target, weight=weight, ignore_index=ignore, reduction=reduction)
    if op == "cross_entropy_soft_of_probabilities":
        return reduce(-(target * x.log()).sum(1))
    if op == "binary_cross_entropy":
        return F.binary_cross_entropy(x, target, weight=weight, reduction=reduction)
    if op == "binary_cross_entropy_with_logits":
        return F.binary_cross_entropy_with_logits(x / temperature, target, weight=weight, reduction=reduction,
                                                  pos_weight=get("pos_weight"))
    if op in ("kl_div", "kl_div_of_probabilities"):
        log_q = x.log() if op != "kl_div" else F.log_softmax(x / temperature, 1)
        terms = F.kl_div(log_q, target, reduction="none", log_target=case.get("log_target", False)).sum(1)
        return reduce(terms)
    if op == "focal":
        return reduce(focal(F.log_softmax(x / temperature, 1), target, case["gamma"], get("alpha")))
    assert op == "distillation"
    hard = F.cross_entropy(x, target, reduction=reduction)
    teacher = F.softmax(get("teacher") / temperature, 1)
    rest = F.cross_entropy(x / temperature, teacher, reduction=reduction)
    return case["alpha"] * hard + (1 - case["alpha"]) * temperature**2 * rest


def finish(case):
    """Computes output and grad_input."""
    left = case.get("left")

    def get(name):
        value = case.get(name)
        if value is None:
            return None
        if isinstance(value[0], int):
            return torch.tensor([left.index(y) for y in value] if left else value)
        value = torch.tensor(value, dtype=torch.float64)
        return value[:, left] if left and value.dim() == 2 else value

    whole = torch.tensor(case["input"], dtype=torch.float64)
    x = (whole[:, left] if left else whole).clone().requires_grad_()
    output = loss_of(case, x, get)
    output.sum().backward()
    gradient = torch.zeros_like(whole)
    gradient[:, left or slice(None)] = x.grad
    case["output"], case["grad_input"] = output.tolist(), gradient.tolist()
    return case


def plain(value):
    """Numbers that are not finite, as strings."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def normal(rows, columns, scale=1.0):
    return (torch.randn(rows, columns, dtype=torch.float64) * scale).tolist()


def probabilities(rows, columns):
    return F.softmax(torch.randn(rows, columns, dtype=torch.float64) * 1.5, 1).tolist()


def class_cases(add):
    masked = [[0.5, -INF, 1.5, -INF, -2.0], [-INF, -INF, 3.25, -INF, -INF], [1.0, 2.0, -INF, 0.0, -1.0]]
    huge = [[1e4, -1e4, 0.0], [-1e4, -1e4, 1e4], [1e4, 1e4, 9999.0], [-9998.0, -9999.0, -1e4]]
    great = [[1e308, 1e308, -1e308], [-1e308, -1e308, -1e308], [1e308, 0.0, -1e308]]
    weight = [0.5, 2.0, 1.25, 0.25, 3.0]
    for reduction in ("mean", "sum", "none"):
        add(f"masks {reduction}", "cross_entropy", reduction, masked, [2, 2, 0])
        add(f"masks, weights, a row ignored {reduction}", "cross_entropy", reduction, masked, [4, -100, 1], weight=weight)
        add(f"logits of 1e4 {reduction}", "cross_entropy", reduction, huge, [0, 2, 2, 1])
        add(f"logits of 1e4, smoothed {reduction}", "cross_entropy", reduction, huge, [0, 2, 2, 1], label_smoothing=0.1)
        add(f"logits of 1e4 at a temperature {reduction}", "cross_entropy", reduction, huge, [1, 0, 2, 1], temperature=50.0)
        add(f"logits of 1e308 {reduction}", "cross_entropy", reduction, great, [0, 1, 0])
    add("logits of 1e308 at temperature 2", "cross_entropy", "none", great, [2, 1, 2], temperature=2.0)
    add("1e308 apart", "cross_entropy", "none", [[1e308, -1e308], [-1.5e308, 1e308]], [1, 1])
    add("a masked target, smoothing", "cross_entropy", "none", masked, [1, 0, 0], label_smoothing=0.2)
    add("no mass at all", "cross_entropy", "none", [[-INF, -INF], [0.0, -INF]], [0, 0])
    add("NaN and infinity", "cross_entropy", "none", [[0.0, NAN, 1.0], [0.0, INF, 1.0], [0.0, 0.5, 1.0]], [0, 1, 2])
    add("weights that sum to 0", "cross_entropy", "mean", [[0.0, 0.5, 1.0], [1.0, 2.0, 4.0]], [0, 0], weight=[0.0, 1.0, 1.0])
    add("another ignored class than -100", "cross_entropy", "mean", normal(4, 3), [0, -1, 2, -1], ignore_index=-1)
    add("a long row", "cross_entropy", "mean", normal(1, 1101, 3.0), [700])
    add("long rows, smoothed", "cross_entropy", "none", normal(2, 517, 3.0), [516, 3], label_smoothing=0.3)
    for smoothing in (0.0, 0.5):
        add(f"one class, smoothing {smoothing}", "cross_entropy", "mean", [[5.0], [-1e4], [1e308]], [0, 0, -100],
            label_smoothing=smoothing, weight=[3.0])
    add("temperature 0.25 sum", "cross_entropy", "sum", normal(3, 5), [1, 4, 0], temperature=0.25)
    p = probabilities(4, 5)
    for reduction in ("mean", "sum", "none"):
        add(f"of probabilities {reduction}", "cross_entropy_of_probabilities", reduction, p, [0, 1, 4, 2])
        add(f"of probabilities, weights, a row ignored {reduction}", "cross_entropy_of_probabilities", reduction, p,
            [0, -100, 4, 2], weight=weight)
    p[0][3] = 0.0
    add("of a probability of 0", "cross_entropy_of_probabilities", "none", p, [3, 1, 4, 0])


def focal_cases(add):
    logits = [[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0], [0.0, 1.0, 2.0], [0.5, 0.0, -INF]]
    for gamma in (0.0, 1.0, 2.0, 3.5):
        add(f"focal, extreme, gamma {gamma}", "focal", "none", logits, [1, 1, 0, 1], gamma=gamma, alpha=[0.25, 0.5, 4.0])
        add(f"focal, extreme, other targets, gamma {gamma}", "focal", "mean", logits, [2, 2, 2, 0], gamma=gamma)
    add("focal, nearly certain, gamma 0.5", "focal", "sum", [[30.0, 0.0], [-1e4, 1e4], [0.0, 12.0]], [0, 0, 1], gamma=0.5)
    add("focal, one class", "focal", "mean", [[3.0], [-1e4]], [0, 0], gamma=2.0)
    add("focal at a temperature", "focal", "mean", normal(4, 6, 2.0), [5, 0, 1, 1], gamma=1.5, temperature=3.0,
        alpha=[1.0, 0.5, 2.0, 1.0, 1.0, 0.1])


def dense_cases(add):
    logits, targets = normal(3, 6, 2.0), probabilities(3, 6)
    for row in range(3):
        logits[row][1] = logits[row][4] = -INF
        targets[row][1] = targets[row][4] = 0.0
    left = [0, 2, 3, 5]
    huge = [[1e4, -1e4, 0.0], [9999.0, 1e4, 1e4]]
    for reduction in ("mean", "sum", "none"):
        add(f"soft, masks {reduction}", "cross_entropy_soft", reduction, logits, targets, left=left)
        add(f"soft, logits of 1e4 {reduction}", "cross_entropy_soft", reduction, huge, probabilities(2, 3))
        add(f"soft, sums that are not 1 {reduction}", "cross_entropy_soft", reduction, normal(3, 4), normal(3, 4),
            weight=[1.0, 0.0, 2.0, 0.5], label_smoothing=0.3)
        add(f"soft of probabilities {reduction}", "cross_entropy_soft_of_probabilities", reduction, probabilities(3, 5),
            probabilities(3, 5))
    add("soft, one class", "cross_entropy_soft", "mean", [[5.0], [-1e4]], [[1.0], [0.5]], label_smoothing=0.25)
    add("soft, a masked class that is asked for", "cross_entropy_soft", "none", [[0.0, -INF, 1.0]], [[0.5, 0.25, 0.25]])
    add("soft, a long row at a temperature", "cross_entropy_soft", "mean", normal(2, 523, 4.0), probabilities(2, 523),
        temperature=2.5)
    add("divergence, masks", "kl_div", "none", logits, targets, left=left)
    logs = [[math.log(t) if t else -INF for t in row] for row in targets]
    add("divergence from logarithms, masks", "kl_div", "none", logits, logs, left=left, log_target=True)
    for reduction in ("batchmean", "sum", "none"):
        add(f"divergence, logits of 1e4 {reduction}", "kl_div", reduction, huge, probabilities(2, 3))
        add(f"divergence at a temperature {reduction}", "kl_div", reduction, normal(2, 5), probabilities(2, 5), temperature=0.5)
        add(f"divergence of probabilities {reduction}", "kl_div_of_probabilities", reduction, probabilities(2, 5),
            probabilities(2, 5))
    add("divergence, one class", "kl_div", "batchmean", [[5.0], [-1e4]], [[1.0], [1.0]])
    add("divergence, a masked class that is asked for", "kl_div", "none", [[0.0, -INF, 1.0]], [[0.5, 0.25, 0.25]])
    teacher = normal(3, 6, 3.0)
    for row in range(3):
        teacher[row][1] = teacher[row][4] = -INF
    for reduction in ("mean", "sum", "none"):
        add(f"distillation, masks {reduction}", "distillation", reduction, logits, [0, 2, 5], left=left, teacher=teacher,
            alpha=0.3, temperature=2.0)
        add(f"distillation, logits of 1e4 {reduction}", "distillation", reduction, huge, [1, 0], alpha=0.75,
            teacher=[[0.0, 1e4, 9999.0], [-1e4, -1e4, -9998.0]], temperature=3.0)
    add("distillation, one class", "distillation", "mean", [[5.0], [-1e4]], [0, 0], teacher=[[1.0], [2.0]], alpha=0.5,
        temperature=4.0)


def binary_cases(add):
    logits = [[1e4, -1e4, 0.0, 40.0], [-1e4, 1e4, -745.0, -36.5], [1e308, -1e308, 1e-300, 0.25]]
    labels = [[1.0, 0.0, 0.5, 1.0], [1.0, 0.0, 0.25, 0.75], [0.3, 0.6, 1.0, 0.0]]
    weight, positive = [1.0, 0.5, 2.0, 0.0], [3.0, 1.0, 0.25, 2.0]
    p = [[1e-8, 0.5, 1 - 2**-20, 0.25], [0.01, 1e-9, 0.3, 0.8]]
    for reduction in ("mean", "sum", "none"):
        add(f"binary, extreme {reduction}", "binary_cross_entropy_with_logits", reduction, logits[:2], labels[:2])
        add(f"binary, weights of columns {reduction}", "binary_cross_entropy_with_logits", reduction, logits[:2], labels[:2],
            weight=weight, pos_weight=positive)
        add(f"binary of probabilities {reduction}", "binary_cross_entropy", reduction, p, labels[:2], weight=weight)
    add("binary, logits of 1e308", "binary_cross_entropy_with_logits", "none", logits, labels)
    add("binary at a temperature", "binary_cross_entropy_with_logits", "mean", normal(2, 4), labels[:2], temperature=4.0)
    add("binary, infinite", "binary_cross_entropy_with_logits", "none", [[INF, INF]], [[0.0, 0.5]])
    add("binary, NaN", "binary_cross_entropy_with_logits", "none", [[NAN, 1.0]], [[0.0, 0.5]])


def main():
    torch.manual_seed(20240229)
    cases = []

    def add(name, op, reduction, input, target, **fields):
        cases.append(finish({"name": name, "op": op, "reduction": reduction, "input": input, "target": target, **fields}))

    class_cases(add)
    focal_cases(add)
    dense_cases(add)
    binary_cases(add)
    lines = ",\n".join(json.dumps(plain(case), allow_nan=False) for case in cases)
    sys.stdout.write(f'{{"made_with": "PyTorch {torch.__version__}, float64",\n"cases": [\n{lines}\n]}}\n')


main()
