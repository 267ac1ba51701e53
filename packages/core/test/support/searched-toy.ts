import { array } from "@outrigger/core/graph/index";
import { dense } from "@outrigger/core/nn/dense";
import { type ObjectiveSpace, objectiveSpace } from "@outrigger/core/procedure/objective-space/space";
import { tabularSpace } from "@outrigger/core/procedure/objective-space/tabular";
import { generatedTask } from "@outrigger/core/train/generated-task";
import { splitModel } from "@outrigger/core/train/split-model";
import { type ColumnBatch, regression } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import type { Toy } from "../fixtures/toy.ts";

type ToyTask = Toy["tasks"][number];

const foreign = {
  inputs: array(
    Float32Array.from({ length: 60 }, (_, i) => Math.sin(3 * i)),
    [20, 3],
  ),
  labels: Array.from({ length: 20 }, (_, i) => Math.cos(i)),
};

/** Rows of the toy and of another table, with a head "again" that reconstructs beside "reconstruct". */
export function toySpace(): ObjectiveSpace<ColumnBatch<Tensor>> {
  const space = tabularSpace({
    inputs: { task: "batch", other: foreign },
    primary: regression({ name: "a", role: "primary" }),
  });
  return objectiveSpace({
    stages: {
      input: ["task", "other"],
      transform: ["none", "swap"],
      representation: ["none"],
      output: ["reconstruct", "again", "label"],
    },
    illegal: [
      { transform: "none", output: "reconstruct" },
      { transform: "none", output: "again" },
      { input: "task", output: "again" },
    ],
    build: (cell) =>
      cell.output === "again"
        ? { ...space.build({ ...cell, output: "reconstruct" }), head: "again" }
        : space.build(cell),
  });
}

/** The toy's "a" as the primary, and the heads that the space asks. */
export const searched = ({ model, tasks, ...data }: Toy): Toy => {
  const wide = dense({ inputs: 16, outputs: 3 });
  const heads = ["reconstruct", "again", "label"] as const;
  return {
    ...data,
    tasks: [{ ...tasks[1]!, role: "primary" }, ...heads.map((name) => generatedTask(name) as ToyTask)],
    model: splitModel({
      ...model,
      init(random) {
        const made = model.init(random);
        const threes = ["reconstruct", "again"].map((name) => {
          const { kernel, bias } = wide.init(random);
          return [name, { w: kernel, b: bias }] as const;
        });
        return {
          trunk: made.trunk,
          heads: { a: made.heads["a"]!, label: made.heads["y"]!, ...Object.fromEntries(threes) },
        };
      },
    }),
  };
};
