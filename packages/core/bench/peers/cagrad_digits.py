"""CAGrad's weights to 40 digits, for packages/core/test/fixtures/cagrad-digits.json: no released code solves it that well.

pip install mpmath==1.3.0; python packages/core/bench/peers/cagrad_digits.py > packages/core/test/fixtures/cagrad-digits.json

Minimises xᵀGb + c‖ḡ‖√(xᵀGx) over the simplex: for every support the stationary point by Newton's method, kept where the conditions of
Karush, Kuhn and Tucker hold.
"""

import json
from itertools import combinations

from mpmath import findroot, mp, mpf, sqrt

mp.dps = 60


def solve(gradients, c):
    rows = [[mpf(value) for value in row] for row in gradients]
    T = len(rows)
    gram = [[sum(a * b for a, b in zip(x, y)) for y in rows] for x in rows]
    linear = [sum(row) / T for row in gram]
    radius = mpf(c) * sqrt(sum(linear) / T)
    times = lambda x: [sum(gram[i][j] * x[j] for j in range(T)) for i in range(T)]
    length = lambda x: sqrt(sum(a * b for a, b in zip(x, times(x))))
    slope = lambda x: [linear[k] + radius * value / length(x) for k, value in enumerate(times(x))]
    for size in range(1, T + 1):
        for support in combinations(range(T), size):
            full = lambda free: [
                ([*free, 1 - sum(free)])[support.index(k)] if k in support else mpf(0) for k in range(T)
            ]
            try:
                def level(*free):
                    s = slope(full(free))
                    return [s[k] - s[support[-1]] for k in support[:-1]]

                x = full(list(findroot(level, [mpf(1) / size] * (size - 1)))) if size > 1 else full([])
            except (ValueError, ZeroDivisionError):
                continue
            s = slope(x)
            if min(x) >= 0 and min(s) >= s[support[0]] - mpf(10) ** -45:
                return [mpf(1) / T + value * radius / length(x) for value in x]
    raise ValueError("no support fulfils the conditions")


conflict = [[1, 0], [-0.5, 1]]
three = [[1, 0.25, -0.5], [-0.75, 1, 0.5], [0.25, -1.5, 1.25]]
four = [[1, 0.5, 0, 0.25], [-0.5, 1, 0.25, 0], [0.25, -0.75, 2, -1], [4, 3, 1, 2]]
lengths = [[1000, 125, -250], [-0.75, 1, 0.5], [0.0625, -0.5, 0.25]]
inner = [[1, -0.25, -0.25], [-0.5, 1, -0.25], [-0.25, -0.5, 1.25]]
cases = [(rows, c) for rows in (conflict, three, four, lengths, inner) for c in ("0.4", "0.5")]
print(
    json.dumps(
        [
            {"gradients": rows, "c": float(c), "weights": [mp.nstr(w, 40) for w in solve(rows, c)]}
            for rows, c in cases
        ],
        indent=1,
    )
)
