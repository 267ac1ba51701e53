import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import { type Compiled, gradients, type NDArray, type Tree } from "../../graph/index.ts";
import { sum } from "../../solve/algebra.ts";
import type { Flat } from "../../train/flat.ts";
import type { Seen } from "../../train/learner.ts";
import { forward } from "../../train/loss.ts";
import type { Host, Params, ParamsTensors } from "../../train/model.ts";
import { scalars } from "../../train/scalars.ts";
import type { Task } from "../../train/task.ts";
import { looking } from "../inner/look-ahead.ts";
import type { Setup } from "../procedure.ts";
import type { Loss, ObjectiveSpace } from "./space.ts";

/** What a cell's batch showed: the task whose head answered, its loss, and how many samples counted. */
export interface Shown {
  readonly task: number;
  readonly loss: number;
  readonly count: number;
}

/** Makes a cell's batch and writes the gradient of its loss. */
export type ObjectiveGradient<B> = (cell: number, batch: Host<B>, into: Flat<Params>) => Promise<Shown>;

/**
 * One function for all cells that share head and loss, compiled when the first of them is drawn: however many cells there are, there are as many
 * functions as outputs.
 *
 * @throws OutriggerError "bad-option" for a head that no task has, and for an auxiliary that is no head of the space
 */
export function objectiveGradients<B>(setup: Setup<B>, space: ObjectiveSpace<B>): ObjectiveGradient<B> {
  const { tasks, main, random } = setup;
  const objectives = space.cells.map((cell) => space.build(cell));
  checkHeads(
    setup,
    objectives.map(({ head }) => head),
  );
  const recorded: { head: string; loss: Loss<B>; compiled: Compiled }[] = [];
  const kinds = objectives.map(({ head, loss }) => {
    const known = recorded.find((one) => one.head === head && one.loss === loss);
    if (known !== undefined) return known;
    const made = { head, loss, compiled: setup.compile(recordedLoss(setup, head, loss) as never) };
    recorded.push(made);
    return made;
  });
  const [loss, count] = scalars(2) as [NDArray, NDArray];
  return async (cell, batch, { tree }) => {
    const { compiled, head } = kinds[cell]!;
    const made = objectives[cell]!.make(batch, random);
    const args = [main.params.tree, made.batch, made.target] as Tree<NDArray>[];
    await compiled.into({ loss, count, gradient: tree } as Tree<NDArray>, ...args);
    const task = tasks.findIndex(({ name }) => name === head);
    return { task, loss: loss.data[0]!, count: count.data[0]! };
  };
}

/** A training pass with dropout; moving statistics are those of the primary's batches. */
const recordedLoss =
  <B>({ model }: Setup<B>, head: string, of: Loss<B>) =>
  (params: ParamsTensors, batch: B, target: Tree<Tensor>): unknown => {
    const task: Task<B> = {
      name: head,
      role: "auxiliary",
      loss: (output, read) => of(output, read, target),
    };
    const { losses, counts } = forward(model, [task], params, batch, looking);
    return { loss: losses[0]!, count: counts[0]!, gradient: gradients([losses[0]!], params)[0]! };
  };

/** Losses a task over the cells that its head answered; the primary's are those of the training batch alone. */
export function withObjectives(plain: Seen, shown: readonly Shown[], primary: number): Seen {
  const [losses, counts] = [[...plain.losses], [...plain.counts]];
  for (const [k] of losses.entries()) {
    const own = k === primary ? [] : shown.filter(({ task }) => task === k);
    if (own.length === 0) continue;
    counts[k] = sum(own.map(({ count }) => count));
    losses[k] = sum(own.map(({ loss, count }) => loss * count)) / Math.max(1, counts[k]);
  }
  return { losses, counts };
}

/** Weights of several losses added up for the task that each belongs to. */
export function byTask(
  tasks: number,
  of: readonly Pick<Shown, "task">[],
  weights: readonly number[],
): number[] {
  const total = Array.from({ length: tasks }, () => 0);
  for (const [i, { task }] of of.entries()) total[task]! += weights[i]!;
  return total;
}

function checkHeads<B>({ tasks, primary }: Setup<B>, heads: readonly string[]): void {
  const names = tasks.map(({ name }) => name);
  const missing = heads.find((head) => !names.includes(head));
  if (missing !== undefined) {
    const cure = `Add generatedTask("${missing}") to the tasks, and a head of that name`;
    const said = `The space asks the head "${missing}", but the tasks are ${names.join(", ")}. ${cure}.`;
    throw new OutriggerError("bad-option", said, { task: missing });
  }
  const idle = names.find((name, k) => k !== primary && !heads.includes(name));
  if (idle === undefined) return;
  const said = `Task "${idle}" is no head of the space, which has ${[...new Set(heads)].join(", ")}`;
  throw new OutriggerError("bad-option", `${said}. Leave the task out, or make an output of it.`, {
    task: idle,
  });
}
