/** Why one try failed. */
export interface Complaint {
  /** Whether it may be different next time. */
  readonly passing: boolean;
  /** A clause for people, without the key. */
  readonly why: string;
  readonly cure?: string;
  /** What the server asked for. */
  readonly retryAfterMs?: number;
}

const CURES: Readonly<Record<number, string>> = {
  400: "Set options that this model accepts; some accept no temperature (temperature: null).",
  401: "Set OPENAI_API_KEY to a valid key.",
  403: "Set OPENAI_API_KEY to a key that may use this model.",
  404: "Set OPENAI_BASE_URL and OUTRIGGER_LLM_MODEL to an endpoint and a model that exist.",
};

/** Milliseconds of a `retry-after` header, in seconds or as a date; undefined where it is absent or senseless. */
export function retryAfter(headers: Headers | undefined, now: number = Date.now()): number | undefined {
  const text = headers?.get("retry-after");
  if (text === null || text === undefined) return undefined;
  const wait = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/** The innermost message: "fetch failed" alone says nothing. */
function reason(error: unknown): string {
  let inner = error as Error & { cause?: unknown; code?: string };
  while (inner.cause instanceof Error) inner = inner.cause as typeof inner;
  return inner.message || inner.code || String(error);
}

const isFailure = (
  error: unknown,
): error is { status: number; headers?: Headers; code?: string | null; message: string } =>
  typeof (error as { status?: unknown } | null)?.status === "number";

/** Reads what the client threw: an answer with an error status, a connection that failed, or a body that is not what it says. */
export function complaintOf(error: unknown, apiKey: string | undefined): Complaint {
  const plain = (text: string): string => {
    const short = text.replaceAll(/\s+/g, " ").slice(0, 300).replace(/\.$/, "");
    return apiKey === undefined || apiKey === "" ? short : short.replaceAll(apiKey, "[key]");
  };
  if (!isFailure(error)) return { passing: true, why: `the connection failed (${plain(reason(error))})` };
  const { status, headers, code, message } = error;
  const why = `it answered ${plain(message)}`;
  if (code === "insufficient_quota")
    return { passing: false, why, cure: "The account has no credit left: add some, or use another key." };
  const wait = retryAfter(headers);
  const passing = status === 408 || status === 409 || status === 429 || status >= 500;
  const cure = CURES[status];
  return {
    passing,
    why,
    ...(cure === undefined ? {} : { cure }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}
