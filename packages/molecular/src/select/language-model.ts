import { join } from "node:path";
import { cacheDirectory } from "@outrigger/core/data/source";
import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import type { Candidate } from "../book/book.ts";
import { readNames } from "./answer.ts";
import { ask } from "./conversation.ts";
import type { DatasetDescription } from "./dataset-description.ts";
import { type EndpointOptions, type Environment, endpoint, endpointKey } from "./endpoint.ts";
import { remembered, type Send } from "./exchanges.ts";
import { choosePrompt, compressPrompt, describePrompt, type Message } from "./prompts.ts";
import { narrowInRounds } from "./rounds.ts";
import type { Selection } from "./selection.ts";

export interface LanguageModelOptions extends EndpointOptions {
  /** Default `$OUTRIGGER_LLM_MODEL`; there is no other default, because a name is only good at one endpoint. */
  readonly model?: string;
  /** Rounds of questions; each ends with a vote for a few candidates. Default 5. */
  readonly rounds?: number;
  /** Most candidates in one question, at least twice `most`; default 45, so that a small model reads them all. */
  readonly chunk?: number;
  /** Most names in one answer; default 10. */
  readonly most?: number;
  /** Words of the description that every question repeats; default 120. */
  readonly words?: number;
  /** Times that a question is asked until its answer can be used; default 3. */
  readonly attempts?: number;
  /** Default 0.2: rounds differ by the order of the candidates already. `null` leaves it to the endpoint; some models accept none. */
  readonly temperature?: number | null;
  /** Of the order in which candidates are shown. Default 0. */
  readonly seed?: number;
  /** Folder where every exchange is kept; default `language-model` in the cache folder. `false`: none are kept. */
  readonly cache?: string | false;
  /** Answer from that folder alone: no connection is opened, and a missing exchange is an error. */
  readonly replay?: boolean;
  /** Default `process.env`. */
  readonly env?: Environment;
}

function checked(
  options: LanguageModelOptions,
): Required<
  Pick<LanguageModelOptions, "rounds" | "chunk" | "most" | "words" | "attempts" | "temperature" | "seed">
> & { readonly model: string } {
  const {
    rounds = 5,
    chunk = 45,
    most = 10,
    words = 120,
    attempts = 3,
    temperature = 0.2,
    seed = 0,
  } = options;
  const model = options.model || (options.env ?? process.env)["OUTRIGGER_LLM_MODEL"];
  if (!model) {
    const said =
      "No language model is named. Set OUTRIGGER_LLM_MODEL (or model) to one that the endpoint has.";
    throw new OutriggerError("bad-option", said, { reason: "endpoint" });
  }
  for (const [name, value] of Object.entries({ rounds, chunk, most, words, attempts })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new OutriggerError("bad-option", `${name} must be a whole number from 1, not ${value}.`, {
      [name]: value,
    });
  }
  if (chunk < 2 * most) {
    const said = `chunk (${chunk}) must be at least twice most (${most}), or questions need not narrow the choice.`;
    throw new OutriggerError("bad-option", said, { most, chunk });
  }
  return { model, rounds, chunk, most, words, attempts, temperature, seed };
}

/**
 * Chooses candidates by the votes of a language model, in several rounds: it is told what the dataset is and explains the property; shortens
 * that; and is then asked for the candidates most related to it, `chunk` at a time and shuffled, until one question has left at most `most`. Those get a vote;
 * after `rounds` rounds the `keep` with most votes are taken, ties to the one that the model put nearer to the front. After AutAuT (Zhong and
 * Mottin, "Automatic Auxiliary Task Selection and Adaptive Weighting Boost Molecular Property Prediction", NeurIPS 2025,
 * https://openreview.net/forum?id=fe5Wc0fZUT) as its public code describes the steps; the prompts are this package's own.
 *
 * What is sent is in prompts.ts: statistics of the labels, the user's words, the names and explanations of candidates; molecules only if the
 * description holds any. Invented names are counted and never used.
 *
 * Cost: 2 + 5 · rounds questions for the whole book, each of some 2,000 tokens; none that the folder already holds.
 *
 * @throws OutriggerError `bad-option`; `download` when the endpoint refuses, is not reached or not done in time; `bad-data` when its answers
 *   cannot be used; `missing-data` when a replay lacks an exchange. `details.reason` is `endpoint`, `time`, `answer` or `replay`.
 */
export async function languageModelVotes(
  candidates: readonly Candidate[],
  keep: number,
  dataset: DatasetDescription,
  options: LanguageModelOptions = {},
): Promise<Selection> {
  const settings = checked(options);
  const { rounds, chunk, most, words, seed } = settings;
  const { replay = false, onProgress, env = process.env } = options;
  const notes: string[] = [];
  const unreachable: Send = () => Promise.reject(new Error("A replay sends nothing."));
  const exchanges = await remembered(replay ? unreachable : await endpoint(options, env), {
    folder: options.cache ?? join(cacheDirectory(), "language-model"),
    replay,
    secret: endpointKey(options, env),
    onNote: (note) => notes.push(note),
  });
  const text = (prompt: readonly Message[]): Promise<string> =>
    ask(exchanges, settings, prompt, (value) => ({ ok: true, value }));

  onProgress?.(`language model: ${settings.model} describes "${dataset.target}"`);
  const explanation = await text(describePrompt(dataset));
  const summary = (await text(compressPrompt(explanation, words))).slice(0, 20 * words);

  const byName = new Map(candidates.map((each) => [each.name, each]));
  const invented: string[] = [];
  const choose = async (part: readonly string[]): Promise<readonly string[]> => {
    const prompt = choosePrompt(
      dataset,
      summary,
      part.map((name) => byName.get(name)!),
      most,
    );
    const chosen = await ask(exchanges, settings, prompt, (value) => readNames(value, part, most));
    invented.push(...chosen.unknown);
    return chosen.names;
  };
  const random = Random.seeded(seed, "select/language-model");
  const ranked = await narrowInRounds([...byName.keys()], random, choose, {
    rounds,
    chunk,
    most,
    onProgress,
  });

  if (ranked.length === 0) {
    const said = `${settings.model} chose none of ${candidates.length} candidates in ${rounds} rounds. Say more of the property (property, about), or choose by the frozen votes.`;
    throw new OutriggerError("bad-data", said, { reason: "answer" });
  }
  if (ranked.length < keep) notes.push(`Only ${ranked.length} of ${keep} candidates got a vote.`);
  if (invented.length > 0) {
    const shown = [...new Set(invented)].slice(0, 10).map((name) => JSON.stringify(name.slice(0, 60)));
    notes.push(
      `${invented.length} names in the answers were not among the candidates asked about and were not used: ${shown.join(", ")}.`,
    );
  }
  return {
    names: ranked.slice(0, keep).map(({ name }) => name),
    how: "language-model",
    notes,
    votes: Object.fromEntries(ranked.map(({ name, votes }) => [name, votes])),
    settings: { ...settings, keep, molecules: dataset.examples.length, ...exchanges.counts() },
  };
}
