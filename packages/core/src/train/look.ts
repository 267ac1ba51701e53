import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { NDArray, Tree } from "../graph/array.ts";
import { type Compiled, gradients, gram } from "../graph/index.ts";
import type { Mode } from "../nn/layer.ts";
import type { Random } from "../random.ts";
import type { Needs, Place } from "../weighting/weighting.ts";
import { Cursor, type Position } from "./cursor.ts";
import { block, gramRows, sumOf } from "./gram-rows.ts";
import { layersOf } from "./layers.ts";
import type { LayersView, Products } from "./layerwise.ts";
import type { Learner, Seen } from "./learner.ts";
import { type Forward, forward, splitForward } from "./loss.ts";
import type { Batches, Host, Model, ParamsTensors } from "./model.ts";
import { requireSplit } from "./split-model.ts";
import type { Task } from "./task.ts";

export interface LookOptions<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  readonly primary: number;
  /** Of the rule, for messages. */
  readonly method: string;
  /** Whose gradients are multiplied. */
  readonly place: Place;
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
  readonly view: Pick<LayersView, "layers" | keyof Products>;
}

type Wanted = Exclude<Needs, "nothing">;

/**
 * Passes that change nothing: losses, and inner products of gradients with respect to the trunk, its layers or the representation. Each is
 * compiled when it is first wanted, and draws the dropout masks of the step's weighted call: the stream is put back.
 */
export class Look<B> {
  readonly #options: LookOptions<B>;
  readonly #dev: Cursor<Host<B>> | undefined;
  readonly #other: Cursor<Host<B>> | undefined;
  readonly #views = new Map<Wanted, Compiled>();

  constructor(options: LookOptions<B>) {
    const { dev, other, streams, place, model, method } = options;
    if (place === "representation") requireSplit(model, method);
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
    const { streams, place } = this.#options;
    const saved = streams.dropout.state;
    const view = this.#views.get(wanted) ?? learner.view(this.#viewOf(wanted));
    this.#views.set(wanted, view);
    const found = await view(...([batch, ...this.#second(wanted)] as Tree<NDArray>[]));
    streams.dropout.state = saved;
    const { losses, counts, grams } = found as { losses: NDArray[]; counts: NDArray[]; grams?: NDArray[] };
    const numbers = (arrays: readonly NDArray[]): number[] => arrays.map(({ data }) => data[0]!);
    const seen = { losses: numbers(losses), counts: numbers(counts) };
    if (grams === undefined) return { seen, view: {} };
    const rows = grams.map(gramRows);
    const layers = place === "layers" ? rows.map((each) => this.#products(each, wanted)) : undefined;
    return { seen, view: { ...this.#products(sumOf(rows), wanted), ...(layers && { layers }) } };
  }

  /** Rows of this batch's gradients, then those of the second batch. */
  #products(rows: readonly number[][], wanted: Wanted): Products {
    const T = this.#options.tasks.length;
    const gram = block(rows, 0, 0, T);
    if (wanted === "gram") return { gram };
    if (wanted === "gram+other") return { gram, gramOther: block(rows, 0, T, T) };
    return { gram, dev: { dots: rows[T]!.slice(0, T), norm: Math.sqrt(rows[T]![T]!) } };
  }

  /** Losses, and what their gradients are taken with respect to. */
  #forward(p: ParamsTensors, batch: B, mode: Mode): Forward & { readonly at: Tree<Tensor> } {
    const { model, tasks, place, method } = this.#options;
    if (place !== "representation") return { ...forward(model, tasks, p, batch, mode), at: p.trunk };
    const found = splitForward(requireSplit(model, method), tasks, p, batch, mode);
    return { ...found, at: found.representation };
  }

  /** Losses and what the rule needs, as functions of the parameters. */
  #viewOf(wanted: Wanted): (p: ParamsTensors, batch: never, second: never) => unknown {
    const { model, tasks, primary, place } = this.#options;
    // A look ahead: what a step changes besides parameters (moving statistics) changes in the weighted call only.
    const looking = { training: true, update: false };
    return (p, batch, second) => {
      const { losses, counts, at } = this.#forward(p, batch as B, looking);
      if (wanted === "losses") return { losses, counts };
      // The second batch comes last: the masks drawn before it are those of the weighted call. Held-out data see no dropout.
      const mode = wanted === "gram+dev" ? { training: false } : looking;
      const more = wanted === "gram" ? [] : forward(model, tasks, p, second as B, mode).losses;
      const beside = wanted === "gram+dev" ? [more[primary]!] : more;
      const rows = gradients([...losses, ...beside], at);
      const parts = place === "layers" ? transposed(rows.map((row) => layersOf(row))) : [rows];
      return { losses, counts, grams: parts.map(gram) };
    };
  }

  #second(wanted: Wanted): Host<B>[] {
    if (wanted !== "gram+dev" && wanted !== "gram+other") return [];
    const cursor = wanted === "gram+dev" ? this.#dev : this.#other;
    const { method, place } = this.#options;
    if (place === "representation") {
      const said = "compares gradients of two batches, whose samples have representations of their own";
      throw new OutriggerError("unsupported", `"${method}" ${said}. Use the plain rule.`, { method });
    }
    if (cursor !== undefined) return [(cursor.next() ?? cursor.next()) as Host<B>];
    throw new OutriggerError(
      "unsupported",
      `The rule "${method}" needs the primary's gradient on held-out data. Pass \`dev\`: batches that are neither trained on nor selected on.`,
      { method },
    );
  }
}

const transposed = <T>(rows: readonly (readonly T[])[]): T[][] =>
  (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]!));
