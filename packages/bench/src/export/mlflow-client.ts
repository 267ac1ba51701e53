import { z } from "zod";
import { BenchError } from "../error.ts";

/** Answers that say nothing but "later". */
const passing = new Set([408, 429, 500, 502, 503, 504]);
const tries = 3;
/** For one answer, in milliseconds. */
const patience = 30_000;

/** MLflow's REST API, version 2.0 (https://mlflow.org/docs/latest/rest-api.html). */
export interface MlflowClient {
  /** @returns the parsed answer; null when the server says that there is no such thing. */
  get<T>(path: string, query: Record<string, string>, schema: z.ZodType<T>): Promise<T | null>;
  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
}

/** What a client reads from the environment, as MLflow's own clients do: never from the command line. */
export type Credentials = Readonly<
  Partial<Record<"MLFLOW_TRACKING_TOKEN" | "MLFLOW_TRACKING_USERNAME" | "MLFLOW_TRACKING_PASSWORD", string>>
>;

/**
 * A client for one server; answers that ask for patience (408, 429, 5xx) and broken connections are tried three times.
 *
 * @throws BenchError "bad-option" for an address that is none or holds a password. Calls throw "export-failed" with what the server said.
 */
export function mlflowClient(
  address: string,
  env: Credentials,
  pause: (tried: number) => Promise<void> = wait,
): MlflowClient {
  const base = checkedAddress(address);
  const {
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password,
  } = env;
  const basic = user === undefined ? null : Buffer.from(`${user}:${password ?? ""}`).toString("base64");
  const authorization = token === undefined ? basic && `Basic ${basic}` : `Bearer ${token}`;
  const headers = { "content-type": "application/json", ...(authorization ? { authorization } : {}) };

  async function call(path: string, init: RequestInit): Promise<{ status: number; text: string }> {
    const url = `${base}/api/2.0/mlflow/${path}`;
    for (let tried = 1; ; tried++) {
      try {
        const answer = await fetch(url, {
          ...init,
          headers,
          signal: AbortSignal.timeout(patience),
          redirect: "error",
        });
        const text = await answer.text();
        if (!passing.has(answer.status) || tried === tries) return { status: answer.status, text };
      } catch (error) {
        if (tried === tries)
          throw failure(url, (error as Error & { cause?: Error }).cause?.message ?? String(error));
      }
      await pause(tried);
    }
  }

  function read<T>(
    path: string,
    { status, text }: { status: number; text: string },
    schema: z.ZodType<T>,
  ): T {
    const url = `${base}/api/2.0/mlflow/${path}`;
    if (status !== 200) throw failure(url, `${status} ${text.slice(0, 500)}`);
    const parsed = schema.safeParse(parseJson(text));
    if (!parsed.success) throw failure(url, `an answer that MLflow does not give: ${text.slice(0, 200)}`);
    return parsed.data;
  }

  return {
    async get(path, query, schema) {
      const answer = await call(`${path}?${new URLSearchParams(query).toString()}`, { method: "GET" });
      const code = (parseJson(answer.text) as { error_code?: string } | null)?.error_code;
      return code === "RESOURCE_DOES_NOT_EXIST" ? null : read(path, answer, schema);
    },
    async post(path, body, schema) {
      return read(path, await call(path, { method: "POST", body: JSON.stringify(body) }), schema);
    },
  };
}

const wait = (tried: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tried));

function checkedAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new BenchError(
      "bad-option",
      `"${address}" is no address of an MLflow server; give http://… or https://….`,
    );
  if (url.username || url.password) {
    throw new BenchError(
      "bad-option",
      "The address of the MLflow server holds a password, which would end up in logs. Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.",
    );
  }
  return address.replace(/\/+$/, "");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const failure = (url: string, said: string): BenchError =>
  new BenchError(
    "export-failed",
    `The MLflow server at ${url} says: ${said}. What was exported before stays there; the same command goes on.`,
  );
