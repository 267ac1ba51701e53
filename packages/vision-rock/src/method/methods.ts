import type { Method } from "@outrigger/core/train/method";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { every } from "@outrigger/core/weighting/combine/every";
import { dwa } from "@outrigger/core/weighting/dwa";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { uniform } from "@outrigger/core/weighting/uniform";
import { upgrad } from "@outrigger/core/weighting/upgrad";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { VisionRockError } from "../error.ts";

/** Rules that look at gradients do so on every tenth step: one pass of gradients a task is dear. */
const INTERVAL = 10;

/** What can be given to `train --method`, with a line each. Formulas and papers stand with the rules of `@outrigger/core`. */
export const METHODS: Readonly<Record<string, { readonly describe: string; readonly make: () => Method }>> = {
  uniform: { describe: "weights as the configuration has them", make: () => uniform() as Method },
  "single-task": { describe: "the detection alone", make: () => singleTask() as Method },
  uncertainty: { describe: "weights from learned noise levels", make: () => uncertainty() as Method },
  dwa: { describe: "weights from how fast losses fall", make: () => dwa() as Method },
  random: { describe: "new random weights at every step", make: () => randomWeights() as Method },
  "gradient-cosine": {
    describe: "auxiliaries only while their gradient agrees with the detection's",
    make: () => every(INTERVAL, gradientCosine() as Weighting) as Method,
  },
  pcgrad: {
    describe: "conflicting parts of gradients are projected away",
    make: () => every(INTERVAL, pcgrad() as Weighting) as Method,
  },
  cagrad: {
    describe: "the step that is best for the worst task near the mean gradient",
    make: () => every(INTERVAL, cagrad() as Weighting) as Method,
  },
  upgrad: {
    describe: "the mean of gradients that conflict with none",
    make: () => every(INTERVAL, upgrad() as Weighting) as Method,
  },
};

/** The method of a name. @throws VisionRockError "bad-option" for an unknown name, listing those there are */
export function methodNamed(name: string): Method {
  if (Object.hasOwn(METHODS, name)) return METHODS[name]!.make();
  const said = `There is no method "${name}"; choose one of ${Object.keys(METHODS).join(", ")}.`;
  throw new VisionRockError("bad-option", said, { method: name });
}
