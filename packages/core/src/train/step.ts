import { OutriggerError } from "../error.ts";
import type { CompileOptions } from "../graph/index.ts";
import { fusedUpdate } from "../optimize/fused-update.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import type { Random } from "../random.ts";
import type { View, Weighting } from "../weighting/weighting.ts";
import { type Ahead, lookAhead } from "./ahead.ts";
import { explained } from "./explain.ts";
import { countOf, type Flat, flatten } from "./flat.ts";
import { cosinesOf } from "./gram-rows.ts";
import { type Learner, openLearner, type Seen } from "./learner.ts";
import { Look, type LookState } from "./look.ts";
import type { Batches, Host, Model, Params } from "./model.ts";
import type { Task } from "./task.ts";

export interface StepOptions<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  readonly method: Weighting;
  readonly optimizer: Optimizer;
  /** Copied: the run owns its parameters. */
  readonly params: Params;
  readonly streams: {
    readonly dropout: Random;
    readonly method: Random;
    readonly dev: Random;
    readonly other: Random;
  };
  /** Held-out batches for rules that need the primary's gradient on them. */
  readonly dev?: Batches<Host<B>>;
  /** Where rules that compare two training batches get the second one. */
  readonly other?: Batches<Host<B>>;
  /** Gradients whose Euclidean norm over all parameters is greater are scaled down to it. */
  readonly maxGradientNorm?: number;
  /** How many steps may be one native call. Default 1. */
  readonly stepsPerCall?: number;
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
export interface StepState extends LookState {
  readonly step: number;
  readonly method: unknown;
  /** Latest known loss of every task. */
  readonly losses: readonly number[];
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
  readonly #look: Look<B>;
  readonly #open: () => Promise<Learner<B>>;
  #learner: Promise<Learner<B>> | undefined;
  #step = 0;
  #state: unknown;
  /** A task without a label in the batch shows the rule its latest known loss: a 0 would read as "solved". */
  #known: number[];

  constructor(options: StepOptions<B>) {
    const { tasks, params, method, optimizer, streams, model } = options;
    const { maxGradientNorm, stepsPerCall = 1 } = options;
    this.#options = options;
    this.#primary = tasks.findIndex(({ role }) => role === "primary");
    const update = fusedUpdate(optimizer, countOf(params));
    this.params = flatten(params, update.param);
    this.slots = update.slots;
    this.#look = new Look({ ...options, primary: this.#primary, method: method.name });
    this.#state = method.init(tasks.length, this.#primary);
    this.#known = tasks.map(() => 1);
    const compile = { ...options.compile, random: streams.dropout };
    const learning = { model, tasks, optimizer, params: this.params, update, maxGradientNorm, stepsPerCall };
    // Not before the first step: a checkpoint may be read into the parameters until then.
    this.#open = () => openLearner({ ...learning, compile });
  }

  get step(): number {
    return this.#step;
  }

  get state(): StepState {
    return { step: this.#step, method: this.#state, losses: [...this.#known], ...this.#look.state };
  }

  restore({ step, method, losses, ...look }: StepState): void {
    this.#step = step;
    this.#state = method;
    this.#known = [...losses];
    this.#look.restore(look);
  }

  /**
   * One step on one batch.
   *
   * The rule says what it `needs` first: "nothing" makes the step one native call, the gradient of Σ_k w_k L_k with all losses;
   * "losses" adds a forward pass, "gram" the T × T inner products of the task gradients with respect to the trunk, both with the
   * dropout masks of the weighted call, "gram+dev" and "gram+other" a second batch. Heads get w_k times their own gradient. A rule
   * that `observes` "after" is shown the losses of the same batch and masks once more, with the new parameters.
   *
   * @throws OutriggerError "non-finite" for a loss or weight that is not finite, naming task, step, the first op whose result is not
   * finite, and the line that called it; "unsupported" when the rule needs a held-out batch and no `dev` was given.
   */
  async run(batch: Host<B>, epoch: number): Promise<StepReport> {
    const { model, tasks, streams } = this.#options;
    const masks = streams.dropout.state;
    try {
      return await this.#run(batch, epoch);
    } catch (error) {
      streams.dropout.state = masks;
      throw await explained(error, { model, tasks, open: () => this.#opened() }, batch);
    }
  }

  async #run(batch: Host<B>, epoch: number): Promise<StepReport> {
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
    const masks = streams.dropout.state;
    const { losses, counts } = await learner.step(batch, asked.weights, this.#step + 1, (seen) =>
      this.#learn(seen),
    );
    if (method.observe !== undefined) {
      if (method.observes === "after") this.#learn(await this.#again(batch, masks));
      this.#state = method.observe({ ...base, ...before, losses: [...this.#known] }, this.#state);
    }
    this.#step++;
    const cosines = before.gram && cosinesOf(before.gram, this.#primary);
    return { losses, counts, weights: asked.weights, cosines };
  }

  /**
   * Steps on several batches: as one native call where the rule gives all weights beforehand and everything is finite, one by one elsewhere.
   * Numbers and errors are those of {@link Stepper.run}, batch after batch.
   */
  async *runs(batches: readonly Host<B>[], epoch: number): AsyncGenerator<StepReport> {
    const { method, streams } = this.#options;
    for (let rest = batches; rest.length > 0; ) {
      const at = { step: this.#step, epoch, primary: this.#primary };
      const ahead = rest.length > 1 ? lookAhead(method, this.#state, at, rest.length, streams.method) : [];
      const now = rest.slice(0, Math.max(1, ahead.length));
      const reports = ahead.length > 1 ? await this.#together(now, ahead) : undefined;
      if (reports) yield* reports;
      else for (const batch of now) yield await this.run(batch, epoch);
      rest = rest.slice(now.length);
    }
  }

  async #together(batches: readonly Host<B>[], ahead: readonly Ahead[]): Promise<StepReport[] | undefined> {
    const { streams } = this.#options;
    const learner = await this.#opened();
    const dropout = streams.dropout.state;
    const weights = ahead.map((each) => each.weights);
    const seen = await learner.together?.(batches, weights, this.#step + 1);
    if (seen === undefined) {
      streams.dropout.state = dropout;
      return undefined;
    }
    const last = ahead.at(-1)!;
    this.#state = last.state;
    streams.method.state = last.random;
    return seen.map((each, i) => {
      this.#learn(each);
      this.#step++;
      return { ...each, weights: weights[i]! };
    });
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

  /** What the rule needs to see before it is asked. */
  async #before(batch: Host<B>): Promise<Partial<View>> {
    const needs = this.#options.method.needs(this.#state, this.#step);
    if (needs === "nothing") return {};
    const { seen, view } = await this.#look.at(batch, needs, await this.#opened());
    this.#learn(seen);
    return { losses: [...this.#known], ...view };
  }

  /** Losses of the batch that was just stepped on, with the dropout masks of that step. */
  async #again(batch: Host<B>, masks: readonly number[]): Promise<Seen> {
    const { dropout } = this.#options.streams;
    const next = dropout.state;
    dropout.state = masks;
    const { seen } = await this.#look.at(batch, "losses", await this.#opened());
    dropout.state = next;
    return seen;
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
