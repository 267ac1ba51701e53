import type { ObservationBuffer, ObservationSpace } from "../environment.ts";
import { observationSize } from "../environment.ts";
import { RlGvfError } from "../error.ts";
import type { AutoresetMode } from "./vector.ts";

/** What a step of several environments writes; one slot an environment. The caller owns it and may use one for all steps. */
export interface Batch {
  /** [count, ...shape], row-major. */
  readonly observations: ObservationBuffer;
  readonly rewards: Float32Array;
  /** 0 or 1. */
  readonly terminated: Uint8Array;
  /** 0 or 1. */
  readonly truncated: Uint8Array;
  /** In mode `same-step`, the last observation of an episode that has just ended; other slots are left as they are. */
  readonly finalObservations?: ObservationBuffer;
}

/** A batch of zeros for `count` environments: bytes where the observation is made of them, else 32-bit floats. */
export function createBatch({
  observation,
  count,
}: {
  readonly observation: ObservationSpace;
  readonly count: number;
}): Batch & Required<Pick<Batch, "finalObservations">> {
  const values = count * observationSize(observation);
  const buffer = (): ObservationBuffer =>
    observation.dtype === "uint8" ? new Uint8Array(values) : new Float32Array(values);
  return {
    observations: buffer(),
    finalObservations: buffer(),
    rewards: new Float32Array(count),
    terminated: new Uint8Array(count),
    truncated: new Uint8Array(count),
  };
}

/** @throws RlGvfError `shape` unless every buffer that the mode writes has the right length and holds the values. */
export function checkBatch(
  batch: Batch,
  observation: ObservationSpace,
  count: number,
  autoreset: AutoresetMode,
): void {
  const { observations, finalObservations, rewards, terminated, truncated } = batch;
  const values = count * observationSize(observation);
  check("rewards", rewards.length, count);
  check("terminated", terminated.length, count);
  check("truncated", truncated.length, count);
  checkObservations("observations", observations, observation, values);
  if (autoreset !== "same-step") return;
  if (finalObservations === undefined) {
    throw new RlGvfError("shape", "Mode same-step writes finalObservations; the batch has none.");
  }
  checkObservations("finalObservations", finalObservations, observation, values);
}

function checkObservations(
  name: string,
  buffer: ObservationBuffer,
  { dtype }: ObservationSpace,
  values: number,
): void {
  check(name, buffer.length, values);
  if (dtype === "uint8" || !(buffer instanceof Uint8Array)) return;
  throw new RlGvfError(
    "shape",
    `${name} is a Uint8Array, which would cut values that are not whole numbers: use a Float32Array.`,
  );
}

function check(name: string, length: number, wanted: number): void {
  if (length === wanted) return;
  throw new RlGvfError("shape", `${name} must hold ${wanted} values, not ${length}.`, { length, wanted });
}
