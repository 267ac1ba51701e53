import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { candidateBook } from "../../src/book/book.ts";
import { cardPage } from "../../src/card/card-page.ts";
import { enumeratedSmiles } from "../../src/data/enumerated.ts";
import { readPredictor } from "../../src/predictor/folder.ts";
import { frozenVotes } from "../../src/select/frozen-votes.ts";
import { type TrainingEvent, trainPredictor } from "../../src/training/train-predictor.ts";
import { chatServer, good, json } from "../support/chat-server.ts";
import { command, quick, temporary, tiny, tinyCsv, tinyFlags, tinyTable } from "./tiny.ts";

const folder = temporary();
const at = (name: string): string => join(folder, name);
const data = at("data.csv");
writeFileSync(data, tinyCsv(60).replace("smiles,y,", "smiles,logS,"));
const flags = tinyFlags
  .map((flag) => (flag === "y" ? "logS" : flag))
  .concat("--ensemble", "1", "--epochs", "1");
const train = (out: string, ...words: readonly string[]) =>
  command("train", data, ...flags, "--out", at(out), ...words);

beforeEach(() => {
  vi.stubEnv("OUTRIGGER_CACHE", at("cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

interface Report {
  readonly auxiliaries: readonly string[];
  readonly selection: { readonly how: string; readonly notes: readonly string[] } | null;
  readonly notes: readonly string[];
}
const reportOf = (out: string): Report =>
  (JSON.parse(readFileSync(join(at(out), "model.json"), "utf8")) as { report: Report }).report;

describe("train --auxiliary", () => {
  it("auto takes the frozen votes for the target's name, and says so in record, summary and card", async () => {
    const { code, out } = await train("auto", "--auxiliary", "auto");
    expect(code).toBe(0);
    const report = reportOf("auto");
    expect(report.auxiliaries).toHaveLength(5);
    const among = new Set(candidateBook.map(({ name }) => name));
    const ranking = frozenVotes("solubility", 150, among).names;
    expect(ranking.filter((name) => report.auxiliaries.includes(name))).toEqual(report.auxiliaries);
    expect(report.selection).toMatchObject({
      how: "frozen-votes",
      settings: { family: "solubility", keep: 5 },
      names: report.auxiliaries,
    });
    const said = `chosen by the frozen votes for solubility: ${report.auxiliaries.join(", ")}`;
    expect(out).toContain(`auxiliary tasks, ${said}`);
    expect(out).toContain(`Auxiliary tasks, ${said}; weighed by uniform.`);
    const predictor = await readPredictor(at("auto"));
    expect(await cardPage(predictor)).toContain(
      "chosen by the frozen votes for solubility, weighed by uniform",
    );
    await predictor.dispose();
  });

  it("goes by --property where that is given, keeps --keep, and notes a property that nothing is known of", async () => {
    await train("brain", "--auxiliary", "auto", "--property", "blood-brain barrier", "--keep", "3");
    expect(reportOf("brain").selection).toMatchObject({
      settings: { family: "blood-brain barrier", keep: 3 },
    });
    expect(reportOf("brain").auxiliaries).toHaveLength(3);
    const { out } = await train("odd", "--auxiliary", "auto", "--property", "boiling point");
    expect(out).toContain('"boiling point" belongs to no family of the frozen votes');
    expect(reportOf("odd").notes.join()).toContain("belongs to no family");
  });

  it("takes any name of the book, leaves out what does not vary with a note, and never the target", async () => {
    await train("names", "--auxiliary", "BalabanJ", "--auxiliary", "fr_COO,fr_azide,tpsa");
    const { auxiliaries, selection, notes } = reportOf("names");
    expect(auxiliaries).toEqual(expect.arrayContaining(["BalabanJ", "tpsa"]));
    expect(auxiliaries).not.toContain("fr_azide");
    expect(selection).toMatchObject({ how: "given" });
    expect(notes.join()).toMatch(
      /Left out, because all \d+ training molecules have the same value: .*fr_azide/,
    );
  });

  it("random draws from the whole book by the seed, and all takes all that vary", async () => {
    const drawn: string[] = [];
    for (const seed of ["1", "2"]) {
      await train(`random-${seed}`, "--auxiliary", "random", "--seed", seed);
      drawn.push(...reportOf(`random-${seed}`).auxiliaries);
    }
    const kinds = new Set(drawn.map((name) => candidateBook.find((each) => each.name === name)!.kind));
    expect(new Set(drawn).size).toBeGreaterThan(6);
    expect(kinds.size).toBeGreaterThan(1);
    await train("all", "--auxiliary", "all");
    expect(reportOf("all").auxiliaries.length).toBeGreaterThan(60);
  });

  it("language-model asks the endpoint of the environment, and sends no molecule that is not allowed", async () => {
    await using server = await chatServer(good);
    vi.stubEnv("OPENAI_BASE_URL", server.baseUrl);
    vi.stubEnv("OPENAI_API_KEY", "sk-local-0123456789");
    vi.stubEnv("OUTRIGGER_LLM_MODEL", "local");
    const words = ["--auxiliary", "language-model", "--about", "Shake-flask."];
    const { code, out } = await train("model", ...words);
    expect([code, out]).toEqual([0, expect.stringContaining("chosen by a language model (local): tpsa")]);
    expect(reportOf("model").selection).toMatchObject({ how: "language-model", settings: { molecules: 0 } });
    const sent = server.seen.map(({ text }) => text).join("\n");
    expect(sent).toContain("Shake-flask.");
    const long = enumeratedSmiles(60).filter((smiles) => smiles.length > 8);
    expect(long.filter((smiles) => sent.includes(smiles))).toEqual([]);

    const asked = server.seen.length;
    const told = await train("told", ...words, "--send-molecules", "4");
    expect(told.code).toBe(0);
    const later = server.seen
      .slice(asked)
      .map(({ text }) => text)
      .join("\n");
    expect(enumeratedSmiles(60).filter((smiles) => smiles.length > 8 && later.includes(smiles))).not.toEqual(
      [],
    );
  });

  it("language-model that cannot be asked ends the command, with what else can be done, and binds no folder", async () => {
    await using server = await chatServer((_, response) => json(response, 401, { error: { message: "no" } }));
    vi.stubEnv("OPENAI_BASE_URL", server.baseUrl);
    vi.stubEnv("OUTRIGGER_LLM_MODEL", "local");
    vi.stubEnv("OPENAI_API_KEY", "sk-local-0123456789");
    const { code, err } = await train("refused", "--auxiliary", "language-model", "--about", "Other words.");
    expect([code, err]).toEqual([1, expect.stringContaining("--auxiliary auto")]);
    expect(existsSync(at("refused"))).toBe(false);
    const loose = await train("refused", "--auxiliary", "auto", "--send-molecules");
    expect(loose.err).toContain("--send-molecules only means something with --auxiliary language-model");
  });
});

it("a run that goes on keeps the choice that it began with", async () => {
  const words = ["--auxiliary", "auto"];
  await train("kept", ...words);
  const first = reportOf("kept").auxiliaries;
  const { selection } = reportOf("kept");
  rmSync(at("kept"), { recursive: true });
  // As if another choice had been made before the interrupt.
  const other = { ...selection!, names: ["BalabanJ", "WienerIndex"] };
  mkdirSync(join(at("kept"), "training"), { recursive: true });
  writeFileSync(join(at("kept"), "training", "selection.json"), JSON.stringify(other));
  await train("kept", ...words);
  expect(first).not.toEqual(["BalabanJ", "WienerIndex"]);
  expect(reportOf("kept").auxiliaries).toEqual(["BalabanJ", "WienerIndex"]);
});

it("a command that fails before its first fit binds no folder to the tasks that it had drawn", async () => {
  const wrong = ["--auxiliary", "random", "--target", "class", "--method", "single-task"];
  const failed = await train("unbound", ...wrong);
  expect([failed.code, failed.err]).toEqual([1, expect.stringContaining("ends with the first of 2 targets")]);
  expect((await train("unbound", "--auxiliary", "tpsa")).code).toBe(0);
  expect(reportOf("unbound").auxiliaries).toEqual(["tpsa"]);
});

it("a method that is none is refused before anything is computed", async () => {
  const events: TrainingEvent[] = [];
  const chosen = tiny({ method: "magic", auxiliary: ["tpsa"] });
  const training = trainPredictor(await tinyTable(60, ["y"]), chosen, {
    ...quick,
    onProgress: (event) => events.push(event),
  });
  await expect(training).rejects.toThrow(/no method "magic"/);
  expect(events).toEqual([]);
});
