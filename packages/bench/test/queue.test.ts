import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readResults } from "../src/results/read.ts";
import type { Row } from "../src/results/row.ts";
import { bullmqExecutor } from "../src/run/bullmq-executor.ts";
import type { Found } from "../src/run/discover.ts";
import { shortHash } from "../src/run/hash.ts";
import { trialOf } from "../src/run/plan.ts";
import { jobIdOf } from "../src/run/queue/job-id.ts";
import { queueName } from "../src/run/queue/presence.ts";
import { openServer } from "../src/run/queue/server.ts";
import { outrigger, reached, start, until } from "./command.ts";
import { foundByCommand, temporary } from "./harness.ts";
import { repository } from "./project.ts";
import { contents } from "./rows.ts";
import { password, serverKinds, type TestServer } from "./servers.ts";

const seeds = 50;

const crowd = (out: string): string[] => [
  "run",
  "toy/crowd",
  "--tier=ci",
  `--seeds=${seeds}`,
  "--limit=10",
  "--attempts=2",
  `--out=${out}`,
  `--report=${join(out, "report")}`,
];

/** Where the trials of toy/crowd note that they begin. */
function notes(out: string): { env: Record<string, string>; slow: string; begun: () => string[] } {
  const folder = join(out, "notes");
  mkdirSync(folder, { recursive: true });
  const log = join(folder, "begun.log");
  const begun = () => (existsSync(log) ? (readFileSync(log, "utf8").match(/^\S+/gm) ?? []) : []);
  return { env: { TOY_CROWD: folder }, slow: join(folder, "slow"), begun };
}

/** The rows of a run here, with nothing going wrong but the trials themselves. */
let local: Promise<readonly Row[]> | undefined;
async function runLocally(): Promise<readonly Row[]> {
  const out = temporary();
  const { code, output } = await outrigger([...crowd(out), "--workers", "2"]);
  expect({ code, output }).toMatchObject({ code: 1 });
  return readResults(join(out, "toy/ci.jsonl")).rows;
}

