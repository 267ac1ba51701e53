import {
  adam,
  array,
  arrayBatches,
  column,
  dense,
  type FitOptions,
  type Fitted,
  fit,
  leaves,
  type Model,
  mlp,
  type NDArray,
  pcgrad,
  Random,
  regression,
} from "@outrigger/core";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor2D } from "@tensorflow/tfjs";

/** What a run leaves, as plain JSON. */
export interface Numbers {
  /** Training losses of both tasks, an epoch a row. */
  readonly losses: readonly (readonly (number | null)[])[];
  readonly validation: readonly (number | null)[];
  readonly params: readonly number[];
}

/** Where to train; plain JSON. */
export type Where = Pick<FitOptions<ColumnBatch<Tensor2D>>, "runtime" | "device" | "directory">;

const samples = 160;
const width = 6;

/** y = x₀ + x₁², and the helpful a = x₁². */
function data(): { inputs: Float32Array; y: number[]; a: number[] } {
  const random = Random.seeded(3, "two tasks");
  const inputs = Float32Array.from({ length: samples * width }, () => random.normal());
  const a = Array.from({ length: samples }, (_, i) => inputs[width * i + 1]! ** 2);
  return { inputs, a, y: a.map((value, i) => value + inputs[width * i]!) };
}

function model(): Model<ColumnBatch<Tensor2D>> {
  const trunk = mlp({ sizes: [width, 24, 16], norm: true, dropout: 0.1 });
  const heads = { y: dense({ inputs: 16, outputs: 1 }), a: dense({ inputs: 16, outputs: 1 }) };
  return {
    init: (random) => ({
      trunk: trunk.init(random),
      heads: { y: heads.y.init(random), a: heads.a.init(random) },
    }),
    apply(params, { inputs }, mode) {
      const hidden = trunk.apply(params.trunk as never, inputs, mode);
      const head = (name: "y" | "a") => heads[name].apply(params.heads[name] as never, hidden, mode);
      return { y: head("y"), a: head("a") };
    },
  };
}

/** Trains two tasks under a rule that needs the Gram matrix, with shuffling and dropout, by the same code in Node and in a page. */
export async function trainTwoTasks(where: Where): Promise<Numbers> {
  const { inputs, y, a } = data();
  const columns = { y: column("y", y), a: column("a", a) };
  const batches = (from: number, to: number): FitOptions<ColumnBatch<Tensor2D>>["train"] =>
    arrayBatches({
      inputs: array(inputs, [samples, width]),
      columns,
      rows: Array.from({ length: to - from }, (_, i) => from + i),
      batchSize: 32,
    });
  const fitted: Fitted<ColumnBatch<Tensor2D>> = await fit(model(), {
    tasks: [regression({ name: "y", role: "primary" }), regression({ name: "a", role: "auxiliary" })],
    method: pcgrad(),
    optimizer: adam({ learningRate: 0.01 }),
    train: batches(0, 128),
    validation: batches(128, samples),
    epochs: 4,
    seed: 7,
    progress: "none",
    ...where,
  });
  const found = {
    losses: fitted.history.map(({ losses }) => [losses.y ?? null, losses.a ?? null]),
    validation: fitted.history.map(({ validation }) => validation.y?.loss ?? null),
    params: leaves<NDArray>(fitted.last).flatMap(({ data }) => Array.from(data as ArrayLike<number>)),
  };
  await fitted.dispose();
  return found;
}
