import type { Scalar, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { mapTree, type NDArray, type Tree } from "../graph/array.ts";
import { type Compiled, combine, gradients, gram } from "../graph/index.ts";
import type { Mode } from "../nn/layer.ts";
import type { Random } from "../random.ts";
import type { Needs, Place } from "../weighting/weighting.ts";
import { Cursor, type Position } from "./cursor.ts";
import { byLayer, combineByLayer } from "./descent.ts";
import { block, gramRows, sumOf } from "./gram-rows.ts";
import type { LayersView, Products } from "./layerwise.ts";
import type { Learner, Seen, SplitFunction, SplitStep } from "./learner.ts";
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

/** A look that a step follows. */
export interface LookedAhead extends Looked {
  /** Makes the step on the batch that was looked at; absent where the learner must be given the batch once more. */
  step?(given: readonly number[], t: number): Promise<void>;
}

type Wanted = Exclude<Needs, "nothing">;

interface Shown<T> {
  readonly losses: readonly T[];
  readonly counts: readonly T[];
  readonly grams?: readonly T[];
}

/** What a look records: what it shows, and the T gradients of the trunk where it needs any. */
interface Recorded {
  readonly shown: Shown<Tensor>;
  readonly losses: readonly Scalar[];
  readonly rows?: readonly Tree<Tensor>[];
}

/**
 * Losses, and inner products of gradients with respect to the trunk, its layers or the representation. Each kind of look is compiled when it
 * is first wanted.
 */
export class Look<B> {
  readonly #options: LookOptions<B>;
  readonly #dev: Cursor<Host<B>> | undefined;
  readonly #other: Cursor<Host<B>> | undefined;
  readonly #views = new Map<Wanted, Compiled>();
  readonly #splits = new Map<Wanted, SplitStep | undefined>();

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
    this.#splits.clear();
  }

  /**
   * A look that changes nothing. It draws the dropout masks that a step on the batch will draw: the stream is put back.
   *
   * @throws OutriggerError "unsupported" when a second batch is wanted and there is no source for it.
   */
  at(batch: Host<B>, wanted: Wanted, learner: Pick<Learner<B>, "view">): Promise<Looked> {
    return this.#view([batch, ...this.#second(wanted)], wanted, learner);
  }

  /** The same, where a step on the batch follows: the look is its first half, where the learner can make steps in halves. */
  async ahead(batch: Host<B>, wanted: Wanted, learner: Learner<B>): Promise<LookedAhead> {
    const batches = [batch, ...this.#second(wanted)];
    // A second training batch draws masks too, which a step on the first must not have drawn.
    if (wanted === "gram+other") return this.#view(batches, wanted, learner);
    if (!this.#splits.has(wanted)) this.#splits.set(wanted, learner.split?.(this.#splitOf(wanted)));
    const split = this.#splits.get(wanted);
    const shown = await split?.look(...(batches as Tree<NDArray>[]));
    if (shown === undefined) return this.#view(batches, wanted, learner);
    return { ...this.#looked(wanted, shown), step: (given, t) => split!.step(given, t) };
  }

  async #view(batches: Host<B>[], wanted: Wanted, learner: Pick<Learner<B>, "view">): Promise<Looked> {
    const { dropout } = this.#options.streams;
    const saved = dropout.state;
    const view = this.#views.get(wanted) ?? learner.view(this.#viewOf(wanted));
    this.#views.set(wanted, view);
    const shown = await view(...(batches as Tree<NDArray>[]));
    dropout.state = saved;
    return this.#looked(wanted, shown);
  }

  #looked(wanted: Wanted, shown: Tree<NDArray>): Looked {
    const { losses, counts, grams } = shown as unknown as Shown<NDArray>;
    const numbers = (arrays: readonly NDArray[]): number[] => arrays.map(({ data }) => data[0]!);
    const seen = { losses: numbers(losses), counts: numbers(counts) };
    if (grams === undefined) return { seen, view: {} };
    const rows = grams.map(gramRows);
    const layered = this.#options.place === "layers";
    const layers = layered ? rows.map((each) => this.#products(each, wanted)) : undefined;
    return { seen, view: { ...this.#products(sumOf(rows), wanted), ...(layers && { layers }) } };
  }

  /** Rows of this batch's gradients, then those of the second batch. */
  #products(rows: readonly number[][], wanted: Wanted): Products {
    const T = this.#options.tasks.length;
    const gram = block(rows, 0, 0, T);
    if (wanted === "gram") return { gram };
    if (wanted === "gram+other") return { gram, gramOther: block(rows, 0, T, T) };
    // Rounding can leave the square of a small gradient below zero.
    return { gram, dev: { dots: rows[T]!.slice(0, T), norm: Math.sqrt(Math.max(0, rows[T]![T]!)) } };
  }

  /** Losses, and what their gradients are taken with respect to. */
  #forward(p: ParamsTensors, batch: B, mode: Mode): Forward & { readonly at: Tree<Tensor> } {
    const { model, tasks, place, method } = this.#options;
    if (place !== "representation") return { ...forward(model, tasks, p, batch, mode), at: p.trunk };
    const found = splitForward(requireSplit(model, method), tasks, p, batch, mode);
    return { ...found, at: found.representation };
  }

  /** Losses and what the rule needs, as recorded in a trace. */
  #record(wanted: Wanted, mode: Mode, p: ParamsTensors, batch: B, second: B): Recorded {
    const { model, tasks, primary, place } = this.#options;
    const { losses, counts, at } = this.#forward(p, batch, mode);
    if (wanted === "losses") return { shown: { losses, counts }, losses };
    // The second batch comes last: the masks drawn before it are those of the weighted call. Held-out data see no dropout.
    const other = { training: wanted !== "gram+dev", update: false };
    const more = wanted === "gram" ? [] : forward(model, tasks, p, second, other).losses;
    const beside = wanted === "gram+dev" ? [more[primary]!] : more;
    const all = gradients([...losses, ...beside], at);
    const parts = place === "layers" ? byLayer(all) : [all];
    const shown = { losses, counts, grams: parts.map(gram) };
    return { shown, losses, ...(place !== "representation" && { rows: all.slice(0, tasks.length) }) };
  }

  #viewOf(wanted: Wanted): (p: ParamsTensors, batch: never, second: never) => unknown {
    // What a step changes besides parameters (moving statistics) changes in the step only.
    const looking = { training: true, update: false };
    return (p, batch, second) => this.#record(wanted, looking, p, batch, second).shown;
  }

  /** The look, and the gradient: the trunk's rows combined, and the heads' own, where the rows are there; else one backward pass. */
  #splitOf(wanted: Wanted): SplitFunction {
    const { tasks } = this.#options;
    return (p, given, batch: never, second: never) => {
      const { shown, losses, rows } = this.#record(wanted, { training: true }, p, batch, second);
      const weight = tasks.map((_, k) => tf.reshape(tf.slice(given, [k], [1]), []) as Scalar);
      const sum = (terms: readonly Scalar[]): Scalar => terms.reduce((a, b) => tf.add(a, b));
      if (rows === undefined) {
        const total = sum(losses.map((loss, k) => tf.mul<Scalar>(loss, weight[k]!)));
        return [shown as unknown as Tree<Tensor>, gradients([total], p)[0] as ParamsTensors];
      }
      const own = gradients([sum(losses)], p.heads)[0] as ParamsTensors["heads"];
      const scaled = tasks.map(({ name }, k) => [
        name,
        mapTree<Tensor, Tensor>(own[name] ?? [], (g) => tf.mul(g, weight[k]!)),
      ]);
      const heads = { ...own, ...Object.fromEntries(scaled) } as ParamsTensors["heads"];
      return [shown as unknown as Tree<Tensor>, { trunk: this.#combined(given, rows), heads }];
    };
  }

  /** T weights for the whole trunk, or those of the heads and then T for each layer in turn. */
  #combined(given: Tensor1D, rows: readonly Tree<Tensor>[]): Tree<Tensor> {
    if (this.#options.place !== "layers") return combine(given, rows);
    const T = rows.length;
    return combineByLayer(tf.slice(given, [T], [given.size - T]), rows);
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
