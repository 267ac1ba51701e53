import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Run {
  info: {
    run_id: string;
    experiment_id: string;
    status: string;
    start_time: number;
    end_time?: number;
    run_name: string;
  };
  data: {
    tags: Pair[];
    params: Pair[];
    metrics: { key: string; value: number; step: number; timestamp: number }[];
  };
  deleted: boolean;
}

interface Pair {
  key: string;
  value: string;
}

/** What comes before the answer: a status, or a connection that breaks. */
type Trouble = number | "break";

/** An MLflow server in memory, as far as its REST API is used, with its limits. */
export interface MlflowServer {
  readonly address: string;
  readonly experiments: Map<string, string>;
  readonly runs: Run[];
  readonly requests: { path: string; authorization?: string }[];
  /** Troubles of the next requests whose path ends so. */
  readonly troubles: { path: string; trouble: Trouble }[];
}

interface Refusal {
  readonly status: number;
  readonly error_code: string;
  readonly message: string;
}

const refuse = (status: number, error_code: string, message: string): Refusal => ({
  status,
  error_code,
  message,
});

export async function mlflowServer({ pageSize = 1000 } = {}): Promise<MlflowServer> {
  const experiments = new Map<string, string>();
  const runs: Run[] = [];
  const requests: MlflowServer["requests"] = [];
  const troubles: MlflowServer["troubles"] = [];
  const runOf = (id: unknown) => {
    const run = runs.find(({ info, deleted }) => info.run_id === id && !deleted);
    if (!run) throw refuse(404, "RESOURCE_DOES_NOT_EXIST", `Run '${String(id)}' not found`);
    return run;
  };

  // biome-ignore format: one endpoint, one entry
  const endpoints: Record<string, (body: Record<string, unknown>) => unknown> = {
    "GET experiments/get-by-name": ({ experiment_name }) => {
      const id = experiments.get(String(experiment_name));
      if (id === undefined) throw refuse(404, "RESOURCE_DOES_NOT_EXIST", "Could not find experiment");
      return { experiment: { experiment_id: id, name: experiment_name } };
    },
    "POST experiments/create": ({ name }) => {
      if (experiments.has(String(name))) throw refuse(400, "RESOURCE_ALREADY_EXISTS", "Experiment exists");
      experiments.set(String(name), String(experiments.size + 1));
      return { experiment_id: String(experiments.size) };
    },
    "POST runs/search": ({ experiment_ids, page_token, max_results }) => {
      const ids = experiment_ids as string[];
      const own = runs.filter(({ info, deleted }) => ids.includes(info.experiment_id) && !deleted);
      const from = Number(page_token ?? 0);
      const to = from + Math.min(pageSize, Number(max_results));
      return { runs: own.slice(from, to), ...(to < own.length ? { next_page_token: String(to) } : {}) };
    },
    "POST runs/create": ({ experiment_id, start_time, run_name, tags }) => {
      const info = { run_id: `run${runs.length}`, experiment_id: String(experiment_id), status: "RUNNING", start_time: Number(start_time), run_name: String(run_name) };
      runs.push({ info, data: { tags: tags as Pair[], params: [], metrics: [] }, deleted: false });
      return { run: { info } };
    },
    "POST runs/log-batch": ({ run_id, metrics = [], params = [] }) => {
      const { data } = runOf(run_id);
      const [m, p] = [metrics as Run["data"]["metrics"], params as Pair[]];
      if (m.length + p.length > 1000 || p.length > 100) throw refuse(400, "INVALID_PARAMETER_VALUE", "too many in one batch");
      const bad = [...m, ...p].find(({ key }) => !/^[\w\-. /]+$/.test(key));
      if (bad) throw refuse(400, "INVALID_PARAMETER_VALUE", `Invalid name '${bad.key}'`);
      if (p.some(({ value }) => value.length > 6000)) throw refuse(400, "INVALID_PARAMETER_VALUE", "Param value too long");
      data.metrics.push(...m);
      data.params.push(...p);
      return {};
    },
    "POST runs/update": ({ run_id, status, end_time }) => {
      Object.assign(runOf(run_id).info, { status, end_time });
      return {};
    },
    "POST runs/delete": ({ run_id }) => {
      runOf(run_id).deleted = true;
      return {};
    },
  };

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? "", "http://localhost");
      const path = url.pathname.replace("/api/2.0/mlflow/", "");
      requests.push({ path, authorization: request.headers.authorization });
      const index = troubles.findIndex((entry) => path.endsWith(entry.path));
      const [trouble] = index >= 0 ? troubles.splice(index, 1) : [];
      if (trouble?.trouble === "break") return request.socket.destroy();
      const answer = (status: number, body: unknown) =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (trouble)
        return answer(trouble.trouble, { error_code: "TEMPORARILY_UNAVAILABLE", message: "later" });
      const body =
        request.method === "GET" ? Object.fromEntries(url.searchParams) : JSON.parse(await text(request));
      try {
        const endpoint = endpoints[`${request.method} ${path}`];
        if (!endpoint) throw refuse(404, "ENDPOINT_NOT_FOUND", path);
        return answer(200, endpoint(body as Record<string, unknown>));
      } catch (error) {
        const { status, ...said } = error as Refusal;
        return answer(status, said);
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, experiments, runs, requests, troubles };
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
