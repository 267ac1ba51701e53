import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";
import { child } from "./support/child.ts";
import { fault, kept } from "./support/fault.ts";
import { folders } from "./support/folder.ts";
import { trainings } from "./support/trainings.ts";

const fresh = folders();
const env = { OUTRIGGER_CACHE: fresh() };

describe("Processes killed with SIGKILL at random moments, then the same command again", () => {
  for (const [name, { script, args, files }] of Object.entries(trainings(fresh()))) {
    let straight: Promise<{ bytes: Buffer[]; milliseconds: number }> | undefined;
    const undisturbed = async (): Promise<{ bytes: Buffer[]; milliseconds: number }> => {
      const out = fresh();
      const began = performance.now();
      const { code, output } = await child(script, args(out), { env });
      if (code !== 0) throw new Error(output);
      return {
        bytes: files.map((file) => readFileSync(join(out, file))),
        milliseconds: performance.now() - began,
      };
    };
    fault(`the training of ${name}: the same bytes`, { cases: [2, 0] }, async (random) => {
      straight ??= undisturbed();
      const { bytes, milliseconds } = await straight;
      const out = fresh();
      let ended = { code: null as number | null, output: "" };
      // The first half of the time a process only starts.
      for (let kills = 0; kills < 2 && ended.code !== 0; kills++)
        ended = await child(script, args(out), {
          env,
          killAfter: milliseconds * (0.4 + 0.6 * random.uniform()),
        });
      if (ended.code !== 0) ended = await child(script, args(out), { env });
      kept(ended.code === 0, `the command does not go on any more: ${ended.output.slice(-2000)}`);
      for (const [i, file] of files.entries())
        kept(
          existsSync(join(out, file)) && readFileSync(join(out, file)).equals(bytes[i]!),
          `${file} is not that of a run which was never stopped`,
        );
    });
  }
});
