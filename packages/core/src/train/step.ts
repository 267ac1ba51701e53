import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { NDArray, Tree } from "../graph/array.ts";
import { type Compiled, type CompileOptions, gradients, gram } from "../graph/index.ts";
import { fusedUpdate } from "../optimize/fused-update.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import type { Random } from "../random.ts";
import type { View, Weighting } from "../weighting/weighting.ts";
import { Cursor, type Position } from "./cursor.ts";
import { countOf, type Flat, flatten } from "./flat.ts";
import { type Learner, openLearner, type Seen } from "./learner.ts";
import { forward } from "./loss.ts";
import type { Batches, Host, Model, Params, ParamsTensors } from "./model.ts";
import type { Task } from "./task.ts";

export interface StepOptions<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  readonly method: Weighting;
  readonly optimizer: Optimizer;
  /** Copied: the run owns its parameters. */
  readonly params: Params;
  readonly streams: { readonly dropout: Random; readonly method: Random; readonly dev: Random };
  /** Held-out batches for rules that need the primary's gradient on them. */
  readonly dev?: Batches<Host<B>>;
  /** Gradients whose Euclidean norm over all parameters is greater are scaled down to it. */
  readonly maxGradientNorm?: number;
  readonly compile?: Omit<CompileOptions, "random">;
}

/** What one step saw and did; lists are in the order of the tasks. */
export interface StepReport {
  readonly losses: readonly number[];
  readonly counts: readonly number[];
  readonly weights: readonly number[];
  /** Cosine of every task's trunk gradient with the primary's, where a Gram matrix was computed; null for a zero gradient. */
  readonly cosines?: readonly (number | null)[];
}

/** Everything a step changes, besides parameters, slots and streams. Plain JSON. */
export interface StepState {
  readonly step: number;
  readonly method: unknown;
  /** Latest known loss of every task. */
  readonly losses: readonly number[];
  readonly dev?: Position;
}

const valuesOf = (arrays: readonly NDArray[]): number[] => arrays.map(({ data }) => data[0]!);

/** High and low parts [2, n, n] to float64 rows. */
function gramRows({ data, shape }: NDArray): number[][] {
  const n = shape[1]!;
  const at = (i: number, j: number): number => data[i * n + j]! + data[n * n + i * n + j]!;
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => at(i, j)));
}

function cosinesOf(matrix: readonly (readonly number[])[], primary: number): (number | null)[] {
  return matrix.map((row, k) => {
    const norms = Math.sqrt(row[k]! * matrix[primary]![primary]!);
    return norms > 0 ? row[primary]! / norms : null;
  });
}

/**
 * One training step after another: rule, weighted gradient, optimiser. See {@link Stepper.step}.
 */
export class Stepper<B> {
  /** On the host. Where a device keeps the parameters these are a copy of before the first step, or of the last {@link Stepper.sync}. */
  readonly params: Flat<Params>;
  /** The optimiser's numbers, in step with the parameters. */
  readonly slots: Readonly<Record<string, Float32Array>>;
  readonly #options: StepOptions<B>;
  readonly #primary: number;
  readonly #dev: Cursor<Host<B>> | undefined;
  readonly #open: () => Promise<Learner<B>>;
  #learner: Promise<Learner<B>> | undefined;
  readonly #views = new Map<"losses" | "gram" | "gram+dev", Compiled>();
  #step = 0;
  #state: unknown;
  /** A task without a label in the batch shows the rule its latest known loss: a 0 would read as "solved". */
  #known: number[];

  constructor(options: StepOptions<B>) {
    const { tasks, params, method, optimizer, dev, streams, model, maxGradientNorm } = options;
    this.#options = options;
    this.#primary = tasks.findIndex(({ role }) => role === "primary");
    const update = fusedUpdate(optimizer, countOf(params));
    this.params = flatten(params, update.param);
    this.slots = update.slots;
    this.#dev = dev && new Cursor(dev, streams.dev);
    this.#state = method.init(tasks.length, this.#primary);
    this.#known = tasks.map(() => 1);
    const compile = { ...options.compile, random: streams.dropout };
    // Not before the first step: a checkpoint may be read into the parameters until then.
    this.#open = () =>
      openLearner({ model, tasks, optimizer, params: this.params, update, maxGradientNorm, compile });
  }

  get step(): number {
    return this.#step;
  }

