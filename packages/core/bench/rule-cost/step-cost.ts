import type { Tensor } from "@tensorflow/tfjs";
import { type Compiled, compile, gradients, gram, type NDArray, type Tree } from "../../src/graph/index.ts";
import { adam } from "../../src/optimize/adam.ts";
import { Random } from "../../src/random.ts";
import { forward } from "../../src/train/loss.ts";
import type { Batches, Host, ParamsTensors } from "../../src/train/model.ts";
import { Stepper } from "../../src/train/step.ts";
import type { Needs, Weighting } from "../../src/weighting/weighting.ts";
import { type Perceptron, perceptron } from "../networks/mlp.ts";
import { Rotating } from "./rotating.ts";

/** The steps of one rule, one a round. */
export interface StepCost {
  readonly name: string;
  readonly steps: readonly { readonly ms: number; readonly needs: Needs }[];
}

/** Times in milliseconds, one a round. */
export interface Costs {
  readonly tasks: number;
  readonly rules: readonly StepCost[];
  /** One forward pass and T backward passes, all T gradients of the trunk written to the host. */
  readonly pass: readonly number[];
  /** The same, but only losses and Gram matrix leave: what a Gram rule is shown. */
  readonly look: readonly number[];
}

export interface StepCostOptions {
  readonly network: Perceptron;
  readonly tasks: number;
  readonly rounds: number;
  readonly threads: number;
}

/** Rules that warm up for some epochs have done so. */
const firstEpoch = 5;

async function timed(f: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await f();
  return performance.now() - start;
}

/**
 * Times of whole steps under every rule, and of the two passes they are compared with, in turns. Every turn makes two steps and the
 * second counts: the first has the caches of the one before.
 */
export async function stepCosts(
  rules: readonly (readonly [string, Weighting])[],
  { network, tasks: count, rounds, threads }: StepCostOptions,
): Promise<Costs> {
  const { model, tasks, batch } = perceptron(network, count, Random.seeded(0, "batch"));
  const params = model.init(Random.seeded(0, "init"));
  const rotating = new Rotating(rules, count);
  const stream = Random.seeded(0, "step");
  const same: Batches<Host<typeof batch>> = { size: 1, epoch: () => [batch] } as never;
  const stepper = new Stepper({
    model,
    tasks,
    method: rotating.rule,
    // So small that gradients stay what they are for as long as it takes.
    optimizer: adam({ learningRate: 1e-7 }),
    params,
    streams: { dropout: stream, method: stream, dev: stream, other: stream },
    dev: same as never,
    other: same as never,
    compile: { threads },
  });
  const passOf = (outputs: (rows: Tree<Tensor>[]) => Tree<Tensor>): Compiled =>
    compile(
      ((p: ParamsTensors, given: never) => {
        const { losses } = forward(model, tasks, p, given, { training: true });
        return { losses, rows: outputs(gradients(losses, p.trunk)) };
      }) as never,
      { threads },
    );
  const [all, matrix] = [passOf((rows) => rows), passOf((rows) => gram(rows))];
  const run = async (f: Compiled, out: Tree<NDArray>): Promise<number> => {
    const once = (): Promise<unknown> => f.into(out, params, batch as Tree<NDArray>);
    await once();
    return timed(once);
  };
  const outs = [
    await all(params, batch as Tree<NDArray>),
    await matrix(params, batch as Tree<NDArray>),
  ] as const;
  const steps: { ms: number; needs: Needs }[][] = rules.map(() => []);
  const [pass, look]: number[][] = [[], []];
  const contenders: (() => Promise<void>)[] = [
    async () => void pass!.push(await run(all, outs[0])),
    async () => void look!.push(await run(matrix, outs[1])),
    ...rules.map((_, i) => async (): Promise<void> => {
      rotating.turnTo(i);
      const epoch = firstEpoch + steps[i]!.length;
      await stepper.run(batch as never, epoch);
      const ms = await timed(() => stepper.run(batch as never, epoch));
      steps[i]!.push({ ms, needs: rotating.needed });
    }),
  ];
  // One round to compile and to warm up.
  for (let round = 0; round <= rounds; round++) {
    for (const turn of contenders) await turn();
  }
  for (const each of [all, matrix, stepper]) await each.dispose();
  return {
    tasks: count,
    rules: rules.map(([name], i) => ({ name, steps: steps[i]!.slice(1) })),
    pass: pass!.slice(1),
    look: look!.slice(1),
  };
}
