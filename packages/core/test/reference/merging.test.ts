import { readFileSync } from "node:fs";
import { adam } from "@outrigger/core/optimize/adam";
import type { Optimizer } from "@outrigger/core/optimize/optimizer";
import { sgd } from "@outrigger/core/optimize/sgd";
import { alphaVil } from "@outrigger/core/procedure/alpha-vil";
import { forkmerge } from "@outrigger/core/procedure/forkmerge";
import { combineDeltas, deltaSlopes } from "@outrigger/core/procedure/inner/deltas";
import { greedyMerge } from "@outrigger/core/procedure/inner/greedy-merge";
import type { Procedure } from "@outrigger/core/procedure/procedure";
import { Random } from "@outrigger/core/random";
import { Stepper } from "@outrigger/core/train/step";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { refused } from "../support/errors.ts";
import { type Doubles, differences, farthest, vector } from "../support/in-double.ts";
import { always, type Centres, centresOf, quadratics } from "../support/quadratics.ts";

const path = new URL("../fixtures/stateful-methods.json", import.meta.url);
const { alpha_vil: stored, forkmerge_round: round } = JSON.parse(readFileSync(path, "utf8"));
const { a, c, theta0, n, lr, dev_target: target } = stored;

const { model, tasks } = quadratics(a, theta0);
const streams = (): Record<"dropout" | "method" | "dev" | "other", Random> => ({
  dropout: Random.seeded(1, "dropout"),
  method: Random.seeded(1, "method"),
  dev: Random.seeded(1, "dev"),
  other: Random.seeded(1, "other"),
});
const open = (
  method: Procedure,
  optimizer: Optimizer = sgd({ learningRate: lr }),
  taught: typeof tasks = tasks,
): Stepper<Centres> =>
  new Stepper({
    model,
    tasks: taught,
    method,
    optimizer,
    params: model.init(Random.seeded(1, "init")),
    streams: streams(),
    dev: always(centresOf([target, target, target])),
    compile: { threads: 1 },
  });

/** −½ ‖θ − target‖². */
const score = (theta: readonly number[]): number =>
  -0.5 * theta.reduce((sum, value, i) => sum + (value - target[i]) ** 2, 0);
const mixture = (ends: readonly (readonly number[])[], shares: readonly number[]): number[] =>
  ends[0]!.map((_, i) => ends.reduce((sum, end, b) => sum + shares[b]! * end[i]!, 0));

describe("ForkMerge", () => {
  const names = ["target_only", "plus_aux1", "plus_aux2"] as const;
  const ends = names.map((name) => round.branches[name] as number[]);

  it("searches as the stored log does, score by score, to 1e-9", async () => {
    const seen: number[] = [];
    const alone = names.map((name) => round.scores[name] as number);
    const merged = await greedyMerge(alone, async (shares) => {
      seen.push(score(mixture(ends, shares)));
      return seen.at(-1)!;
    });
    expect(
      farthest(
        seen,
        round.search_log.map((entry: [string, number, number]) => entry[2]),
      ),
    ).toBeLessThan(1e-9);
    const kept = names.map((name) => round.unnormalised_lambda[name] as number);
    const total = kept.reduce((sum, value) => sum + value, 0);
    expect(
      farthest(
        merged.shares,
        kept.map((value) => value / total),
      ),
    ).toBeLessThan(1e-9);
    expect(Math.abs(merged.score - round.merged_score)).toBeLessThan(1e-9);
    expect(farthest(mixture(ends, merged.shares), round.merged_theta)).toBeLessThan(1e-9);
  });

  it("never keeps a mixture whose score is NaN", async () => {
    const merged = await greedyMerge([1, 0], async ([, share]) => (share! > 0 ? Number.NaN : 1));
    expect(merged).toEqual({ shares: [1, 0], score: 1 });
  });

  it("refuses held-out data without a label of the primary, which would score as perfect", async () => {
    const bare = tasks.map((task, k): typeof task =>
      k === 0
        ? {
            ...task,
            loss(output, batch) {
              const { values } = task.loss(output, batch);
              return { values, mask: tf.zerosLike(values) };
            },
          }
        : task,
    );
    const run = open(forkmerge({ interval: 1 }), sgd({ learningRate: lr }), bare);
    expect(await refused(run.run(centresOf(c), 0))).toMatchObject({
      code: "bad-data",
      message: 'The held-out batches have no label of "q0". Pass others as `dev`.',
    });
    await run.dispose();
  });

  it("makes the stored round: branches, shares, merged parameters", async () => {
    const run = open(forkmerge({ interval: n }));
    let weights: readonly number[] = [];
    for (let step = 0; step < n; step++) {
      expect([...run.params.data]).toEqual(theta0);
      if (step === n - 1) break;
      await run.run(centresOf(c), 0);
    }
    ({ weights } = await run.run(centresOf(c), 0));
    expect(farthest(run.params.data, round.merged_theta)).toBeLessThan(1e-6);
    // Every branch goes on from the mixture.
    for (const b of [0, 1, 2]) expect(run.memory[`branch-${b}/params`]).toEqual(run.params.data);
    expect(farthest(weights, [1, 1 / 1.6, 0])).toBeLessThan(1e-6);
    expect(run.state.method).toMatchObject({
      alive: [0, 1, 2],
      shares: [expect.closeTo(0.375, 6), 0.625, 0],
    });
    await run.dispose();
  });

  it("ends branches without a share after the first merge, when told to, and keeps each branch's momentum", async () => {
    const run = open(forkmerge({ interval: n, prune: true }));
    for (let step = 0; step < n; step++) await run.run(centresOf(c), 0);
    expect(run.state.method).toMatchObject({ alive: [0, 1] });
    const resting = [...run.memory["branch-2/params"]!];
    for (let step = 0; step < n; step++) await run.run(centresOf(c), 0);
    expect([...run.memory["branch-2/params"]!]).toEqual(resting);
    expect([...run.memory["branch-1/params"]!]).not.toEqual(resting);
    await run.dispose();
  });

  it("takes branches as they are given, and refuses those that do not fit the tasks", async () => {
    const run = open(forkmerge({ interval: 1, branches: [[1, 0.5, 0]] }));
    const { weights } = await run.run(centresOf(c), 0);
    expect(weights).toEqual([1, 0.5, 0]);
    await run.dispose();
    for (const branches of [[[1, 0]], [[1, 0, -1]], []]) {
      expect(() => open(forkmerge({ branches }))).toThrow("one a task");
    }
  });
});