describe.each(serverKinds)("a queue on $name", (kind) => {
  const { name, missing } = kind;
  const title = (text: string) => (missing ? `${text} [skipped: ${missing} is not installed]` : text);
  let server: TestServer;
  beforeAll(async () => {
    if (!missing) server = await kind.start();
  });
  afterAll(() => server?.stop());

  const onQueue = ["--executor", "bullmq"];
  /** A worker that ends with the test. */
  const work = ({ env = {}, cwd }: { env?: Record<string, string>; cwd?: string } = {}) => {
    const asked = ["worker", "--workers", "1", "--lock", "3"];
    const worker = start(asked, { env: { OUTRIGGER_QUEUE: server.url, ...env }, cwd });
    onTestFinished(() => void worker.child.kill("SIGKILL"));
    return worker;
  };

  const waits = ({ heard }: ReturnType<typeof start>) => until(() => heard().includes("Waits for trials at"));

  it.skipIf(missing)(
    title("gives every trial exactly one result, whatever is killed, and the same as here"),
    async () => {
      const trials = 4 * seeds;
      local ??= runLocally();
      // First, for side by side trials that do nothing could reach their limit.
      const here = await local;
      const out = temporary();
      const results = join(out, "toy/ci.jsonl");
      const { env, slow, begun } = notes(out);
      const workers = [work({ env }), work({ env }), work({ env })];
      const asked = [...crowd(out), ...onQueue];
      const withQueue = { env: { ...env, OUTRIGGER_QUEUE: server.url } };
      const first = start(asked, withQueue);

      await reached(results, trials / 10);
      // The same trials once more, into the same folder.
      const second = await outrigger(asked, withQueue);
      expect(second.code).toBe(1);
      expect(second.output).toContain(`is in use by another runner: process ${first.child.pid} on`);

      await reached(results, trials / 4);
      await server.restart();
      await reached(results, trials / 2);
      first.child.kill("SIGKILL");
      await first.ended;
      const kept = readFileSync(results, "utf8");
      const before = begun().length;
      const again = start(asked, withQueue);

      // The worker of the trial that takes its time dies while it runs.
      await until(() => existsSync(slow) && readFileSync(slow, "utf8") !== "");
      const pid = Number(readFileSync(slow, "utf8"));
      expect(workers.map(({ child }) => child.pid)).toContain(pid);
      process.kill(pid, "SIGKILL");

      const { code, output } = await again.ended;
      expect({ code, output }).toMatchObject({ code: 1 });
      expect(output).toContain("2 trials failed; all else is kept.");
      const { rows, remarks } = readResults(results);
      expect(rows).toHaveLength(trials);
      expect(remarks).toEqual([]);
      expect(contents(rows)).toEqual(contents(here));
      expect(readFileSync(results, "utf8").startsWith(kept)).toBe(true);
      // What has failed is tried again by the next run and may have two lines; nothing else has, or was begun again.
      const written = readFileSync(results, "utf8").trimEnd().split("\n");
      expect(written.filter((line) => line.includes('"status":"done"'))).toHaveLength(trials - 2);
      const done = new Set(
        kept.split("\n").flatMap((line) => {
          if (!line.includes('"status":"done"')) return [];
          const { method, seed } = JSON.parse(line) as Row;
          return [`${method}-${seed}`];
        }),
      );
      expect(
        begun()
          .slice(before)
          .filter((trial) => done.has(trial)),
      ).toEqual([]);
      const late = rows.find(({ method, seed }) => method === "four" && seed === 8);
      expect(late?.provenance.attempts).toBeGreaterThanOrEqual(2);

      for (const { child } of workers) child.kill("SIGTERM");
      for (const worker of workers) {
        const ended = await worker.ended;
        if (worker.child.pid !== pid) expect(ended).toMatchObject({ code: 0 });
        expect(ended.output).not.toContain(password);
      }
      expect(output).not.toContain(password);
    },
  );

  it.skipIf(missing)(
    title("runs a trial once that is asked for twice, and takes what a run that is gone had asked for"),
    async () => {
      const out = temporary();
      const { env, begun } = notes(out);
      const asked = ["run", "toy/crowd", ...onQueue, "--methods", "one", "--report", join(out, "report")];
      const withQueue = { env: { OUTRIGGER_QUEUE: server.url } };
      const into = (folder: string) => [...asked, "--out", join(out, folder)];
      // Two runs wait for the same trials before there is a worker; one of them dies and comes again.
      const runs = [start(into("a"), withQueue), start(into("b"), withQueue)];
      await until(() => runs.every(({ heard }) => heard().includes("No worker with this code is at")));
      runs[0]?.child.kill("SIGKILL");
      await runs[0]?.ended;
      const again = start(into("a"), withQueue);
      await reached(join(out, "a/run.log"), 3);
      work({ env });
      for (const { ended } of [again, runs[1] as typeof again]) {
        const { code, output } = await ended;
        expect({ code, output }).toMatchObject({ code: 0 });
        expect(output).toMatch(/Worker .+ \(process \d+\): 1 trials at a time\./);
      }
      const [a, b] = ["a", "b"].map((folder) => readResults(join(out, folder, "toy/smoke.jsonl")).rows);
      expect(a).toHaveLength(2);
      expect(contents(a ?? [])).toEqual(contents(b ?? []));
      expect(begun().sort()).toEqual(["one-0", "one-1"]);
    },
  );

  it.skipIf(missing)(title("gives no trial to other code, and says so on both sides"), async () => {
    const { folder, edit } = repository();
    const out = temporary();
    const { env, begun } = notes(out);
    edit("packages/toy/bench/crowd.js", "Toy crowd", "Toy crowd, changed");
    const other = work({ env, cwd: folder });
    await waits(other);
    const asked = [
      "run",
      "toy/crowd",
      ...onQueue,
      "--methods",
      "one",
      "--out",
      out,
      "--report",
      join(out, "report"),
    ];
    const run = start(asked, { env: { OUTRIGGER_QUEUE: server.url } });
    await until(() =>
      other.heard().includes("has other code, and this worker takes none of its trials: toy is"),
    );
    await reached(join(out, "run.log"), 2);
    expect(begun()).toEqual([]);
    work({ env });
    const { code, output } = await run.ended;
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(
      /has other code and gets no trial of this run: toy is \w{16} there and \w{16} here/,
    );
    expect(begun().sort()).toEqual(["one-0", "one-1"]);
    other.child.kill("SIGTERM");
    expect((await other.ended).output).not.toContain("done");
  });

  it.skipIf(missing)(
    title("gives a trial back when its worker ends, or finds its code built anew"),
    async () => {
      const { folder, edit } = repository();
      const out = temporary();
      const { env, begun, slow } = notes(out);
      const old = work({ env, cwd: folder });
      await waits(old);
      edit("packages/toy/bench/noise.js", "Toy noise", "Toy noise, changed");
      const asked = [
        "run",
        "toy/crowd",
        "--tier=ci",
        "--seeds=9",
        ...onQueue,
        "--methods",
        "four",
        "--out",
        out,
      ];
      const run = start([...asked, "--report", join(out, "report")], {
        env: { OUTRIGGER_QUEUE: server.url },
      });
      const rebuilt = await old.ended;
      expect(rebuilt).toMatchObject({ code: 1 });
      expect(rebuilt.output).toMatch(
        /The code of toy in .* was built anew since this worker began\. Start it again\./,
      );
      expect(begun()).toEqual([]);

      const first = work({ env });
      await until(() => existsSync(slow));
      first.child.kill("SIGINT");
      const stopped = await first.ended;
      expect(stopped).toMatchObject({ code: 0 });
      expect(stopped.output).toContain("was given back to the queue");
      work({ env });
      const { code, output } = await run.ended;
      expect({ code, output }).toMatchObject({ code: 0 });
      const { rows } = readResults(join(out, "toy/ci.jsonl"));
      expect(rows).toHaveLength(18);
      expect(output).toContain(`(process ${first.child.pid}) has ended.`);
      // Being given back is no attempt.
      expect(rows.every(({ provenance }) => provenance.attempts === undefined)).toBe(true);
      expect(begun().filter((trial) => trial === "four-8")).toHaveLength(2);
    },
  );

  it.skipIf(missing !== null || name !== "Redis")(
    title(
      "keeps a row of a trial that no worker could run, and says of none how many it ran [only on Redis]",
    ),
    async () => {
      const out = temporary();
      const asked = ["run", "toy/crowd", ...onQueue, "--methods", "one", "--out", out];
      const all = await foundByCommand();
      const crowd = all.find(({ benchmark }) => benchmark.name === "toy/crowd");
      const arm = { method: "one", kind: "baseline", options: {} } as const;
      const opened = await openServer({ kind: "redis", url: server.url, shown: "" });
      const queue = opened.queue(queueName(all));
      await queue.add(
        "trial",
        { owner: shortHash(hostname(), out), trial: "{}" },
        { jobId: jobIdOf(trialOf(crowd as Found, "smoke", arm, null, 0, "score").id) },
      );
      await queue.close();
      work();
      const env = { OUTRIGGER_QUEUE: server.url };
      const { code, output } = await outrigger([...asked, "--report", join(out, "report")], { env });
      expect({ code, output }).toMatchObject({ code: 1 });
      const { rows } = readResults(join(out, "toy/smoke.jsonl"));
      const row = (seed: number) => rows.find((entry) => entry.seed === seed);
      expect(row(0)).toMatchObject({ status: "failed", provenance: { jobs: 0, peakMemory: null } });
      expect(row(0)?.error).toContain("This is not a trial.");
      expect(row(1)).toMatchObject({ status: "done", provenance: { jobs: 1 } });
    },
  );

  it.skipIf(missing !== null || name !== "Redis")(
    title("says when its last worker is gone, and goes on with the next one [only on Redis]"),
    async () => {
      const out = temporary();
      const asked = ["run", "toy/noise", ...onQueue, "--methods", "single-task", "--out", out];
      const run = start([...asked, "--report", join(out, "report")], {
        env: { OUTRIGGER_QUEUE: server.url },
      });
      await until(() => run.heard().includes("is at") && run.heard().includes(" yet."));
      const first = work({ env: { TOY_DELAY: "60000" } });
      await until(() => run.heard().includes("1 trials at a time"));
      first.child.kill("SIGKILL");
      await until(() => /Worker .* is gone: it does not answer\./.test(run.heard()));
      await until(() => /No worker with this code is at .* any more\. On each machine/.test(run.heard()));
      work();
      const { code, output } = await run.ended;
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(readResults(join(out, "toy/smoke.jsonl")).rows).toHaveLength(4);
    },
  );

  it.skipIf(missing !== null || name !== "Redis")(
    title(
      "leaves on the server what has ended unheard, and takes back what nobody has begun [only on Redis]",
    ),
    async () => {
      const all = await foundByCommand();
      const crowd = all.find(({ benchmark }) => benchmark.name === "toy/crowd") as Found;
      const arm = { method: "one", kind: "baseline", options: {} } as const;
      const trials = [48, 49].map((seed) => trialOf(crowd, "ci", arm, null, seed, "score"));
      const opened = await openServer({ kind: "redis", url: server.url, shown: "" });
      const deaf = { on() {}, waitUntilReady: async () => {}, close: async () => {} };
      const events = (of: string) => (of === queueName(all) ? (deaf as never) : opened.events(of));
      const executor = await bullmqExecutor({
        server: { ...opened, events },
        all,
        out: temporary(),
        say() {},
      });
      const outcomes = Promise.allSettled(
        trials.map((trial) => executor.run(trial, { start() {}, progress() {}, lost() {} })),
      );
      const queue = opened.queue(queueName(all));
      const states = async () =>
        (await Promise.all(trials.map(({ id }) => queue.getJobState(jobIdOf(id))))).sort();
      while ((await states()).join() !== "waiting,waiting");
      const worker = opened.worker(queueName(all), async () => "{}", { concurrency: 1, lock: 60 });
      worker.on("active", () => void worker.pause(true));
      void worker.run();
      while (!(await states()).includes("completed"));
      await worker.close();
      await executor.stop();
      expect(await states()).toEqual(["completed", "unknown"]);
      await queue.close();
      expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    },
  );

  // Only Redis can lose what it has accepted.
  it.skipIf(missing !== null || name !== "Redis")(
    title("puts on the queue again what the server has lost [only on Redis]"),
    async () => {
      const out = temporary();
      const asked = ["run", "toy/crowd", ...onQueue, "--methods", "one", "--out", out];
      const run = start([...asked, "--report", join(out, "report")], {
        env: { OUTRIGGER_QUEUE: server.url },
      });
      await until(() => run.heard().includes("No worker with this code is at"));
      const client = new Redis(server.url);
      expect(await client.flushall()).toBe("OK");
      client.disconnect();
      work();
      const { code, output } = await run.ended;
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(readResults(join(out, "toy/smoke.jsonl")).rows).toHaveLength(2);
    },
  );

  it.skipIf(missing)(title("lets runs and workers end while the server is away"), async () => {
    const own = await kind.start();
    const out = temporary();
    const env = { OUTRIGGER_QUEUE: own.url, TOY_DELAY: "60000" };
    const run = start(["run", "toy/noise", ...onQueue, "--out", out, "--report", join(out, "report")], {
      env,
    });
    const worker = start(["worker", "--workers=1"], { env });
    await waits(worker);
    await until(() => run.heard().includes("1 trials at a time"));
    await own.stop();
    for (const { child } of [run, worker]) child.kill("SIGINT");
    expect(await run.ended).toMatchObject({ code: 130 });
    expect(await worker.ended).toMatchObject({ code: 0 });
  });

  it.skipIf(missing)(title("is refused with a wrong password, which is not shown"), async () => {
    const url = server.url.replace(encodeURIComponent(password), "wr0ng-one");
    const { code, output } = await outrigger(["worker"], { env: { OUTRIGGER_QUEUE: url } });
    expect(code).toBe(1);
    expect(output).toMatch(/outrigger: There is no queue at (redis|postgres):\/\/127\.0\.0\.1:\d+[^@]*: \w+/);
    expect(output).not.toContain("wr0ng-one");
  });
});
