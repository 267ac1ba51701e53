import type { CompileOptions } from "../graph/index.ts";
import { fusedUpdate } from "../optimize/fused-update.ts";
import type { Optimizer } from "../optimize/optimizer.ts";
import type { Random } from "../random.ts";
import { AggregatedDriver } from "./aggregated-driver.ts";
import { Affinity } from "./diagnostics/affinity.ts";
import { isDue, stepsUntilDue, type Watch, watchOf } from "./diagnostics/options.ts";
import type { Driver, DriverState, Moment, StepReport, Watched } from "./driver.ts";
import { explained } from "./explain.ts";
import { FeatureDriver } from "./feature-driver.ts";
import { countOf, type Flat, flatten } from "./flat.ts";
import { frozenRanges, withFrozen } from "./freeze.ts";
import { KnownLosses } from "./known-losses.ts";
import {
  initialMemory,
  isAggregator,
  isFeatureMethod,
  isProcedure,
  type Method,
  ruleOf,
  shapeOf,
} from "./method.ts";
import type { Batches, Host, Model, Params } from "./model.ts";
import { type OnNonFinite, remedy, withoutLabels } from "./non-finite.ts";
import { ProcedureDriver } from "./procedure-driver.ts";
import type { Task } from "./task.ts";
import { WeightedDriver } from "./weighted-driver.ts";

export interface StepOptions<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  readonly method: Method;
  readonly optimizer: Optimizer;
  /** Paths of parts that keep their parameters. Default: none. */
  readonly frozen?: readonly string[];
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
  /** Default "error". */
  readonly onNonFinite?: OnNonFinite;
  /** How many steps may be one native call. Default 1. */
  readonly stepsPerCall?: number;
  /** Which steps are looked at besides. Default: none. */
  readonly watch?: Watch;
  readonly compile?: Omit<CompileOptions, "random">;
}

/** Everything a step changes, besides parameters, slots, memory and streams. Plain JSON. */
export interface StepState extends DriverState {
  readonly step: number;
  /** Latest known loss of every task. */
  readonly losses: readonly number[];
}

/** One training step after another. See {@link Stepper.run}. */
export class Stepper<B> {
  /** On the host. Where a device keeps the parameters these are a copy of before the first step, or of the last {@link Stepper.sync}. */
  readonly params: Flat<Params>;
  /** The optimiser's numbers, in step with the parameters. */
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** An aggregator's or a procedure's arrays. */
  readonly memory: Readonly<Record<string, Float32Array>>;
  readonly #options: StepOptions<B>;
  readonly #primary: number;
  readonly #known: KnownLosses;
  readonly #policy: OnNonFinite;
  readonly #watch: Watch;
  readonly #affinity: Affinity<B>;
  readonly #driverOf: (tasks: readonly Task<B>[]) => Driver<B>;
  readonly #driver: Driver<B>;
  /** For steps without some of the tasks, by their indices. */
  readonly #without = new Map<string, Driver<B>>();
  #step = 0;

  constructor(given: StepOptions<B>) {
    const { frozen = [] } = given;
    const options = { ...given, model: withFrozen(given.model, frozen) };
    const { tasks, params, method, optimizer, streams, model } = options;
    const { maxGradientNorm, stepsPerCall = 1 } = options;
    this.#options = options;
    this.#policy = options.onNonFinite ?? "error";
    this.#watch = options.watch ?? watchOf(undefined);
    this.#affinity = new Affinity({ model, tasks, dropout: streams.dropout });
    this.#primary = tasks.findIndex(({ role }) => role === "primary");
    const primary = this.#primary;
    const still = frozenRanges(params, frozen);
    const update = fusedUpdate(optimizer, countOf(params), still);
    this.params = flatten(params, update.param);
    this.slots = update.slots;
    const shape = shapeOf(params.trunk, tasks.length, primary);
    const memory = initialMemory(method, shape);
    this.#known = new KnownLosses(tasks.map(({ name }) => name));
    // No finite gradient is longer: a limit makes a learner refuse one that is not finite. In single precision a greater limit is infinite.
    const limit =
      maxGradientNorm === undefined && this.#policy === "error"
        ? undefined
        : Math.min(maxGradientNorm ?? 3e38, 3e38);
    const vector = { params: this.params, update, frozen: still };
    const learning = { model, optimizer, ...vector, maxGradientNorm: limit, stepsPerCall };
    const compile = { ...options.compile, random: streams.dropout };
    const shared = { random: streams.method, known: this.#known };
    this.#driverOf = (of) => {
      const both = { ...shared, learning: { ...learning, compile, tasks: of } };
      if (isAggregator(method)) {
        return new AggregatedDriver({ ...both, aggregator: method, shape, memory });
      }
      const looking = { ...options, tasks: of, primary, method: method.name };
      const watching = { ...looking, place: "trunk" } as const;
      if (isFeatureMethod(method)) {
        return new FeatureDriver({ ...both, method, primary, looking: watching });
      }
      if (isProcedure(method)) {
        const sources = { streams, dev: options.dev, looking: watching, frozen };
        return new ProcedureDriver({ ...both, procedure: method, primary, ...sources });
      }
      return new WeightedDriver({
        ...both,
        rule: ruleOf(method, shape),
        layers: shape.layers.length,
        looking: { ...looking, place: method.place ?? "trunk" },
      });
    };
    this.#driver = this.#driverOf(tasks);
    this.memory = this.#driver.memory ?? memory;
  }