describe("ForkMerge's ranking", () => {
  /** Where steps down Σ_k ν_k L_k lead. */
  const end = (weights: readonly number[], count: number): number[] => {
    let at: number[] = theta0;
    for (let step = 0; step < count; step++) {
      at = at.map((value, i) => weights.reduce((x, w, k) => x - lr * w * a[k] * (value - c[k][i]), value));
    }
    return at;
  };
  const reach = (weights: readonly number[]): number => score(end(weights, n));
  const pair = (k: number): number[] => [1, k === 1 ? 1 : 0, k === 2 ? 1 : 0];

  it("orders auxiliaries by the held-out loss after runs beside the primary, while the run's parameters rest", async () => {
    const run = open(forkmerge({ interval: n, ranking: { steps: n, top: [0, 1] } }));
    for (let step = 0; step < n; step++) {
      expect(run.state.method).toMatchObject({ order: null, alive: [0, 1] });
      await run.run(centresOf(c), 0);
      expect([...run.params.data]).toEqual(theta0);
    }
    const order = [1, 2].sort((j, k) => reach(pair(k)) - reach(pair(j)));
    expect(Math.abs(reach(pair(1)) - reach(pair(2)))).toBeGreaterThan(1e-2);
    const best = pair(order[0]!);
    const weights = best.map((w, k) => (w + (k === 0 ? 1 : 0)) / 2);
    expect(run.state.method).toMatchObject({ order, alive: [0, 1], shares: [0.5, 0.5], weights });
    await run.dispose();
  });

  it("begins anew afterwards: bit for bit a run with those branches, momentum and Adam's step count included", async () => {
    const make = (method: Procedure): Stepper<Centres> => open(method, adam({ learningRate: 0.1 }));
    const ranked = make(forkmerge({ interval: n, ranking: { steps: 3, top: [0, 2, 1] } }));
    for (let step = 0; step < 3; step++) await ranked.run(centresOf(c), 0);
    const { order } = ranked.state.method as { order: number[] };
    const plain = make(forkmerge({ interval: n, branches: [[1, 0, 0], [1, 1, 1], pair(order[0]!)] }));
    for (let step = 0; step < 2 * n; step++) {
      const [one, two] = [await ranked.run(centresOf(c), 0), await plain.run(centresOf(c), 0)];
      expect(one.weights).toEqual(two.weights);
    }
    expect([...ranked.params.data]).toEqual([...plain.params.data]);
    expect([...ranked.params.data]).not.toEqual(theta0);
    for (const run of [ranked, plain]) await run.dispose();
  });

  it("has at most as many branches as auxiliaries allow, and none to rank trains the primary alone", async () => {
    const ranking = { steps: 1, top: [0, 2, 5, 9] };
    const run = open(forkmerge({ interval: 1, ranking }));
    await run.run(centresOf(c), 0);
    expect(run.state.method).toMatchObject({ alive: [0, 1] });
    await run.dispose();
    expect(forkmerge({ ranking }).init(1, 0)).toMatchObject({ alive: [0], weights: [1] });
  });

  describe("the best of a branch", () => {
    /** Steps towards a far centre, which pass the target in the middle. */
    const [far, near] = [
      [10, 0],
      [2.8, 0],
    ] as const;
    const passing = (since: "merge" | "start", every: number): Stepper<Centres> => {
      const one = quadratics([1, 1, 1], [0, 0]);
      return new Stepper({
        ...one,
        method: forkmerge({ interval: 6, branches: [[1, 0, 0]], best: { every, since } }),
        optimizer: sgd({ learningRate: 0.1 }),
        params: one.model.init(Random.seeded(1, "init")),
        streams: streams(),
        dev: always(centresOf([near, near, near])),
        compile: { threads: 1 },
      });
    };
    /** θ after t steps: 10 (1 − 0.9^t), so 2.71 after three. */
    const after = (t: number): number => far[0] * (1 - 0.9 ** t);

    it.each([
      [1, 3],
      [2, 4],
      [6, 6],
    ])("looked at every %i steps is that of step %i", async (every, step) => {
      const run = passing("merge", every);
      for (let t = 0; t < 6; t++) await run.run(centresOf([far, far, far]), 0);
      expect(run.params.data[0]).toBeCloseTo(after(step), 4);
      await run.dispose();
    });

    it("is of the interval by default, and of all training when told so", async () => {
      const ends: number[] = [];
      for (const since of ["merge", "start"] as const) {
        const run = passing(since, 1);
        for (let t = 0; t < 12; t++) await run.run(centresOf([far, far, far]), 0);
        ends.push(run.params.data[0]!);
        await run.dispose();
      }
      // The second interval leads away from the target: its best is its first step.
      expect(ends[0]).toBeCloseTo(after(4), 4);
      expect(ends[1]).toBeCloseTo(after(3), 4);
    });
  });
});

