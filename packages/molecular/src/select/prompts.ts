import type { Candidate } from "../book/book.ts";
import type { DatasetDescription } from "./dataset-description.ts";

// Every word that is sent to a language model is in this file.

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

const SYSTEM: Message = {
  role: "system",
  content:
    "You are an expert in physical and medicinal chemistry who helps to build models of molecular properties. You answer exactly in the form that is asked for.",
};

/** The facts of a dataset, one a line. */
export function datasetFacts(dataset: DatasetDescription): string {
  const { target, property, unit, about, task, molecules, labelled, examples } = dataset;
  const share = `${Math.round(dataset.mean * 1000) / 10} % of them are 1`;
  const spread = `from ${dataset.lowest} to ${dataset.highest}, mean ${dataset.mean}, standard deviation ${dataset.standardDeviation}`;
  return [
    `Column to predict: ${target}`,
    ...(property === undefined ? [] : [`Property: ${property}`]),
    ...(unit === undefined ? [] : [`Unit: ${unit}`]),
    `Task: ${task}`,
    `Molecules: ${molecules}, of which ${labelled} have a label`,
    `Labels: ${task === "classification" ? `0 or 1; ${share}` : spread}`,
    ...(about === undefined ? [] : [`In the words of the one who measured it: ${about}`]),
    ...(examples.length === 0 ? [] : [`Some of the molecules, as SMILES: ${examples.join(" ")}`]),
  ].join("\n");
}

/** First question: what the property depends on. */
export const describePrompt = (dataset: DatasetDescription): Message[] => [
  SYSTEM,
  {
    role: "user",
    content: `A model shall predict a property of molecules from their structure. This is all that is known:

${datasetFacts(dataset)}

Explain what this property is, which features of a molecule raise or lower it and by which mechanism, and which numbers that can be computed from a structure formula alone are related to it. Write plain prose.`,
  },
];

/** Second question: the answer to the first in few words, which every later question repeats. */
export const compressPrompt = (explanation: string, words: number): Message[] => [
  SYSTEM,
  {
    role: "user",
    content: `Shorten the following text to at most ${words} words. Keep every statement about which features of a molecule matter and in which direction; leave out the rest. Answer with the shortened text only.

${explanation}`,
  },
];

/** The question of every round: which of these candidates are worth predicting besides the property. */
export const choosePrompt = (
  dataset: DatasetDescription,
  summary: string,
  candidates: readonly Candidate[],
  most: number,
): Message[] => [
  SYSTEM,
  {
    role: "user",
    content: `A neural network shall predict a property of molecules from their structure:

${datasetFacts(dataset)}

What is known about the property: ${summary}

While it learns, the network shall also predict a few numbers that can be computed for every molecule. They help if a network that can predict them has learned what matters for the property. These can be computed:

${candidates.map(({ name, describe, unit }) => `- ${name}: ${describe}${unit === undefined ? "" : ` (${unit})`}`).join("\n")}

Choose at most ${most} of them, those that have most to do with the property, the best first. Use the names exactly as they are written above. Answer with JSON of this form and nothing else:
{"names": ["first", "second"]}`,
  },
];

/** What an answer that could not be used is answered with. */
export const correction = (why: string): Message => ({
  role: "user",
  content: `That answer cannot be used: ${why} Answer again.`,
});