  get state(): StepState {
    return { step: this.#step, method: this.#state, losses: [...this.#known], dev: this.#dev?.position };
  }

  restore({ step, method, losses, dev }: StepState): void {
    this.#step = step;
    this.#state = method;
    this.#known = [...losses];
    if (dev !== undefined) this.#dev?.restore(dev);
  }

  /**
   * One step on one batch.
   *
   * The rule says what it `needs` first: "nothing" makes the step one native call, the gradient of Σ_k w_k L_k with all losses;
   * "losses" adds a forward pass, "gram" the T × T inner products of the task gradients with respect to the trunk, both with the
   * dropout masks of the weighted call. Heads get w_k times their own gradient.
   *
   * @throws OutriggerError "non-finite" for a loss or weight that is not finite, naming task and step; "unsupported" when the rule
   * needs a held-out batch and no `dev` was given.
   */
  async run(batch: Host<B>, epoch: number): Promise<StepReport> {
    const { tasks, method, streams } = this.#options;
    const before = await this.#before(batch);
    const base = { step: this.#step, epoch, primary: this.#primary };
    const asked = method.weigh({ ...base, losses: [], ...before }, this.#state, streams.method);
    this.#state = asked.state;
    asked.weights.forEach((weight, k) => {
      if (Number.isFinite(weight)) return;
      const said = `The rule "${method.name}" gave weight ${weight} to task "${tasks[k]!.name}"`;
      throw this.#notFinite(said, k);
    });
    const learner = await this.#opened();
    const { losses, counts } = await learner.step(batch, asked.weights, this.#step + 1, (seen) =>
      this.#learn(seen),
    );
    if (method.observe !== undefined) {
      this.#state = method.observe({ ...base, ...before, losses: [...this.#known] }, this.#state);
    }
    this.#step++;
    const cosines = before.gram && cosinesOf(before.gram, this.#primary);
    return { losses, counts, weights: asked.weights, cosines };
  }

  /** Brings `params` and `slots` up to date where a device keeps them; at once elsewhere. */
  async sync(): Promise<void> {
    await (await this.#learner)?.sync();
  }

  async dispose(): Promise<void> {
    await (await this.#learner)?.dispose();
  }

  #opened(): Promise<Learner<B>> {
    this.#learner ??= this.#open();
    return this.#learner;
  }

  /** What the rule needs to see before it is asked. The dropout stream is put back, so the weighted call draws the same masks. */
  async #before(batch: Host<B>): Promise<Partial<Pick<View, "losses" | "gram" | "dev">>> {
    const { tasks, method, streams } = this.#options;
    const needs = method.needs(this.#state, this.#step);
    if (needs === "nothing") return {};
    const saved = streams.dropout.state;
    const view = this.#views.get(needs) ?? (await this.#opened()).view(this.#viewOf(needs));
    this.#views.set(needs, view);
    const batches = needs === "gram+dev" ? [batch, this.#devBatch()] : [batch];
    const found = await view(...(batches as Tree<NDArray>[]));
    streams.dropout.state = saved;
    const { losses, counts, gram } = found as { losses: NDArray[]; counts: NDArray[]; gram?: NDArray };
    this.#learn({ losses: valuesOf(losses), counts: valuesOf(counts) });
    const seen = { losses: [...this.#known] };
    if (gram === undefined) return seen;
    const rows = gramRows(gram);
    const T = tasks.length;
    const own = rows.slice(0, T).map((row) => row.slice(0, T));
    if (needs === "gram") return { ...seen, gram: own };
    return { ...seen, gram: own, dev: { dots: rows[T]!.slice(0, T), norm: Math.sqrt(rows[T]![T]!) } };
  }

  /** Losses and what the rule needs, as functions of the parameters. */
  #viewOf(needs: "losses" | "gram" | "gram+dev"): (p: ParamsTensors, batch: never, held: never) => unknown {
    const { model, tasks } = this.#options;
    return (p, batch, held) => {
      // A look ahead: what a step changes besides parameters (moving statistics) changes in the weighted call only.
      const { losses, counts } = forward(model, tasks, p, batch as B, { training: true, update: false });
      if (needs === "losses") return { losses, counts };
      if (needs === "gram") return { losses, counts, gram: gram(gradients(losses, p.trunk)) };
      // No dropout on the held-out batch: the masks drawn stay those of the weighted call.
      const other = forward(model, tasks, p, held as B, { training: false }).losses[this.#primary]!;
      const rows: Tree<Tensor>[] = gradients([...losses, other], p.trunk);
      return { losses, counts, gram: gram(rows) };
    };
  }

  #devBatch(): Host<B> {
    if (this.#dev === undefined) {
      throw new OutriggerError(
        "unsupported",
        `The rule "${this.#options.method.name}" needs the primary's gradient on held-out data. Pass \`dev\`: batches that are neither trained on nor selected on.`,
        { method: this.#options.method.name },
      );
    }
    return (this.#dev.next() ?? this.#dev.next()) as Host<B>;
  }

  #learn({ losses, counts }: Seen): void {
    losses.forEach((loss, k) => {
      if (!Number.isFinite(loss))
        throw this.#notFinite(`The loss of task "${this.#options.tasks[k]!.name}" is ${loss}`, k);
      if (counts[k]! > 0) this.#known[k] = loss;
    });
  }

  #notFinite(what: string, k: number): OutriggerError {
    const cure =
      "Lower the learning rate, set maxGradientNorm, or look for extreme values in inputs and labels.";
    const details = { task: this.#options.tasks[k]!.name, step: this.#step };
    return new OutriggerError("non-finite", `${what} at step ${this.#step}. ${cure}`, details);
  }
}
