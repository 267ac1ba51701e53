import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { serverKinds } from "../../../packages/bench/test/servers.ts";
import { outriggerCommand } from "../../program.ts";
import { startRedis } from "../redis.js";
import { twoMachines } from "../two-machines.js";

const outrigger = [process.execPath, outriggerCommand];

async function share(queue: string, seeds: number): Promise<Awaited<ReturnType<typeof twoMachines>>> {
  const out = mkdtempSync(join(tmpdir(), "outrigger-two-machines-"));
  onTestFinished(() => rmSync(out, { recursive: true, force: true }));
  return twoMachines({ command: outrigger, queue, out, args: ["--seeds", `${seeds}`] });
}

/** The example starts its own Redis; a PostgreSQL is one that is there already. */
const servers = serverKinds.map((kind) => ({
  name: kind.name,
  missing: kind.missing,
  open: () => (kind.name === "Redis" ? startRedis() : kind.start()),
}));

describe("the example of a queue that two machines share", () => {
  for (const { name, missing, open } of servers) {
    const why = missing ? ` [skipped: ${missing} is not installed]` : "";
    it.skipIf(missing)(`gives the results of a run here, every trial once, on ${name}${why}`, async () => {
      const server = await open();
      onTestFinished(() => server.stop());
      const { shared, local, finishedBy } = await share(server.url, 2);
      expect(shared).toHaveLength(6);
      expect(shared.every((row) => row.includes('"status":"done"'))).toBe(true);
      expect(shared).toEqual(local);
      expect(finishedBy.reduce((sum, count) => sum + count)).toBe(6);
    });
  }

  it("says what a worker said that cannot begin", async () => {
    await expect(share("redis://127.0.0.1:1", 1)).rejects.toThrow(
      /A worker has ended:[^]*There is no queue at/,
    );
  });
});
