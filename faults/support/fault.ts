import { BenchError } from "@outrigger/bench/error";
import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import { LinearTheoryError } from "@outrigger/linear-theory/error";
import { RlGvfError } from "@outrigger/rl-gvf/error";
import { VisionRockError } from "@outrigger/vision-rock/error";
import { expect, it } from "vitest";

/** Of every case; `FAULTS_SEED` gives another. */
const seed: number = Number(process.env["FAULTS_SEED"] ?? 1);
const most = Number(process.env["FAULTS_CASES"] ?? Number.POSITIVE_INFINITY);
const long = process.env["FAULTS"] === "long";

/** What became of the cases of one fault. */
export interface Counts {
  /** What is harmed. */
  readonly what: string;
  /** Cases tried. */
  cases: number;
  /** Ended with the right result, as if there had been no fault or after the same command once more. */
  right: number;
  /** Ended with an error that the package throws on purpose, and nothing was lost. */
  typed: number;
  /** Crashes: errors that nobody meant. */
  untyped: number;
  /** Cases in which something that was kept is gone, or is wrong without a word. */
  lost: number;
}

declare module "vitest" {
  interface TaskMeta {
    fault?: Counts;
  }
}

/** Something that was kept is gone, or is wrong without a word. */
class Lost extends Error {}

/** @throws Lost unless so. */
export function kept(so: boolean, what: string): asserts so {
  if (!so) throw new Lost(what);
}

const ours = [OutriggerError, BenchError, VisionRockError, RlGvfError, LinearTheoryError];
/** Whether an error is one that a package throws on purpose. */
export const isTyped = (error: unknown): boolean =>
  ours.some((kind) => error instanceof kind) && (error as Error).message.length > 10;

export interface FaultOptions {
  /** How many cases the long version tries, and the short one. `FAULTS_CASES` is the most of either. */
  readonly cases: readonly [long: number, short: number];
}

/**
 * A test that tries a fault many times. A case that returns ended right; one that throws ended with a typed error, a crash, or a loss, and the
 * last two fail the test. The case number `i` depends on the seed alone, so that it can be tried again by itself.
 */
export function fault(
  what: string,
  { cases: [many, few] }: FaultOptions,
  tryCase: (random: Random, i: number) => unknown,
): void {
  const cases = Math.min(most, long ? many : few);
  const title = cases === 0 ? "skipped: in the long version only, npm run test:faults" : `${cases} cases`;
  it.skipIf(cases === 0)(`${what} (${title})`, async ({ task }) => {
    const counts: Counts = { what, cases: 0, right: 0, typed: 0, untyped: 0, lost: 0 };
    task.meta.fault = counts;
    const bad: string[] = [];
    for (let i = 0; i < cases; i++) {
      counts.cases++;
      try {
        await tryCase(Random.seeded(seed, `${what}/${i}`), i);
        counts.right++;
      } catch (error) {
        if (isTyped(error)) counts.typed++;
        else {
          counts[error instanceof Lost ? "lost" : "untyped"]++;
          bad.push(`case ${i} of seed ${seed}: ${(error as Error)?.stack ?? String(error)}`);
        }
      }
    }
    expect(bad.slice(0, 5)).toEqual([]);
  });
}

/** One of a list. */
export const pick = <T>(random: Random, list: readonly T[]): T => list[random.integer(list.length)]!;