describe("alpha-VIL", () => {
  it("mixes deltas and their slopes as differences do", async () => {
    const ends = stored.deltas.map((delta: number[]) =>
      Float32Array.from(delta, (value, i) => value + theta0[i]!),
    ) as Float32Array[];
    const base = Float32Array.from(theta0 as number[]);
    const alpha = [0.5, -0.2, 1.3];
    const mixed = new Float32Array(2);
    combineDeltas(base, ends, alpha, mixed);
    const at = (coefficients: readonly number[]): number[] =>
      (theta0 as number[]).map((value, i) =>
        ends.reduce((sum, end, k) => sum + coefficients[k]! * (end[i]! - base[i]!), value),
      );
    expect(farthest(mixed, at(alpha))).toBeLessThan(1e-6);
    const slope = Float32Array.from(mixed, (value, i) => value - target[i]);
    const wanted = await differences(
      async ([coefficients]) => -score(at((coefficients as Doubles).data)),
      [vector(alpha)],
      0,
    );
    expect(farthest(deltaSlopes(slope, base, ends), wanted)).toBeLessThan(1e-5);
  });

  it("makes the stored round: deltas, every α, next parameters and weights", async () => {
    for (const steps of [1, 4, 10]) {
      const run = open(alphaVil({ interval: n, metaSteps: steps, learningRate: stored.alpha_lr }));
      for (let step = 0; step < n - 1; step++) await run.run(centresOf(c), 0);
      expect([...run.params.data]).toEqual(theta0);
      await run.run(centresOf(c), 0);
      const { alpha, weights } = run.state.method as { alpha: number[]; weights: number[] };
      expect(farthest(alpha, stored.alpha_trajectory[steps])).toBeLessThan(1e-5);
      expect(farthest(weights, stored.alpha_trajectory[steps])).toBeLessThan(1e-5);
      if (steps === 10) {
        expect(farthest(run.params.data, stored.theta_next)).toBeLessThan(1e-5);
        expect(farthest(weights, stored.task_weights_next)).toBeLessThan(1e-5);
      }
      await run.dispose();
    }
  });

  it("keeps weights at 0 or more", async () => {
    const run = open(alphaVil({ interval: n, metaSteps: 200 }));
    const seen: number[] = [];
    for (let step = 0; step < n + 1; step++) {
      const { weights } = await run.run(centresOf(c), 0);
      seen.push(...weights);
    }
    expect(Math.min(...seen)).toBe(0);
    await run.dispose();
  });
});
