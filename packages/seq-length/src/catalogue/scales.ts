import { type AttentionScale, logn, ssmax, tempered, unscaled } from "../model/attention-scale.ts";
import { byName, named } from "./named.ts";

/** Every attention scale that is trained. @param trainLength the greatest length of a training input. */
export const everyScale = (trainLength: number): AttentionScale[] => [
  unscaled(),
  tempered(),
  logn({ length: trainLength }),
  ssmax(),
];

/** An attention scale by its name. @throws OutriggerError `bad-option` for an unknown one. */
export const scaleNamed = (name: string, trainLength: number): AttentionScale =>
  named("attention scale", byName(everyScale(trainLength)), name);
