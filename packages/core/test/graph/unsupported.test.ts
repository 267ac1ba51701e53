import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { allComposites, allKernels } from "../../src/graph/kernel.ts";
import { unsupportedKernels } from "../../src/graph/kernels/unsupported.ts";
import { type Traceable, trace } from "../../src/graph/trace.ts";
import { thrown } from "../support/errors.ts";

/** tfjs exports the name of each of its kernels under that name. */
const exported = Object.entries(tf).flatMap(([key, value]) => (key === value ? [key] : []));
const names = [...new Set([...exported, ...tf.getKernelsForBackend("cpu").map((k) => k.kernelName)])].sort();
const known = new Set([
  ...[...allKernels()].map(({ name }) => name),
  ...[...allComposites()].map(([name]) => name),
]);

describe("every kernel of tfjs", () => {
  it("has a name that is found", () => {
    expect(names.length).toBeGreaterThan(175);
    expect(names).toContain("Conv2D");
    expect(names).toContain("_FusedMatMul");
  });

  it("is known to graphs or has a reason why not, and never both", () => {
    const reasons = Object.keys(unsupportedKernels);
    expect(names.filter((name) => !known.has(name) && !reasons.includes(name))).toEqual([]);
    expect(reasons.filter((name) => known.has(name) || !names.includes(name))).toEqual([]);
  });
});

const uses: readonly (readonly [kernel: string, f: (x: Tensor) => unknown, reason: RegExp])[] = [
  ["Complex", (x) => tf.complex(x, x), /complex numbers/],
  ["Unique", (x) => tf.unique(x).values, /shape of its result depends on values/],
  ["Multinomial", (x) => tf.multinomial(x as Tensor2D, 2, 7), /random numbers.*Gumbel/],
  [
    "Transform",
    (x) => tf.image.transform(tf.reshape(x, [1, 2, 3, 1]), tf.ones([1, 8]) as Tensor2D),
    /before the step/,
  ],
];

describe.each(uses)("%s in a trace", (kernel, f, reason) => {
  it("is an error that names the kernel, the caller's line and the reason", () => {
    const error = thrown(() => trace(f as Traceable)({ shape: [2, 3] } as never));
    expect(error.code).toBe("unsupported");
    expect(error.details).toMatchObject({ kernel });
    expect(error.details["line"]).toMatch(/unsupported\.test\.ts:\d+/);
    expect(error.message).toMatch(reason);
  });
});

it("refuses an einsum whose result has an axis that no tensor has", () => {
  const f = (x: Tensor): Tensor => tf.einsum("ij->ik", x);
  const error = thrown(() => trace(f as Traceable)({ shape: [2, 3] }));
  expect(error.code).toBe("unsupported");
  expect(error.details).toMatchObject({ kernel: "Einsum", equation: "ij->ik" });
  expect(error.message).toContain('einsum "ij->ik": the result has axis "k"');
});
