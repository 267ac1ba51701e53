import { whole } from "@outrigger/core/command/options";
import { OutriggerError } from "@outrigger/core/error";
import { type Command, Option } from "commander";
import { candidate } from "../book/book.ts";
import { varyingCandidates } from "../book/candidate-columns.ts";
import { readMolecules } from "../data/dataset.ts";
import { describeDataset } from "../select/dataset-description.ts";
import { type SelectRequest, selectCandidates } from "../select/select.ts";
import type { Selection } from "../select/selection.ts";

interface SelectOptions {
  readonly smiles?: string;
  readonly target: string;
  readonly property?: string;
  readonly unit?: string;
  readonly about?: string;
  readonly how: "frozen-votes" | "language-model" | "random" | "all";
  readonly keep: number;
  readonly seed: number;
  readonly rounds: number;
  readonly model?: string;
  readonly sendMolecules?: number | true;
  readonly exchanges?: string;
  readonly replay?: boolean;
  readonly timeout: number;
  readonly fallback?: boolean;
  readonly json?: boolean;
}

/** Molecules that are looked at to leave out what is the same for all. */
const SAMPLE = 1000;

const progress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function request(path: string, options: SelectOptions): Promise<SelectRequest> {
  const {
    smiles,
    target,
    property,
    unit,
    about,
    how,
    keep,
    seed,
    rounds,
    model,
    sendMolecules,
    exchanges,
    replay,
    timeout,
  } = options;
  const table = await readMolecules({ path }, { smiles, targets: [target] });
  const sample = table.smiles.slice(0, SAMPLE);
  const among = await varyingCandidates(sample, [...sample.keys()]);
  if (how === "all") return { how, among };
  if (how === "random") return { how, among, keep, seed };
  if (how === "frozen-votes") return { how, among, keep, property: property ?? target };
  return {
    how,
    among,
    keep,
    dataset: describeDataset(table, target, { property, unit, about, sendMolecules, seed }),
    model: {
      model,
      rounds,
      seed,
      replay,
      timeoutMs: timeout * 1000,
      onProgress: progress,
      ...(exchanges ? { cache: exchanges } : {}),
    },
    ...(options.fallback === true ? { fallback: "frozen-votes" } : {}),
  };
}

function asText({ names, how, notes, votes }: Selection): string {
  const width = Math.max(...names.map(({ length }) => length));
  const rows = names.map((name) => {
    const { describe, unit } = candidate(name);
    const points = votes === undefined ? "" : String(votes[name] ?? "").padStart(5);
    return `${name.padEnd(width)} ${points}  ${describe}${unit === undefined ? "" : ` [${unit}]`}`;
  });
  return [
    `Chosen by ${how}${votes === undefined ? "" : ", with votes"}:`,
    ...rows,
    ...notes.map((note) => `Note: ${note}`),
  ].join("\n");
}

/** Adds `select`: which numbers are worth predicting beside a dataset's property. */
export function addSelect(program: Command): void {
  program
    .command("select")
    .description("choose auxiliary tasks for a dataset: by frozen votes, a language model, or chance")
    .argument("<file>", "CSV file with molecules and a property")
    .requiredOption("--target <column>", "column to predict")
    .option(
      "--smiles <column>",
      "column with SMILES strings (default: smiles, canonical_smiles, mol or structure)",
    )
    .option("--property <words>", "what the column is, such as solubility (default: the column's name)")
    .addOption(
      new Option("--how <way>", "how to choose")
        .choices(["frozen-votes", "language-model", "random", "all"])
        .default("frozen-votes"),
    )
    .option("--keep <number>", "how many", whole(1), 5)
    .option("--seed <number>", "seed of what is drawn", whole(0), 0)
    .option("--model <name>", "the language model (default: $OUTRIGGER_LLM_MODEL)")
    .option("--rounds <number>", "rounds of the language model", whole(1), 5)
    .option("--unit <text>", "unit of the column, told to the language model")
    .option("--about <text>", "what you know of the data, told to the language model")
    .option(
      "--send-molecules [number]",
      "allow this many molecules to be sent to the language model (10 if no number)",
      whole(1),
    )
    .option("--exchanges <folder>", "where exchanges with the language model are kept")
    .option("--replay", "answer from the kept exchanges alone, without a connection")
    .option("--timeout <seconds>", "for one answer of the language model", whole(1), 60)
    .option("--fallback", "use the frozen votes if the language model fails")
    .option("--json", "print the choice as JSON")
    .addHelpText(
      "after",
      `
The language model is any endpoint that speaks OpenAI's protocol: OPENAI_BASE_URL, OPENAI_API_KEY and OUTRIGGER_LLM_MODEL name it. It is told
the column's name, its statistics, your words and the candidates' names; no molecule, unless --send-molecules.

Examples:
  outrigger-molecular select data.csv --target logS --property solubility
  OPENAI_BASE_URL=http://localhost:11434/v1 OUTRIGGER_LLM_MODEL=qwen3 outrigger-molecular select data.csv --target logS --how language-model
  outrigger-molecular select data.csv --target logS --how random --seed 7 --json`,
    )
    .action(async (path: string, options: SelectOptions) => {
      if (options.sendMolecules !== undefined && options.how !== "language-model")
        throw new OutriggerError(
          "bad-option",
          "--send-molecules only means something with --how language-model.",
        );
      const selection = await selectCandidates(await request(path, options));
      const chosen = selection.names.map((name) => ({ ...candidate(name), votes: selection.votes?.[name] }));
      const text =
        options.json === true ? JSON.stringify({ ...selection, chosen }, null, 2) : asText(selection);
      process.stdout.write(`${text}\n`);
    });
}
