import { describe, expect, it } from "vitest";
import { exportMlflow } from "../../src/export/mlflow.ts";
import { type Credentials, mlflowClient } from "../../src/export/mlflow-client.ts";
import { exportedTrials } from "../../src/export/trial.ts";
import { toyRow } from "../rows.ts";
import { type MlflowServer, mlflowServer, type Run } from "./mlflow-server.ts";
import { trials } from "./trials.ts";

const client = (server: MlflowServer, env: Credentials = {}) =>
  mlflowClient(server.address, env, async () => {});
const alive = ({ runs }: MlflowServer) => runs.filter(({ deleted }) => !deleted);
const tag = ({ data }: Run, key: string) => data.tags.find((entry) => entry.key === key)?.value;

describe("exportMlflow", () => {
  it("makes an experiment a benchmark and a run a trial, with options, curves, metrics and provenance", async () => {
    const server = await mlflowServer();
    expect(await exportMlflow(client(server), trials)).toEqual({ exported: 5, present: 0 });
    expect([...server.experiments.keys()]).toEqual(["toy/noise"]);
    const first = server.runs.find((run) => tag(run, "outrigger.id") === trials[0]?.row.id);
    expect(first?.info).toMatchObject({
      status: "FINISHED",
      start_time: 1767323045678,
      end_time: 1767323045678 + 12500,
      run_name: "gin, uniform, seed 0",
    });
    const { metrics = [], params = [] } = first?.data ?? {};
    const of = (key: string) =>
      metrics.filter((entry) => entry.key === key).map(({ step, value }) => [step, value]);
    expect(of("validation/rmse")).toEqual([
      [0, 2],
      [2, 0.5],
    ]);
    expect(of("final/validation/rmse")).toEqual([[0, 0.1 + 0.2]]);
    expect(of("final/test/rmse")).toEqual([]);
    expect(params).toContainEqual({ key: "method", value: "uniform" });
    expect(params).toContainEqual({ key: "seed", value: "0" });
    expect(JSON.parse(first ? (tag(first, "outrigger.provenance") ?? "") : "")).toMatchObject({
      node: "v20.20.2",
    });
    const failed = server.runs.find((run) => tag(run, "outrigger.id") === "failed");
    expect(failed?.info.status).toBe("FAILED");
    expect(failed && tag(failed, "outrigger.error")).toContain("Error: a, b");
    const refused = server.runs.find((run) => tag(run, "outrigger.id") === "tuned-1-0");
    expect(refused?.data.metrics.map(({ key }) => key)).toEqual(["final/validation/rmse"]);
    expect(refused && tag(refused, "outrigger.counts")).toBe("false");
  });

  it("adds only what is not there, over several pages of runs", async () => {
    const server = await mlflowServer({ pageSize: 2 });
    await exportMlflow(client(server), trials.slice(0, 3));
    expect(await exportMlflow(client(server), trials)).toEqual({ exported: 2, present: 3 });
    expect(await exportMlflow(client(server), trials)).toEqual({ exported: 0, present: 5 });
    expect(server.runs).toHaveLength(5);
  });

  it("waits when the server asks for it, and mends a connection that breaks", async () => {
    const server = await mlflowServer();
    server.troubles.push(
      { path: "get-by-name", trouble: 503 },
      { path: "log-batch", trouble: "break" },
      { path: "log-batch", trouble: 429 },
      { path: "runs/update", trouble: 500 },
    );
    expect(await exportMlflow(client(server), trials)).toEqual({ exported: 5, present: 0 });
    expect(server.troubles).toEqual([]);
  });

  it("leaves one whole run a trial when it was broken off and is done again", async () => {
    const server = await mlflowServer();
    for (const trouble of [503, 503, 503]) server.troubles.push({ path: "runs/update", trouble });
    await expect(exportMlflow(client(server), trials)).rejects.toThrow(
      /MLflow server at http.*runs\/update says: 503 .*later.* the same command goes on/,
    );
    expect(alive(server).map(({ info }) => info.status)).toEqual(["RUNNING"]);
    expect(await exportMlflow(client(server), trials)).toEqual({ exported: 5, present: 0 });
    expect(
      alive(server)
        .map(({ info }) => info.status)
        .sort(),
    ).toEqual(["FAILED", "FINISHED", "FINISHED", "FINISHED", "FINISHED"]);
    expect(new Set(alive(server).map((run) => tag(run, "outrigger.id"))).size).toBe(5);
  });

  it("keeps within the server's limits: thousands of values, hundreds of options, odd names, long text", async () => {
    const server = await mlflowServer();
    const long = toyRow({
      options: Object.fromEntries(
        Array.from({ length: 150 }, (_, i) => [`option ${i} (ü)`, "x".repeat(7000)]),
      ),
      curves: { "loss, train": Array.from({ length: 2500 }, (_, i) => i) },
    });
    await exportMlflow(client(server), exportedTrials([long], []));
    const [run] = server.runs;
    expect(run?.data.metrics.filter(({ key }) => key === "loss_ train")).toHaveLength(2500);
    expect(run?.data.params).toHaveLength(4 + 150);
    expect(run?.data.params.find(({ key }) => key.startsWith("option"))?.value).toMatch(/x…$/);
  });

  it("takes credentials from the environment alone", async () => {
    const server = await mlflowServer();
    const sent = async (env: Credentials) => {
      await exportMlflow(client(server, env), []);
      await client(server, env).post("runs/search", { experiment_ids: [], max_results: 1 }, {
        safeParse: (data: unknown) => ({ success: true, data }),
      } as never);
      return server.requests.at(-1)?.authorization;
    };
    expect(await sent({})).toBeUndefined();
    expect(await sent({ MLFLOW_TRACKING_TOKEN: "abc" })).toBe("Bearer abc");
    const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    expect(await sent({ MLFLOW_TRACKING_USERNAME: "me", MLFLOW_TRACKING_PASSWORD: "secret" })).toBe(basic);
    expect(() => mlflowClient("https://me:secret@host", {})).toThrow(/holds a password/);
    expect(() => mlflowClient("https://me:secret@host", {})).not.toThrow(/secret@/);
    expect(() => mlflowClient("localhost:5000", {})).toThrow(/is no address of an MLflow server/);
  });

  it("says what came back when it is no MLflow server, or none at all", async () => {
    const server = await mlflowServer();
    const elsewhere = mlflowClient(`${server.address}/elsewhere`, {}, async () => {});
    await expect(exportMlflow(elsewhere, trials)).rejects.toThrow(/404 .*ENDPOINT_NOT_FOUND/);
    const nobody = mlflowClient("http://127.0.0.1:9", {}, async () => {});
    await expect(exportMlflow(nobody, trials)).rejects.toThrow(/127\.0\.0\.1:9.* says: /);
  });
});
