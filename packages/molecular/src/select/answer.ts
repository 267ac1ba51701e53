import { z } from "zod";

/** What an endpoint must answer, of all that it may. */
const COMPLETION = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

const NAMES = z.object({ names: z.array(z.string()) });

/** What could be made of an answer, or why it cannot be used, as a sentence for the model. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/**
 * The text of a chat completion. A block of `<think>` in front, as some local models write, is no part of the answer.
 */
export function textOf(response: unknown): Read<string> {
  const parsed = COMPLETION.safeParse(response);
  const text = parsed.success
    ? parsed.data.choices[0]!.message.content.replace(/^\s*<think>[^]*?<\/think>/, "").trim()
    : "";
  return text === "" ? { ok: false, why: "it holds no text." } : { ok: true, value: text };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Names that a model chose, no more than it was asked for, and those that it was not asked about. */
export interface ChosenNames {
  readonly names: readonly string[];
  readonly unknown: readonly string[];
}

/**
 * Reads `{"names": [...]}`, alone or in one Markdown fence. A name that is not among `asked` is never used; an answer of which no name is
 * known cannot be used at all. An empty list is a valid answer.
 */
export function readNames(text: string, asked: readonly string[], most: number): Read<ChosenNames> {
  const fenced = /^```(?:json)?\s*([^]*?)\s*```$/.exec(text);
  const json = parseJson(fenced ? fenced[1]! : text);
  if (json === undefined) return { ok: false, why: "it is not JSON alone." };
  const parsed = NAMES.safeParse(json);
  if (!parsed.success) return { ok: false, why: 'it has not the form {"names": ["first", "second"]}.' };
  const given = [...new Set(parsed.data.names)];
  const known = given.filter((name) => asked.includes(name));
  const unknown = given.filter((name) => !asked.includes(name));
  if (known.length === 0 && unknown.length > 0)
    return {
      ok: false,
      why: "none of its names is in the list; use the names exactly as they are written there.",
    };
  return { ok: true, value: { names: known.slice(0, most), unknown } };
}
