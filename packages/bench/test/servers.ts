import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Certificates } from "./certificates.ts";

/** A server of a test's own. */
export interface TestServer {
  /** With its password. */
  readonly url: string;
  /** Ends it as a crash would, and starts it anew on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const password = "s3cret/of%tests";

/** How to start what a server is, and what is missing for it. */
export interface ServerKind {
  readonly name: "Redis" | "PostgreSQL";
  /** What must be installed; null when it is. */
  readonly missing: string | null;
  /** With certificates it talks TLS and nothing else. */
  start(certificates?: Certificates): Promise<TestServer>;
}

/** Where a program is; those of servers may lie where only root's path leads. */
export const inPath = (name: string): string | null =>
  [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"]
    .map((folder) => join(folder, name))
    .find(existsSync) ?? null;

/** Debian keeps the programs of a server out of the path. */
function postgresFolder(): string | null {
  const versions = "/usr/lib/postgresql";
  if (!existsSync(versions)) return null;
  const found = readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, "bin"));
  return found.find((folder) => existsSync(join(folder, "initdb"))) ?? null;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Waits until a server answers. */
export async function answers(ready: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await ready()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The server does not answer after a minute.");
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });

/** A process that can be ended and started anew. */
async function running(
  folder: string,
  url: string,
  begin: () => ChildProcess,
  signal: NodeJS.Signals,
  ready: () => boolean | Promise<boolean>,
): Promise<TestServer> {
  let child = begin();
  await answers(ready);
  const end = async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  };
  return {
    url,
    async restart() {
      await end();
      child = begin();
      await answers(ready);
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const redisProgram = inPath("redis-server");

const redis: ServerKind = {
  name: "Redis",
  missing: redisProgram ? null : "redis-server",
  async start(own) {
    const folder = mkdtempSync(join(tmpdir(), "outrigger-redis-"));
    const port = await freePort();
    const files = own && ["--tls-cert-file", own.certificate, "--tls-key-file", own.key];
    const tls = ["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no", ...(files ?? [])];
    const listen = own ? [...tls, "--tls-ca-cert-file", own.authority] : ["--port", String(port)];
    const options = [...listen, "--bind", "127.0.0.1", "--dir", folder];
    const keep = ["--appendonly", "yes", "--save", "", "--requirepass", password];
    const begin = () => spawn(redisProgram ?? "", [...options, ...keep], { stdio: "ignore" });
    const url = `${own ? "rediss" : "redis"}://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    return running(folder, url, begin, "SIGKILL", () => listens(port));
  },
};

const postgres: ServerKind = {
  name: "PostgreSQL",
  missing: postgresFolder() ? null : "postgresql",
  async start(own) {
    const programs = postgresFolder() ?? "";
    const folder = mkdtempSync(join(tmpdir(), "outrigger-postgres-"));
    // It refuses to run as root.
    const root = process.getuid?.() === 0;
    const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
    const as = root ? { uid: id("-u"), gid: id("-g") } : {};
    const words = join(folder, "password");
    writeFileSync(words, password);
    const [certificate, key] = [join(folder, "server.pem"), join(folder, "server.key")];
    if (own) {
      copyFileSync(own.certificate, certificate);
      copyFileSync(own.key, key);
      chmodSync(key, 0o600);
    }
    const files = own ? [certificate, key] : [];
    if (root) for (const path of [folder, words, ...files]) chownSync(path, id("-u"), id("-g"));
    const data = join(folder, "data");
    const initial = ["-D", data, "-U", "outrigger", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C"];
    execFileSync(join(programs, "initdb"), [...initial, `--pwfile=${words}`, "--no-sync"], {
      ...as,
      cwd: folder,
      stdio: "ignore",
    });
    const port = await freePort();
    const tls = ["ssl=on", `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`];
    const listen = ["-p", String(port), "-h", "127.0.0.1", "-k", folder];
    const options = ["-D", data, ...listen, "-F", ...(own ? tls.flatMap((set) => ["-c", set]) : [])];
    const begin = () => spawn(join(programs, "postgres"), options, { ...as, cwd: folder, stdio: "ignore" });
    const url = `postgres://outrigger:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres${own ? "?sslmode=verify-full" : ""}`;
    // SIGQUIT ends it without writing anything down; what is left must be recovered from its log.
    const asked = ["-q", "-h", "127.0.0.1", "-p", String(port)];
    const ready = () => spawnSync(join(programs, "pg_isready"), asked).status === 0;
    return running(folder, url, begin, "SIGQUIT", ready);
  },
};

export const serverKinds: readonly ServerKind[] = [redis, postgres];
