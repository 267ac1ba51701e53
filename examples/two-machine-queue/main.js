import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "./redis.js";
import { twoMachines } from "./two-machines.js";

const given = process.env.OUTRIGGER_QUEUE;
const server = given ? { url: given, stop: async () => {} } : await startRedis();
const out = mkdtempSync(join(tmpdir(), "two-machine-queue-results-"));
try {
  // `npm start` has the installed command on its path.
  const command = ["outrigger"];
  const { shared, local, finishedBy } = await twoMachines({ command, queue: server.url, out });
  console.log(
    `over the queue: ${shared.length} trials, of which the workers finished ${finishedBy.join(" and ")}`,
  );
  const same = shared.join("\n") === local.join("\n");
  console.log(`here alone:     ${local.length} trials, ${same ? "the same results" : "OTHER RESULTS"}`);
  process.exitCode = same ? 0 : 1;
} finally {
  await server.stop();
  rmSync(out, { recursive: true, force: true });
}
