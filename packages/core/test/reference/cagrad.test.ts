import { readFileSync } from "node:fs";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";
import { gramOf } from "../support/gram.ts";

interface Case {
  gradients: number[][];
  c: number;
  weights: string[];
}
const cases = JSON.parse(
  readFileSync(new URL("../fixtures/cagrad-digits.json", import.meta.url), "utf8"),
) as Case[];

test.each(cases.map((one, k) => [k, one] as const))("cagrad's weights from 40 digits, case %i", (_, one) => {
  const rule = cagrad({ c: one.c, rescale: "none", scale: "mean" });
  expectClose(ask(rule, gramOf(one.gradients)), one.weights.map(Number), 1e-12);
});