  get step(): number {
    return this.#step;
  }

  get state(): StepState {
    return { step: this.#step, losses: this.#known.values, ...this.#driver.state };
  }

  restore({ step, losses, ...driver }: StepState): void {
    this.#step = step;
    this.#known.values = losses;
    this.#driver.state = driver;
  }

  /**
   * One step on one batch.
   *
   * A rule says what it `needs` first: "nothing" makes the step one native call, the gradient of Σ_k w_k L_k with all losses;
   * "losses" adds a forward pass, "gram" the T × T inner products of the task gradients with respect to the trunk, both with the
   * dropout masks of the weighted call, "gram+dev" and "gram+other" a second batch. Heads get w_k times their own gradient. A rule
   * that `observes` "after" is shown the losses of the same batch and masks once more, with the new parameters.
   *
   * An aggregator makes the step one native call that gives T gradients of the trunk, which it combines on the host; a feature method one
   * that combines T gradients of the representation in the graph. A procedure makes the step itself.
   *
   * When it throws before the update, everything is as before the call. What is not finite may be passed over instead: `onNonFinite`.
   *
   * @throws OutriggerError "non-finite" for a loss or weight that is not finite, and for a gradient that an aggregator is to see, naming
   * task, step, the first op whose result is not finite, and the line that called it; "unsupported" when the rule needs a held-out batch
   * and no `dev` was given.
   */
  async run(batch: Host<B>, epoch: number): Promise<StepReport> {
    const { model, tasks } = this.#options;
    const affinity = await this.#affinityOf(batch);
    const dropped: number[] = [];
    for (;;) {
      const driver = this.#leavingOut(dropped);
      try {
        const report = {
          ...(await this.#attempt(driver, batch, epoch)),
          ...(dropped.length > 0 && { dropped }),
        };
        if (affinity === undefined) return report;
        return { ...report, watched: { step: this.#step - 1, ...report.watched, affinity } };
      } catch (error) {
        const cure = remedy(this.#policy, error, tasks);
        if (cure === "skip") return this.#skipped();
        if (cure === undefined || dropped.includes(cure))
          throw await explained(error, { model, tasks, open: () => driver.opened() }, batch);
        dropped.push(cure);
        dropped.sort((a, b) => a - b);
      }
    }
  }

  /** The step that one driver makes; as if it had not been tried when it throws before the update. */
  async #attempt(driver: Driver<B>, batch: Host<B>, epoch: number): Promise<StepReport> {
    const { dropout, method } = this.#options.streams;
    const before = { state: this.state, dropout: dropout.state, method: method.state };
    // Only a run that may go on after an error can see what a failed step did to the model.
    const { state } = this.#options.model;
    const kept = this.#policy === "error" ? undefined : await state?.read();
    const other = driver !== this.#driver;
    try {
      if (other) {
        await this.#driver.yield();
        driver.state = this.#driver.state;
      }
      const watched = isDue(this.#step, this.#watch.gradientsEvery);
      const report = await driver.run(batch, this.#at(epoch), watched);
      if (other) this.#driver.state = driver.state;
      this.#step++;
      return report;
    } catch (error) {
      this.restore(before.state);
      dropout.state = before.dropout;
      method.state = before.method;
      if (kept !== undefined) state!.write(kept);
      throw error;
    } finally {
      if (other) await driver.yield();
    }
  }

  /** Where it is due: before the step, with the masks of the step. */
  async #affinityOf(batch: Host<B>): Promise<Watched["affinity"]> {
    if (!isDue(this.#step, this.#watch.affinityEvery)) return undefined;
    const learningRate = this.#options.optimizer.learningRate(this.#step + 1);
    return {
      learningRate,
      matrix: await this.#affinity.at(batch, learningRate, await this.#driver.opened()),
    };
  }

  #leavingOut(dropped: readonly number[]): Driver<B> {
    if (dropped.length === 0) return this.#driver;
    const key = dropped.join();
    const driver = this.#without.get(key) ?? this.#driverOf(withoutLabels(this.#options.tasks, dropped));
    this.#without.set(key, driver);
    return driver;
  }

  #skipped(): StepReport {
    const none = this.#options.tasks.map(() => 0);
    return { losses: this.#known.values, counts: none, weights: none, skipped: true };
  }

  /**
   * Steps on several batches: as one native call where the rule gives all weights beforehand and everything is finite, one by one elsewhere.
   * Numbers and errors are those of {@link Stepper.run}, batch after batch.
   */
  async *runs(batches: readonly Host<B>[], epoch: number): AsyncGenerator<StepReport> {
    for (let rest = batches; rest.length > 0; ) {
      // A step that is looked at is taken alone: inside of a call its parameters are out of sight.
      const seen = Math.max(1, stepsUntilDue(this.#step, this.#watch));
      const { count, reports } = await this.#driver.together(rest.slice(0, seen), this.#at(epoch));
      const now = rest.slice(0, count);
      this.#step += reports?.length ?? 0;
      if (reports) yield* reports;
      else for (const batch of now) yield await this.run(batch, epoch);
      rest = rest.slice(count);
    }
  }

  /** Brings `params` and `slots` up to date where a device keeps them; at once elsewhere. */
  sync(): Promise<void> {
    return this.#driver.sync();
  }

  async dispose(): Promise<void> {
    for (const driver of [this.#driver, ...this.#without.values()]) await driver.dispose();
  }

  #at(epoch: number): Moment {
    return { step: this.#step, epoch, primary: this.#primary };
  }
}
