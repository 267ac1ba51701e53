import { readFileSync } from "node:fs";
import { array, compile, gradients, type NDArray, type Tree } from "@outrigger/core/graph/index";
import { sgd } from "@outrigger/core/optimize/sgd";
import { type AuxilearnOptions, auxilearn } from "@outrigger/core/procedure/auxilearn";
import { linearCombiner, monotoneNetwork } from "@outrigger/core/procedure/inner/combiner";
import { combined, combinedLoss, hessianProduct, mixedSlope } from "@outrigger/core/procedure/inner/implicit";
import { inverseTimes } from "@outrigger/core/procedure/inner/inverse";
import { inner } from "@outrigger/core/procedure/inner/look-ahead";
import { Random } from "@outrigger/core/random";
import {
  conjugateGradients,
  largestEigenvalue,
  neumann,
  type Product,
} from "@outrigger/core/solve/inverse-product";
import type { ParamsTensors } from "@outrigger/core/train/model";
import { Stepper } from "@outrigger/core/train/step";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { refused } from "../support/errors.ts";
import { type Doubles, differences, doubles, farthest, inDouble } from "../support/in-double.ts";
import { always, centresOf, quadratics } from "../support/quadratics.ts";
import { classifiers, imageBatch, type Labelled, smallCnn } from "../support/small-cnn.ts";

const path = new URL("../fixtures/hypergradients.json", import.meta.url);
const stored = JSON.parse(readFileSync(path, "utf8"));

const diagonal =
  (h: readonly number[]): Product =>
  async (v) =>
    v.map((value, i) => value * h[i]!);

describe("the inverse of a Hessian that is never formed", () => {
  const {
    H_diag: h,
    mixed_grad_rows: rows,
    val_grad: v,
    exact,
    neumann: series,
  } = stored.implicit_neumann_anisotropic;
  const slopes = (p: Float64Array): number[] =>
    rows.map((row: number[]) => -row.reduce((sum, value, i) => sum + value * p[i]!, 0));

  it("has the stored series for every step and number of terms, to 1e-9", async () => {
    for (const { lr, J, hypergrad_times_lr: wanted } of series) {
      const found = slopes(await neumann(diagonal(h), Float64Array.from(v), lr, J));
      // The two smallest are stored to 16 decimals only.
      expect(farthest(found, wanted), `lr ${lr}, J ${J}`).toBeLessThan(lr < 1e-3 ? 1e-7 : 1e-9);
    }
  });

  it("is exact after as many conjugate gradients as dimensions", async () => {
    expect(
      farthest(slopes(await conjugateGradients(diagonal(h), Float64Array.from(v), 3)), exact),
    ).toBeLessThan(1e-9);
  });

  it("knows the largest eigenvalue, of either sign, and 0", async () => {
    expect(await largestEigenvalue(diagonal(h), Float64Array.from(v), 30)).toBeCloseTo(4, 9);
    expect(await largestEigenvalue(diagonal([-3, 1]), Float64Array.of(1, 1), 40)).toBeCloseTo(3, 9);
    expect(await largestEigenvalue(diagonal([0, 0]), Float64Array.of(1, 1), 5)).toBe(0);
  });

  it("goes nowhere along negative curvature, and names what is not finite", async () => {
    expect([...(await conjugateGradients(diagonal([-1, -1]), Float64Array.of(1, 2), 5))]).toEqual([0, 0]);
    for (const inverse of ["neumann", "conjugate-gradients"] as const) {
      for (const value of [Number.NaN, Infinity]) {
        const solved = inverseTimes(inverse, 3, diagonal([value]), Float64Array.of(1));
        expect(await refused(solved)).toMatchObject({
          code: "non-finite",
          message: expect.stringContaining("product with the Hessian is not finite"),
        });
      }
    }
    // The sixth product is the first of the series, after those that find the largest eigenvalue.
    let products = 0;
    const later: Product = async (v) => v.map((value) => (++products > 5 ? Number.NaN : value));
    expect((await refused(inverseTimes("neumann", 3, later, Float64Array.of(1)))).code).toBe("non-finite");
  });
});

