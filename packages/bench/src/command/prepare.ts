import type { Tier } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import type { LeftOut } from "../report/page.ts";
import type { Found } from "../run/discover.ts";
import { armsOf } from "../run/run.ts";
import { named, runnable } from "./select.ts";
import type { Print } from "./supervise.ts";

/** What a command runs: benchmarks of a tier, and which of their methods. */
export interface Work {
  readonly tier: Tier;
  readonly methods?: readonly string[];
  /** Folder of datasets. */
  readonly data?: string;
}

/** Benchmarks that can run here, those that cannot, and all that there are. */
export interface Prepared {
  readonly ready: readonly Found[];
  readonly leftOut: readonly LeftOut[];
  readonly all: readonly Found[];
}

/**
 * Finds what is to be run, and says what and what not.
 *
 * @throws BenchError "nothing-to-run" when nothing can run here, "bad-option" for a method that no benchmark has.
 */
export async function prepare(
  names: readonly string[],
  { tier, methods, data }: Work,
  print: Print,
): Promise<Prepared> {
  // Set before anything is loaded: benchmarks look for their data by it, here and in their processes.
  if (data !== undefined) process.env.OUTRIGGER_DATA = data;
  const { found, all } = await named(names);
  const { ready, leftOut } = await runnable(found, tier);
  announce(ready, leftOut, tier, print);
  if (ready.length === 0) throw new BenchError("nothing-to-run", "No benchmark can run here; see above.");
  const known = new Set(ready.flatMap((entry) => armsOf(entry, tier).map((arm) => arm.method)));
  for (const method of methods ?? []) {
    if (!known.has(method))
      throw new BenchError("bad-option", `--methods ${method}: there are ${[...known].join(", ")}.`);
  }
  return { ready, leftOut, all };
}

function announce(ready: readonly Found[], leftOut: readonly LeftOut[], tier: Tier, print: Print): void {
  for (const { benchmark } of ready) {
    const kind = [benchmark.source, ...(benchmark.simulated ? ["simulated data"] : [])].join(", ");
    print(`${benchmark.name} (${kind}), tier ${tier}: ${benchmark.title}`);
  }
  for (const { name, why } of leftOut) print(`${name} is left out. ${why}`);
  if (
    leftOut.length > 0 &&
    ready.length > 0 &&
    ready.every(({ benchmark }) => benchmark.source === "embedded")
  )
    print("Running the embedded benchmarks only: they need no data and no network.");
}
