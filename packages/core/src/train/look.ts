import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { NDArray, Tree } from "../graph/array.ts";
import { type Compiled, gradients, gram } from "../graph/index.ts";
import type { Random } from "../random.ts";
import type { Needs, View } from "../weighting/weighting.ts";
import { Cursor, type Position } from "./cursor.ts";
import { block, gramRows } from "./gram-rows.ts";
import type { Learner, Seen } from "./learner.ts";
import { forward } from "./loss.ts";
import type { Batches, Host, Model, ParamsTensors } from "./model.ts";
import type { Task } from "./task.ts";

export interface LookOptions<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  readonly primary: number;
  /** Of the rule, for messages. */
  readonly method: string;
  readonly streams: { readonly dropout: Random; readonly dev: Random; readonly other: Random };
  /** Held-out batches, for "gram+dev". */
  readonly dev?: Batches<Host<B>>;
  /** Training batches, for "gram+other". */
  readonly other?: Batches<Host<B>>;
}

/** Where the batches that are looked at besides the step's own stand. Plain JSON. */
export interface LookState {
  readonly dev?: Position;
  readonly other?: Position;
}

/** What a look shows a rule, and the losses and counts that it found. */
export interface Looked {
  readonly seen: Seen;
  readonly view: Pick<View, "gram" | "dev" | "gramOther">;
}

type Wanted = Exclude<Needs, "nothing">;

/**
 * Passes that change nothing: losses, and inner products of gradients with respect to the trunk. Each is compiled when it is first
 * wanted, and draws the dropout masks of the step's weighted call: the stream is put back.
 */
export class Look<B> {
  readonly #options: LookOptions<B>;
  readonly #dev: Cursor<Host<B>> | undefined;
  readonly #other: Cursor<Host<B>> | undefined;
  readonly #views = new Map<Wanted, Compiled>();

  constructor(options: LookOptions<B>) {
    const { dev, other, streams } = options;
    this.#options = options;
    this.#dev = dev && new Cursor(dev, streams.dev);
    this.#other = other && new Cursor(other, streams.other);
  }

  get state(): LookState {
    return { dev: this.#dev?.position, other: this.#other?.position };
  }

  restore({ dev, other }: LookState): void {
    if (dev !== undefined) this.#dev?.restore(dev);
    if (other !== undefined) this.#other?.restore(other);
  }

  /** For another learner. */
  forget(): void {
    this.#views.clear();
  }

  /** @throws OutriggerError "unsupported" when a second batch is wanted and there is no source for it. */
  async at(batch: Host<B>, wanted: Wanted, learner: Learner<B>): Promise<Looked> {
    const { streams, tasks } = this.#options;
    const saved = streams.dropout.state;
    const view = this.#views.get(wanted) ?? learner.view(this.#viewOf(wanted));
    this.#views.set(wanted, view);
    const found = await view(...([batch, ...this.#second(wanted)] as Tree<NDArray>[]));
    streams.dropout.state = saved;
    const { losses, counts, gram } = found as { losses: NDArray[]; counts: NDArray[]; gram?: NDArray };
    const numbers = (arrays: readonly NDArray[]): number[] => arrays.map(({ data }) => data[0]!);
    const seen = { losses: numbers(losses), counts: numbers(counts) };
    if (gram === undefined) return { seen, view: {} };
    const rows = gramRows(gram);
    const T = tasks.length;
    const own = block(rows, 0, 0, T);
    if (wanted === "gram") return { seen, view: { gram: own } };
    if (wanted === "gram+other") return { seen, view: { gram: own, gramOther: block(rows, 0, T, T) } };
    const dev = { dots: rows[T]!.slice(0, T), norm: Math.sqrt(rows[T]![T]!) };
    return { seen, view: { gram: own, dev } };
  }

  /** Losses and what the rule needs, as functions of the parameters. */
  #viewOf(wanted: Wanted): (p: ParamsTensors, batch: never, second: never) => unknown {
    const { model, tasks, primary } = this.#options;
    // A look ahead: what a step changes besides parameters (moving statistics) changes in the weighted call only.
    const looking = { training: true, update: false };
    return (p, batch, second) => {
      const { losses, counts } = forward(model, tasks, p, batch as B, looking);
      if (wanted === "losses") return { losses, counts };
      // The second batch comes last: the masks drawn before it are those of the weighted call. Held-out data see no dropout.
      const mode = wanted === "gram+dev" ? { training: false } : looking;
      const more = wanted === "gram" ? [] : forward(model, tasks, p, second as B, mode).losses;
      const beside = wanted === "gram+dev" ? [more[primary]!] : more;
      const rows: Tree<Tensor>[] = gradients([...losses, ...beside], p.trunk);
      return { losses, counts, gram: gram(rows) };
    };
  }

  #second(wanted: Wanted): Host<B>[] {
    if (wanted !== "gram+dev" && wanted !== "gram+other") return [];
    const cursor = wanted === "gram+dev" ? this.#dev : this.#other;
    if (cursor !== undefined) return [(cursor.next() ?? cursor.next()) as Host<B>];
    const { method } = this.#options;
    throw new OutriggerError(
      "unsupported",
      `The rule "${method}" needs the primary's gradient on held-out data. Pass \`dev\`: batches that are neither trained on nor selected on.`,
      { method },
    );
  }
}