describe("a step on the stored quadratics", () => {
  const { a, c, theta, dev, lam } = stored.blo_linear_weights;
  const { h, exact_ift_hypergrad: exact, neumann: series, val_grad: v } = stored.implicit_neumann;
  const { model, tasks } = quadratics(a, theta);

  /** −∂L_dev(θ*)/∂φ as the combiner moves, for its two weights. */
  const moved = async (options: AuxilearnOptions): Promise<number[]> => {
    const rate = 0.01;
    const run = new Stepper({
      model,
      tasks,
      method: auxilearn({
        ...options,
        interval: 1,
        maxSlopeNorm: 1e6,
        optimizer: sgd({ learningRate: rate }),
      }),
      optimizer: sgd({ learningRate: 0.1 }),
      params: model.init(Random.seeded(1, "init")),
      streams: {
        dropout: Random.seeded(1, "dropout"),
        method: Random.seeded(1, "method"),
        dev: Random.seeded(1, "dev"),
        other: Random.seeded(1, "other"),
      },
      dev: always(centresOf([dev, dev, dev])),
      compile: { threads: 1 },
    });
    const phi = run.memory["combiner/params"]!;
    phi.set(lam.slice(1));
    const before = [...phi];
    const { weights } = await run.run(centresOf(c), 0);
    expect(farthest(weights, lam)).toBeLessThan(1e-6);
    const found = [...phi].map((value, i) => (before[i]! - value) / rate);
    await run.dispose();
    return found;
  };

  it.each(["conjugate-gradients", "neumann"] as const)(
    "has the exact implicit hypergradient: %s",
    async (inverse) => {
      expect(h).toBeCloseTo(2.55, 12);
      expect(farthest(await moved({ inverse }), exact.slice(1))).toBeLessThan(1e-4);
    },
  );

  it("is the stored series' first term by the identity: −η ⟨∇L_dev(θ), ∇L_k(θ)⟩", async () => {
    const slopes = c.map((centre: number[], k: number) =>
      theta.reduce((sum: number, t: number, i: number) => sum - 0.1 * v[i] * a[k] * (t - centre[i]!), 0),
    );
    expect(farthest(await moved({}), slopes.slice(1))).toBeLessThan(1e-4);
    const { with_lr_factor: once, neumann_sum: sum } = series.find(({ lr }: { lr: number }) => lr === 0.1);
    expect(
      farthest(
        slopes,
        once.map((value: number) => value / sum),
      ),
    ).toBeLessThan(1e-9);
  });
});

describe.each([
  ["linear", linearCombiner(1)],
  ["monotone network", monotoneNetwork([3, 3])],
])("a %s combiner on a network with convolution, pooling, tanh and softmax", (_, combiner) => {
  const problem = { model: smallCnn, tasks: classifiers, primary: 0, combiner };
  const weights = smallCnn.init(Random.seeded(1, "init"));
  const p = smallCnn.init(Random.seeded(2, "direction"));
  const phi = combiner.init(2, Random.seeded(3, "combiner"));
  const batch = imageBatch();
  const args = [weights, phi, batch, p] as unknown as Tree<NDArray>[];

  const numbers = (tree: unknown): number[] => {
    const found: number[] = [];
    const visit = (value: unknown): void => {
      if (value !== null && typeof value === "object" && "data" in value) {
        found.push(...(value as { data: Iterable<number> }).data);
      } else
        for (const key of Object.keys(value as object).sort()) visit((value as Record<string, unknown>)[key]);
    };
    visit(tree);
    return found;
  };
  /** ⟨∇_θ L_T, p⟩, whose derivatives both products are. */
  const along = (params: ParamsTensors, f: never, b: Labelled, v: ParamsTensors): Scalar => {
    const { total } = combinedLoss(problem, params, f, b, { training: true });
    return inner(gradients([total], params)[0] as Tree<Tensor>, v);
  };

  it("has the mixed derivative and the Hessian's products of differences in double, to 1e-4", async () => {
    const like = args.map(doubles);
    const compiled = await inDouble(along as never, like);
    const value = async (at: readonly Tree<Doubles>[]): Promise<number> =>
      ((await compiled.run(at)) as Doubles).data[0]!;
    const mixed = (await differences(value, like, 1)).map((slope) => -slope);
    const products = await differences(value, like, 0);
    await compiled.dispose();
    for (const [f, wanted] of [
      [mixedSlope, mixed],
      [hessianProduct, products],
    ] as const) {
      const single = compile(
        ((params: ParamsTensors, c: never, b: Labelled, v: ParamsTensors) =>
          f(combined(problem), params, c, b, v)) as never,
        { threads: 1 },
      );
      expect(farthest(numbers(await single(...args)), wanted)).toBeLessThan(1e-4);
      await single.dispose();
    }
  });
});

it("a network never turns an auxiliary's sign, and its weights are what the primary's loss has beside it", async () => {
  const combiner = monotoneNetwork([4]);
  const phi = combiner.init(2, Random.seeded(1, "combiner"));
  const layers = phi as unknown as { kernel: NDArray }[];
  layers[0]!.kernel.data[1] = -5;
  combiner.keep(phi);
  expect(layers[0]!.kernel.data[1]).toBe(0);
  const slopes = compile(
    ((f: Tree<Tensor>, losses: Scalar[]) => gradients([combiner.combine(f, losses)], losses)[0]!) as never,
  );
  const found = (await slopes(phi, [array([0.3], []), array([2], [])])) as unknown as NDArray[];
  for (const { data } of found) expect(data[0]).toBeGreaterThanOrEqual(0);
  await slopes.dispose();
});
