import { createHash, randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OutriggerError } from "@outrigger/core/error";
import { z } from "zod";

/** The body of a request for a chat completion: no header, no key, no address. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** Sends one request and resolves to the parsed body of the answer. */
export type Send = (request: RequestBody) => Promise<unknown>;

const EXCHANGE = z.object({
  key: z.string(),
  repeat: z.int(),
  request: z.record(z.string(), z.unknown()),
  response: z.unknown(),
});

export interface ExchangeOptions {
  /** Folder of JSONL files; `false`: nothing is read or written. */
  readonly folder: string | false;
  /** Only what is in the folder: no connection is ever opened. */
  readonly replay: boolean;
  /** A key that must not reach the disk, even if a server repeats it in an answer. */
  readonly secret?: string;
  /** Hears why an exchange could not be stored. */
  readonly onNote?: (note: string) => void;
}

const keyOf = (request: RequestBody, repeat: number): string =>
  createHash("sha256").update(JSON.stringify({ request, repeat })).digest("hex");

async function stored(folder: string): Promise<Map<string, unknown>> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.filter((name) => name.endsWith(".jsonl")).map((name) => readFile(join(folder, name), "utf8")),
  );
  const found = new Map<string, unknown>();
  for (const line of texts.flatMap((text) => text.split("\n"))) {
    const parsed = EXCHANGE.safeParse(readLine(line));
    // A line cut off by a crash is no exchange; it is asked again, or missed by a replay.
    if (parsed.success) found.set(parsed.data.key, parsed.data.response);
  }
  return found;
}

function readLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Sends what is not remembered. */
export interface Exchanges {
  readonly send: Send;
  /** Writes the exchanges since the last call to the folder: call it when an answer could be used. */
  keep(): Promise<void>;
  /** Exchanges that went to the endpoint, and those that came from the folder. */
  counts(): { readonly asked: number; readonly recalled: number };
}

/**
 * Remembers every exchange: a request that was answered before, in this run or an earlier one, is answered from the folder.
 *
 * The key of an exchange is the hash of the request's body and of how many equal requests came before it in the run; so a question that
 * is meant to be asked twice is, and a run that is started again asks nothing twice. Each run writes a file of its own. Exchanges of a
 * question that was given up are not kept, or the next run would be given the same useless answers.
 *
 * @throws OutriggerError `missing-data` from `send` if a replay needs an exchange that is not in the folder
 */
export async function remembered(send: Send, options: ExchangeOptions): Promise<Exchanges> {
  const { folder, replay, secret = "", onNote } = options;
  const known = folder === false ? new Map<string, unknown>() : await stored(folder);
  const repeats = new Map<string, number>();
  const file = `${randomUUID()}.jsonl`;
  let pending: string[] = [];
  let [asked, recalled] = [0, 0];

  // Keys shorter than this are placeholders of local servers; replacing them would damage ordinary words.
  const hidden = (line: string): string =>
    secret.length < 8 ? line : line.replaceAll(JSON.stringify(secret).slice(1, -1), "[key]");

  return {
    counts: () => ({ asked, recalled }),
    async keep() {
      const lines = pending;
      pending = [];
      if (folder === false || lines.length === 0) return;
      try {
        await mkdir(folder, { recursive: true });
        await appendFile(join(folder, file), lines.join(""));
      } catch (error) {
        onNote?.(`An exchange with the language model could not be stored: ${(error as Error).message}`);
      }
    },
    async send(request) {
      const first = keyOf(request, 0);
      const repeat = repeats.get(first) ?? 0;
      repeats.set(first, repeat + 1);
      const key = keyOf(request, repeat);
      if (known.has(key)) {
        recalled++;
        return known.get(key);
      }
      if (replay) {
        const said = `The exchange ${key.slice(0, 12)} is not in ${folder === false ? "the cache, which is switched off" : folder}, so this selection cannot be replayed. Use the options, the seed and the data of the run that wrote the folder, or ask the language model without replay.`;
        throw new OutriggerError("missing-data", said, { reason: "replay", key, folder });
      }
      const response = await send(request);
      asked++;
      pending.push(`${hidden(JSON.stringify({ key, repeat, request, response }))}\n`);
      return response;
    },
  };
}
