import { setTimeout as sleep } from "node:timers/promises";
import { OutriggerError } from "@outrigger/core/error";
import { type Complaint, complaintOf } from "./complaint.ts";
import type { RequestBody, Send } from "./exchanges.ts";

/** How to reach an OpenAI-compatible endpoint, and how long to try. */
export interface EndpointOptions {
  /** Address up to and with `/v1`; default `$OPENAI_BASE_URL`, else OpenAI's. */
  readonly baseUrl?: string;
  /** Default `$OPENAI_API_KEY`; a server of one's own often needs none. */
  readonly apiKey?: string;
  /** Milliseconds for one answer; default 60,000. */
  readonly timeoutMs?: number;
  /** Milliseconds for all questions together, waits included; default 600,000. */
  readonly totalMs?: number;
  /** Further tries after 408, 409, 429, 5xx, a broken connection or a timeout; default 5. */
  readonly retries?: number;
  /** First wait between tries in milliseconds, doubled every time up to 32-fold, unless the server names one; default 1,000. */
  readonly backoffMs?: number;
  readonly signal?: AbortSignal;
  /** One line of text for every question and every wait. */
  readonly onProgress?: (line: string) => void;
}

/** Where the settings that no option names come from. */
export type Environment = Readonly<Record<string, string | undefined>>;

const OPENAI = "https://api.openai.com/v1";

function checkTimes(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    const least = name === "retries" || name === "backoffMs" ? 0 : 1;
    if (Number.isInteger(value) && value >= least) continue;
    throw new OutriggerError("bad-option", `${name} must be a whole number from ${least}, not ${value}.`, {
      [name]: value,
    });
  }
}

function address(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  const said =
    "OPENAI_BASE_URL (or baseUrl) must be an http or https address without a user name, such as http://localhost:11434/v1.";
  throw new OutriggerError("bad-option", said, { reason: "endpoint" });
}

/** Rejects as soon as the signal says so, even if the promise itself never settles. */
function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** The key in use, or undefined where a server of one's own is asked without one. */
export const endpointKey = (options: EndpointOptions, env: Environment): string | undefined =>
  options.apiKey || env["OPENAI_API_KEY"] || undefined;

/**
 * A function that sends one request for a chat completion, and is patient: 408, 409, 429 and 5xx, broken connections and timeouts are tried
 * again after a wait that doubles, or that the server asks for in `retry-after`. The time limit for all begins now.
 *
 * @throws OutriggerError `bad-option` (an address that is none, no key for OpenAI's own); from the returned function `download` when the
 *   endpoint refuses or cannot be reached, or time is up, with `details.reason` `endpoint` or `time`. An abort throws the signal's reason.
 */
export async function endpoint(options: EndpointOptions = {}, env: Environment = process.env): Promise<Send> {
  const { timeoutMs = 60_000, totalMs = 600_000, retries = 5, backoffMs = 1000, onProgress } = options;
  checkTimes({ timeoutMs, totalMs, retries, backoffMs });
  const url = address(options.baseUrl || env["OPENAI_BASE_URL"] || OPENAI);
  const apiKey = endpointKey(options, env);
  const place = `${url.origin}${url.pathname}`;
  if (apiKey === undefined && place.startsWith(OPENAI)) {
    const said =
      "There is no key for the language model. Set OPENAI_API_KEY, or OPENAI_BASE_URL to a server that needs none; or choose by the frozen votes.";
    throw new OutriggerError("bad-option", said, { reason: "endpoint" });
  }
  const { OpenAI } = await import("openai");
  const client = new OpenAI({ apiKey: apiKey ?? "none", baseURL: url.href, maxRetries: 0, logLevel: "off" });
  const until = Date.now() + totalMs;
  const stopped = options.signal ?? new AbortController().signal;

  const attempt = async (
    body: RequestBody,
    limit: number,
  ): Promise<{ response: unknown } | { complaint: Complaint }> => {
    const patience = AbortSignal.timeout(limit);
    const signal = AbortSignal.any([stopped, patience]);
    try {
      const sent = client.chat.completions.create(body as never, { signal, timeout: limit + 1000 });
      return { response: await within(signal, sent) };
    } catch (error) {
      stopped.throwIfAborted();
      if (patience.aborted)
        return { complaint: { passing: true, why: `no answer within ${limit / 1000} s` } };
      return { complaint: complaintOf(error, apiKey) };
    }
  };

  const timeIsUp = (why: string): OutriggerError =>
    new OutriggerError(
      "download",
      `The language model at ${place} was not done within ${totalMs / 1000} s (${why}). Give it more time (totalMs), ask it less (rounds), or choose by the frozen votes.`,
      { reason: "time" },
    );

  return async (request) => {
    for (let tried = 1; ; tried++) {
      stopped.throwIfAborted();
      const left = until - Date.now();
      if (left <= 0) throw timeIsUp("the last question was not sent");
      const outcome = await attempt(request, Math.min(timeoutMs, left));
      if ("response" in outcome) return outcome.response;
      const { passing, why, cure, retryAfterMs } = outcome.complaint;
      if (!passing || tried > retries) {
        const times = tried === 1 ? "" : ` after ${tried} tries`;
        const said = `The language model at ${place} gave no answer${times}: ${why}. ${cure ?? "Try later, or choose by the frozen votes."}`;
        throw new OutriggerError("download", said, { reason: "endpoint", tries: tried });
      }
      const wait = retryAfterMs ?? backoffMs * 2 ** Math.min(tried - 1, 5);
      if (Date.now() + wait >= until) throw timeIsUp(`${why}, and the next try is ${wait / 1000} s away`);
      onProgress?.(`language model: ${why}; try ${tried + 1} of ${retries + 1} in ${wait / 1000} s`);
      await sleep(wait, undefined, { signal: stopped }).catch(() => stopped.throwIfAborted());
    }
  };
}
