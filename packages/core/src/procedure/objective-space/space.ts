import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import type { NDArray, Tree } from "../../graph/array.ts";
import type { Random } from "../../random.ts";
import type { Host } from "../../train/model.ts";

/** The four stages of an objective, in the order in which data pass them. */
export const stages = ["input", "transform", "representation", "output"] as const;
export type Stage = (typeof stages)[number];

/** One value a stage. */
export type Cell = Readonly<Record<Stage, string>>;

/** "task / mask / none / denoise". */
export const cellName = (cell: Cell): string => stages.map((stage) => cell[stage]).join(" / ");

/** What one cell asks of the model. */
export interface Objective<B> {
  /** Name of the task whose head answers. */
  readonly head: string;
  /**
   * Input, transform and representation, on the host: the batch that the model reads in place of the training batch, and what the loss compares with.
   * Must not change the training batch, and draws from `random` only. Shapes are always the same.
   */
  readonly make: (
    batch: Host<B>,
    random: Random,
  ) => { readonly batch: Host<B>; readonly target: Tree<NDArray> };
  /**
   * The output's loss as in `Task`, recorded once for all cells that have this very function and head: they must agree in the shapes of what they
   * make.
   */
  readonly loss: Loss<B>;
}

export type Loss<B> = (
  output: Tensor,
  batch: B,
  target: Tree<Tensor>,
) => { values: Tensor1D; mask?: Tensor1D };

/** Auxiliary objectives that are combinations of choices. */
export interface ObjectiveSpace<B> {
  /** The legal ones. */
  readonly cells: readonly Cell[];
  build(cell: Cell): Objective<B>;
}

export interface ObjectiveSpaceOptions<B> {
  /** The values of each stage, each name once. */
  readonly stages: Readonly<Record<Stage, readonly string[]>>;
  /** What may not go together: a cell that has all values of one of these is no objective. Pairs, mostly. */
  readonly illegal?: readonly Partial<Cell>[];
  /** The objective of a legal cell. */
  readonly build: (cell: Cell) => Objective<B>;
}

const wrong = (what: string, details: Record<string, unknown>): OutriggerError =>
  new OutriggerError("bad-option", what, details);

/**
 * A space of auxiliary objectives: every combination of one value a stage (input data, input transform, representation transform, output) that has
 * no illegal values side by side.
 *
 * @throws OutriggerError "bad-option" for a stage without values, a name that a stage has twice, an illegal combination of fewer than two
 * stages or of a value that its stage has not, and where nothing legal is left
 *
 * @example
 * const space = objectiveSpace({
 *   stages: { input: ["task"], transform: ["none", "mask"], representation: ["none"], output: ["denoise", "label"] },
 *   illegal: [{ transform: "none", output: "denoise" }],
 *   build: ({ transform, output }) => ({ head: output, make: makers[transform], loss: losses[output] }),
 * });
 */
export function objectiveSpace<B>(options: ObjectiveSpaceOptions<B>): ObjectiveSpace<B> {
  const { stages: values, illegal = [], build } = options;
  for (const stage of stages) {
    if (values[stage].length === 0)
      throw wrong(`Stage "${stage}" has no value. Give one, such as "none".`, { stage });
    const twice = values[stage].find((value, i) => values[stage].indexOf(value) !== i);
    if (twice !== undefined) throw wrong(`Stage "${stage}" has "${twice}" twice.`, { stage, value: twice });
  }
  for (const pair of illegal) {
    const named = stages.filter((stage) => pair[stage] !== undefined);
    if (named.length < 2) {
      const said = `${JSON.stringify(pair)} names ${named.length} stages, but values are illegal together`;
      throw wrong(`${said}. Name two, or leave the value out of the space.`, { illegal: pair });
    }
    const unknown = named.find((stage) => !values[stage].includes(pair[stage]!));
    if (unknown !== undefined) {
      const said = `Stage "${unknown}" has no value "${pair[unknown]}" to be illegal`;
      throw wrong(`${said}; it has ${values[unknown].join(", ")}.`, { illegal: pair });
    }
  }
  const forbidden = (cell: Cell): boolean =>
    illegal.some((pair) => stages.every((stage) => pair[stage] === undefined || pair[stage] === cell[stage]));
  const cells = values.input
    .flatMap((input) => values.transform.map((transform) => ({ input, transform })))
    .flatMap((cell) => values.representation.map((representation) => ({ ...cell, representation })))
    .flatMap((cell) => values.output.map((output) => ({ ...cell, output })))
    .filter((cell) => !forbidden(cell));
  if (cells.length === 0) throw wrong("Every combination is illegal, so the space is empty.", { illegal });
  return { cells, build };
}
