import { adam } from "@outrigger/core/optimize/adam";
import { autoLambda } from "@outrigger/core/procedure/auto-lambda";
import { auxTs } from "@outrigger/core/procedure/aux-ts";
import { taml } from "@outrigger/core/procedure/taml";
import type { Method } from "@outrigger/core/train/method";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { uniform } from "@outrigger/core/weighting/uniform";

/** Told the weights of all rows, those of the primary first, that a step is made with. */
export type Told = (weights: Float32Array, step: number) => void;

interface Row {
  readonly describe: string;
  readonly make: (told: Told) => Method;
}

/** Every row by its name, each with its defaults. */
export const methods: Readonly<Record<string, Row>> = {
  uniform: { describe: "All labels alike.", make: () => uniform() },
  "single-task": { describe: "The primary alone.", make: () => singleTask() },
  "aux-ts": { describe: "A weight a sample, by AUX-TS.", make: (onWeights) => auxTs({ onWeights }) },
  "aux-ts-script": {
    describe: "AUX-TS with the step size of its authors' script, 0.005.",
    make: (onWeights) => auxTs({ onWeights, optimizer: adam({ learningRate: 0.005 }) }),
  },
  shuffled: {
    describe: "The weights of aux-ts, step by step, each given to another sample of the same task.",
    make: () => uniform(),
  },
  taml: { describe: "A weight a task, by a network that looks ahead.", make: () => taml() },
  "auto-lambda": { describe: "A weight a task, learned by looking ahead.", make: () => autoLambda() },
  oracle: { describe: "Knows which labels are wrong and leaves them out; no rule.", make: () => uniform() },
};
