import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    }).on("error", () => resolve(false));
  });

/**
 * Starts a Redis server for this machine alone, on a free port, with its data in a folder of its own. On machines that are not this one,
 * set a password and let it listen to the others: see the README of `@outrigger/bench`.
 *
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startRedis() {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "two-machine-queue-"));
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes"];
  const server = spawn("redis-server", options, { stdio: "ignore" });
  const ended = new Promise((resolve) => {
    server.on("error", resolve);
    server.on("exit", resolve);
  });
  const stop = async () => {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  let gone = false;
  void ended.then(() => (gone = true));
  while (!(await answers(port))) {
    if (gone) {
      await stop();
      throw new Error("redis-server did not start. Install it, or name a server in OUTRIGGER_QUEUE.");
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url: `redis://127.0.0.1:${port}`, stop };
}
