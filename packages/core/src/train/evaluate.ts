import { OutriggerError } from "../error.ts";
import { leaves, type NDArray, sizeOf, type Tree } from "../graph/array.ts";
import { type Compiled, type CompileOptions, compile } from "../graph/index.ts";
import { forward } from "./loss.ts";
import type { Batches, Host, Model, Params, ParamsTensors } from "./model.ts";
import type { Task } from "./task.ts";

/** Metrics of every task over a split, `loss` (per labelled sample) among them; null where one is not defined there. */
export type Evaluation = Record<string, Record<string, number | null>>;

interface Output {
  readonly outputs: Record<string, NDArray>;
  readonly losses: readonly NDArray[];
  readonly counts: readonly NDArray[];
}

/** A model without dropout over whole splits. Batches of another shape than before are compiled anew. */
export class Evaluator<B> {
  readonly #model: Model<B>;
  readonly #tasks: readonly Task<B>[];
  readonly #options: Omit<CompileOptions, "random">;
  readonly #compiled = new Map<string, Compiled>();

  constructor(model: Model<B>, tasks: readonly Task<B>[], options: Omit<CompileOptions, "random"> = {}) {
    this.#model = model;
    this.#tasks = tasks;
    this.#options = options;
  }

  async #run(params: Params, batch: Host<B>): Promise<Output> {
    const shapes = leaves<NDArray>(batch as Tree<NDArray>).map(
      ({ shape, dtype }) => `${dtype}[${shape.join()}]`,
    );
    const key = shapes.join();
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      const f = (p: ParamsTensors, b: B): unknown =>
        forward(this.#model, this.#tasks, p, b, { training: false });
      compiled = compile(f as never, this.#options);
      this.#compiled.set(key, compiled);
    }
    return (await compiled(params, batch as Tree<NDArray>)) as unknown as Output;
  }

  /**
   * Loss and metrics of every task over all batches, in fixed order.
   *
   * @param when for messages, such as "after step 12".
   * @throws OutriggerError "non-finite" when a task's predictions are not finite.
   */
  async evaluate(params: Params, batches: Batches<Host<B>>, when = "in evaluation"): Promise<Evaluation> {
    const parts = this.#tasks.map(() => ({
      loss: 0,
      count: 0,
      prediction: [] as number[],
      label: [] as number[],
    }));
    for (const batch of batches.epoch(null)) {
      const { outputs, losses, counts } = await this.#run(params, batch);
      this.#tasks.forEach((task, k) => {
        const part = parts[k]!;
        const count = counts[k]!.data[0]!;
        part.loss += losses[k]!.data[0]! * count;
        part.count += count;
        if (task.predict === undefined || task.labels === undefined) return;
        const prediction = task.predict(outputs[task.name]!);
        task.labels(batch).forEach((label, i) => {
          if (Number.isNaN(label)) return;
          part.prediction.push(prediction[i]!);
          part.label.push(label);
        });
      });
    }
    return Object.fromEntries(
      this.#tasks.map(({ name, metrics = [] }, k) => {
        const { loss, count, ...rows } = parts[k]!;
        if (!Number.isFinite(loss) || rows.prediction.some((value) => !Number.isFinite(value))) {
          const cure = "Lower the learning rate or set maxGradientNorm.";
          throw new OutriggerError(
            "non-finite",
            `Predictions of task "${name}" are not finite ${when}. ${cure}`,
            {
              task: name,
            },
          );
        }
        const split = {
          prediction: Float64Array.from(rows.prediction),
          label: Float64Array.from(rows.label),
        };
        const values = metrics.map((metric) => [metric.name, metric.compute(split)] as const);
        return [name, { loss: count > 0 ? loss / count : null, ...Object.fromEntries(values) }];
      }),
    );
  }

  /**
   * One prediction a sample and task, in fixed order, in the units people read (the raw output, row by row, for tasks without `predict`).
   */
  async predict(params: Params, batches: Batches<Host<B>>): Promise<Record<string, Float64Array>> {
    const parts = this.#tasks.map(() => ({ values: [] as number[][], width: 1 }));
    for (const batch of batches.epoch(null)) {
      const { outputs } = await this.#run(params, batch);
      this.#tasks.forEach((task, k) => {
        const output = outputs[task.name]!;
        const part = parts[k]!;
        part.values.push([...(task.predict?.(output) ?? output.data)]);
        if (task.predict === undefined) part.width = sizeOf(output.shape.slice(1));
      });
    }
    return Object.fromEntries(
      this.#tasks.map(({ name }, k) => {
        const { values, width } = parts[k]!;
        const all = Float64Array.from(values.flat());
        return [name, all.subarray(0, batches.samples === undefined ? all.length : batches.samples * width)];
      }),
    );
  }

  async dispose(): Promise<void> {
    for (const compiled of this.#compiled.values()) await compiled.dispose();
    this.#compiled.clear();
  }
}
