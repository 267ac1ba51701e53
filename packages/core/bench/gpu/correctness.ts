import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeSafetensors } from "../../src/train/safetensors.ts";
import { type Contender, Failed, start } from "../contender.ts";

/** Steps whose losses and parameters are compared. */
export const compared = 3;

/**
 * Greatest differences that count as right. Losses: relative. Parameters: the distance between the ways both went, relative to the
 * length of the way; Adam's first steps go by the sign of a gradient, so a gradient that is nearly zero may go the other way.
 */
export const tolerance = { losses: 1e-3, parameters: 5e-2 } as const;

/** Where three steps led. */
export interface Course {
  readonly losses: readonly number[];
  /** Parameters after the steps less those before, one after another. */
  readonly way: Float64Array;
}

/** How far one course lies from another. */
interface Difference {
  readonly losses: number;
  readonly parameters: number;
}

function parametersIn(path: string): Float64Array {
  const { arrays } = decodeSafetensors(readFileSync(path), path);
  const names = [...arrays.keys()].filter((name) => name.startsWith("params/")).toSorted();
  return Float64Array.from(names.flatMap((name) => Array.from(arrays.get(name)!.data)));
}

/** Makes three steps, in a process of their own. @throws Failed when it cannot. */
export async function courseOf(contender: Contender, folder: string): Promise<Course> {
  const worker = await start(contender);
  try {
    const [before, after] = [join(folder, "before"), join(folder, "after")];
    await worker.ask({ save: before });
    const { losses } = await worker.ask({ steps: compared });
    await worker.ask({ save: after });
    const from = parametersIn(before);
    return { losses, way: parametersIn(after).map((value, i) => value - from[i]!) };
  } finally {
    worker.stop();
  }
}

const length = (values: Float64Array): number => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));

/** NaN where either course has one, which no tolerance allows. */
function difference(course: Course, reference: Course): Difference {
  return {
    losses: Math.max(...course.losses.map((loss, i) => Math.abs(loss / reference.losses[i]! - 1))),
    parameters: length(course.way.map((v, i) => v - reference.way[i]!)) / length(reference.way),
  };
}

const isRight = ({ losses, parameters }: Difference): boolean =>
  losses <= tolerance.losses && parameters <= tolerance.parameters;

/** One executor on one network, against ONNX Runtime on the CPU. */
export type Verdict =
  | { readonly network: string; readonly executor: string; readonly difference: Difference }
  | { readonly network: string; readonly executor: string; readonly failed: string };

/** Compares one course with the reference; a process that fails is a verdict too. */
export async function verdictOn(
  network: string,
  contender: Contender,
  reference: Course,
  folder: string,
): Promise<Verdict> {
  const named = { network, executor: contender.name };
  try {
    return { ...named, difference: difference(await courseOf(contender, folder), reference) };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return { ...named, failed: error.message };
  }
}

export const passed = (verdict: Verdict): boolean => "difference" in verdict && isRight(verdict.difference);
