import type { DiagnosticRecord } from "@outrigger/core/train/diagnostics/record";
import { keepDiagnostics, summarizeDiagnostics } from "@outrigger/core/train/diagnostics/summary";
import { expect, test } from "vitest";

const tasks = [
  { name: "a", role: "auxiliary" },
  { name: "y", role: "primary" },
] as const;

const gradients = (step: number, norm: number, cosine: number | null, share = true): DiagnosticRecord => ({
  kind: "gradients",
  step,
  epoch: 0,
  norms: { a: norm, y: 1 },
  weights: { a: 1, y: 1 },
  effectiveWeights: share ? { a: norm / (norm + 1), y: 1 / (norm + 1) } : null,
  cosines: { a: { a: 1, y: cosine }, y: { a: cosine, y: 1 } },
});
const affinity = (step: number, z: number | null): DiagnosticRecord => ({
  kind: "affinity",
  step,
  epoch: 0,
  learningRate: 0.1,
  affinity: { a: { a: 0.5, y: z }, y: { a: 0.25, y: 0.5 } },
});

test("points are means of looks that follow each other, and matrices means of all; what is null is left out", () => {
  const records = [
    gradients(1, 1, 0.1),
    affinity(1, -0.5),
    gradients(11, 3, null),
    gradients(21, 3, -0.5),
    affinity(21, null),
    affinity(41, 0.1),
  ];
  expect(summarizeDiagnostics(records, tasks, 2)).toEqual({
    tasks: ["y", "a"],
    gradients: {
      steps: [6, 21],
      norms: [
        [1, 1],
        [2, 3],
      ],
      effectiveWeights: [
        [0.375, 0.25],
        [0.625, 0.75],
      ],
      cosines: [
        [1, 1],
        [0.1, -0.5],
      ],
      meanCosines: [
        [1, -0.2],
        [-0.2, 1],
      ],
    },
    affinity: [
      [0.5, 0.25],
      [-0.2, 0.5],
    ],
  });
});

test("a point is one look as long as there are few, and never more than asked for", () => {
  const looks = (count: number): readonly number[] =>
    summarizeDiagnostics(
      Array.from({ length: count }, (_, i) => gradients(i + 1, 1, 0)),
      tasks,
      24,
    ).gradients!.steps;
  expect(looks(24)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
  for (const count of [25, 47, 100, 1001]) expect(looks(count).length).toBeLessThanOrEqual(24);
});

test("what was not looked at is not there, and an aggregator has no effective weights", () => {
  expect(summarizeDiagnostics([], tasks)).toEqual({ tasks: ["y", "a"] });
  const only = summarizeDiagnostics([gradients(1, 2, 0.123456, false)], tasks);
  expect(only.affinity).toBeUndefined();
  expect([only.gradients!.effectiveWeights, only.gradients!.cosines[1]]).toEqual([null, [0.1235]]);
});

test("the callback keeps diagnoses and nothing else", () => {
  const records: DiagnosticRecord[] = [];
  const keep = keepDiagnostics(records);
  keep({ kind: "end", stopped: "epochs", best: null });
  keep({ kind: "diagnostic", record: affinity(1, 0) });
  expect(records).toEqual([affinity(1, 0)]);
});
