import { type Compiled, compile } from "../graph/index.ts";
import type { HeldOut, Opened, Procedure } from "../procedure/procedure.ts";
import type { Random } from "../random.ts";
import { Cursor } from "./cursor.ts";
import type { Driver, DriverState, Moment, StepReport } from "./driver.ts";
import { flatLike } from "./flat.ts";
import { hostView } from "./host-view.ts";
import type { KnownLosses } from "./known-losses.ts";
import type { Learner, LearnerOptions } from "./learner.ts";
import { Look, type LookOptions } from "./look.ts";
import type { Batches, Host, ParamsTensors } from "./model.ts";

export interface ProcedureOptions<B> {
  readonly procedure: Procedure;
  readonly primary: number;
  readonly streams: { readonly dropout: Random; readonly method: Random; readonly dev: Random };
  readonly dev?: Batches<Host<B>>;
  readonly known: KnownLosses;
  /** Paths of parts that keep their parameters. */
  readonly frozen: readonly string[];
  readonly learning: LearnerOptions<B>;
  /** At the trunk, for whoever watches. */
  readonly looking: LookOptions<B>;
}

/** Steps of a procedure, which makes them itself. */
export class ProcedureDriver<B> implements Driver<B> {
  readonly memory: Readonly<Record<string, Float32Array>>;
  readonly #options: ProcedureOptions<B>;
  readonly #opened: Opened<B, unknown>;
  readonly #dev: Cursor<Host<B>> | undefined;
  readonly #compiled: Compiled[] = [];
  readonly #look: Look<B>;
  /** One object for the whole run: whoever looks compiles once for it. */
  readonly #viewer: Pick<Learner<B>, "view">;
  #state: unknown;

  constructor(options: ProcedureOptions<B>) {
    const { procedure, primary, streams, dev, known, frozen, learning, looking } = options;
    const { tasks, params, update } = learning;
    this.#options = options;
    this.#look = new Look(looking);
    this.#viewer = {
      view: (f: (params: ParamsTensors, ...args: never[]) => unknown) => {
        const compiled = hostView(params.tree, f, learning.compile);
        this.#compiled.push(compiled);
        return compiled;
      },
    };
    this.#state = procedure.init(tasks.length, primary);
    this.#dev = dev && new Cursor(dev, streams.dev);
    this.#opened = procedure.open<B>({
      ...learning,
      frozen,
      primary,
      main: { params, update, gradient: flatLike(params.tree, update.gradient) },
      dev: dev && this.#heldOut(dev),
      random: streams.method,
      masks: streams.dropout,
      compile: (f) => this.#compile(f),
      check: (seen, step) => known.learn(seen, step),
    });
    this.memory = this.#opened.memory;
  }

  get state(): DriverState {
    return { method: this.#state, dev: this.#dev?.position };
  }

  set state({ method, dev }: DriverState) {
    this.#state = method;
    if (dev !== undefined) this.#dev?.restore(dev);
  }

  async run(batch: Host<B>, at: Moment, watched = false): Promise<StepReport> {
    const gram = watched ? (await this.#look.at(batch, "gram", await this.opened())).view.gram : undefined;
    const { state, ...report } = await this.#opened.step(batch, at, this.#state);
    this.#state = state;
    return { ...report, ...(gram && { watched: { step: at.step, gram } }) };
  }

  async together(): ReturnType<Driver<B>["together"]> {
    return { count: 1 };
  }

  async opened(): Promise<Pick<Learner<B>, "view">> {
    return this.#viewer;
  }

  /** Parameters never leave the host. */
  async sync(): Promise<void> {}

  async yield(): Promise<void> {}

  async dispose(): Promise<void> {
    for (const compiled of this.#compiled) await compiled.dispose();
  }

  #compile(f: (...args: never[]) => unknown): Compiled {
    const compiled = compile(f as never, this.#options.learning.compile);
    this.#compiled.push(compiled);
    return compiled;
  }

  #heldOut(dev: Batches<Host<B>>): HeldOut<B> {
    return {
      next: () => (this.#dev!.next() ?? this.#dev!.next()) as Host<B>,
      all: () => dev.epoch(null),
    };
  }
}
