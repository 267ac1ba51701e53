import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import {
  describeDataset,
  enumeratedSmiles,
  type LanguageModelOptions,
  type Selection,
  selectCandidates,
} from "../../src/index.ts";
import { type Behaviour, good, offered, say } from "./chat-server.ts";

export const KEY: string = "sk-very-secret-0123456789";
export const SMILES: readonly string[] = enumeratedSmiles(40);
export const table = {
  smiles: SMILES,
  targets: {
    logS: {
      values: Float64Array.from(SMILES, (_, i) => (i === 3 ? 0 : Math.sin(i) - 3)),
      present: Uint8Array.from(SMILES, (_, i) => Number(i !== 3)),
    },
  },
};
export const dataset = describeDataset(table, "logS", {
  property: "solubility in water",
  unit: "log10(mol/l)",
  about: "Shake-flask, 298 K.",
});

/** Where exchanges are kept, see `newFolderEachTest`. */
export let folder: string;
/** Called by every file that asks: hooks of a module's top level would hold for the first file of a process alone. */
export function newFolderEachTest(): void {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "exchanges-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
}

export const quick: LanguageModelOptions = {
  apiKey: KEY,
  model: "test",
  rounds: 2,
  timeoutMs: 20_000,
  backoffMs: 1,
  env: {},
};

export const ask = (
  baseUrl: string,
  options: LanguageModelOptions = {},
  rest: { keep?: number; fallback?: "frozen-votes"; dataset?: typeof dataset } = {},
): Promise<Selection> =>
  selectCandidates({
    how: "language-model",
    dataset,
    ...rest,
    model: { cache: folder, ...quick, baseUrl, ...options },
  });

/** Behaves as `bad` for the first `times` requests of a kind, well after. */
export const first = (times: number, bad: Behaviour): Behaviour => {
  let left = times;
  return (seen, response, nth) => (left-- > 0 ? bad(seen, response, nth) : good(seen, response, nth));
};

/** Answers questions for names badly `times` times, prose always well. */
export const firstNames = (times: number, answer: (names: readonly string[]) => string): Behaviour => {
  let left = times;
  return (seen, response, nth) => {
    const names = offered(seen);
    if (names.length === 0 || left-- <= 0) good(seen, response, nth);
    else say(response, answer(names));
  };
};

export const storedText = (): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("");
