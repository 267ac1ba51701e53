import { Random } from "@outrigger/core/random";
import type { Environment } from "../environment.ts";
import { RlGvfError } from "../error.ts";
import { type AutoresetMode, type VectorEnvironment, vectorEnvironment } from "./vector.ts";

export interface SeededVectorOptions {
  readonly count: number;
  readonly seed: number;
  /** What the environments are for; other purposes draw from unrelated streams, whatever the seed. Default `train`. */
  readonly purpose?: "train" | "evaluation";
  readonly autoreset?: AutoresetMode;
}

/**
 * Environments made by one function, each with named random streams of its own: environment i depends on the seed, the purpose and
 * i, not on how many there are.
 *
 * @param make gets the streams of one environment by name.
 * @example
 * const environments = seededVector(
 *   (random) => stickyActions(minatar(breakout, { random: random("game") }), { random: random("sticky") }),
 *   { count: 16, seed: 7 },
 * );
 *
 * @throws RlGvfError `bad-option` unless the count is a positive whole number.
 */
export function seededVector(
  make: (random: (name: string) => Random) => Environment,
  { count, seed, purpose = "train", autoreset = "next-step" }: SeededVectorOptions,
): VectorEnvironment {
  if (!Number.isInteger(count) || count < 1) {
    throw new RlGvfError(
      "bad-option",
      `The count of environments must be a positive whole number, not ${count}.`,
      {
        count,
      },
    );
  }
  const environments = Array.from({ length: count }, (_, i) =>
    make((name) => Random.seeded(seed, `${purpose}/${i}/${name}`)),
  );
  return vectorEnvironment(environments, { autoreset });
}
