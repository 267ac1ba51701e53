import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addSelect } from "../src/cli/select.ts";
import { enumeratedSmiles } from "../src/index.ts";
import { chatServer, good } from "./support/chat-server.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "select-"));
  file = join(folder, "data.csv");
  const rows = enumeratedSmiles(30).map((smiles, i) => `${smiles},${(-i / 7).toFixed(2)}`);
  writeFileSync(file, `smiles,logS\n${rows.join("\n")}\n`);
  vi.stubEnv("OUTRIGGER_CACHE", join(folder, "cache"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function run(...words: readonly string[]): Promise<{ readonly out: string; readonly err: string }> {
  const [out, err] = [[] as string[], [] as string[]];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => out.push(String(text)) > 0);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0);
  const program = new Command().exitOverride();
  addSelect(program);
  program.commands[0]!.exitOverride();
  try {
    await program.parseAsync(["select", file, "--target", "logS", ...words], { from: "user" });
  } finally {
    vi.restoreAllMocks();
  }
  return { out: out.join(""), err: err.join("") };
}

describe("the select command", () => {
  it("prints what was chosen, with votes and explanations; the column's name tells the property", async () => {
    const { out, err } = await run();
    expect(out.split("\n").slice(0, 3)).toEqual([
      "Chosen by frozen-votes, with votes:",
      "CrippenClogP        10  Crippen's estimate of the octanol-water partition coefficient: lipophilicity. [log10]",
      "tpsa                 9  Topological polar surface area: the surface of nitrogen and oxygen and their hydrogens. [Å²]",
    ]);
    expect([out.trim().split("\n").length, err]).toEqual([6, ""]);
  });

  it("prints JSON, draws by the seed, and says what a property is not known as", async () => {
    const one = JSON.parse((await run("--how", "random", "--seed", "4", "--keep", "7", "--json")).out) as {
      names: string[];
      chosen: object[];
    };
    expect([one.names.length, one.chosen.length]).toEqual([7, 7]);
    expect(one).toMatchObject({ how: "random", settings: { seed: 4, keep: 7 } });
    expect((await run("--property", "boiling point")).out).toContain(
      'Note: "boiling point" belongs to no family',
    );
  });

  it("asks a language model without sending a molecule, and replays without one", async () => {
    await using server = await chatServer(good);
    vi.stubEnv("OPENAI_BASE_URL", server.baseUrl);
    vi.stubEnv("OPENAI_API_KEY", "sk-local-0123456789");
    vi.stubEnv("OUTRIGGER_LLM_MODEL", "local");
    const words = ["--how", "language-model", "--rounds", "1", "--about", "Shake-flask.", "--json"];
    const asked = await run(...words);
    expect(JSON.parse(asked.out)).toMatchObject({
      how: "language-model",
      names: expect.arrayContaining(["tpsa"]),
    });
    expect(asked.err).toContain("language model: round 1 of 1");
    const sent = server.seen.map(({ text }) => text).join("\n");
    const long = enumeratedSmiles(30).filter((smiles) => smiles.length > 8);
    expect(long.filter((smiles) => sent.includes(smiles))).toEqual([]);
    expect(sent).toContain("Shake-flask.");

    const count = server.seen.length;
    vi.stubEnv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1");
    const replayed = await run(...words, "--replay");
    expect((JSON.parse(replayed.out) as { names: unknown }).names).toEqual(
      (JSON.parse(asked.out) as { names: unknown }).names,
    );
    await expect(run(...words, "--replay", "--seed", "9")).rejects.toThrow(/cannot be replayed/);

    vi.stubEnv("OPENAI_BASE_URL", server.baseUrl);
    await run(...words, "--send-molecules", "4");
    const first = server.seen[count]!.body.messages[1]!.content;
    expect(/as SMILES: (.*)$/m.exec(first)![1]!.split(" ")).toHaveLength(4);
  });

  it("refuses what makes no sense, with a message", async () => {
    await expect(run("--send-molecules")).rejects.toThrow(/only means something with --how language-model/);
    await expect(run("--keep", "0")).rejects.toThrow(/whole number of at least 1/);
    await expect(run("--how", "magic")).rejects.toThrow(/Allowed choices are/);
    await expect(run("--how", "language-model")).rejects.toThrow(/OUTRIGGER_LLM_MODEL/);
    await expect(run("--smiles", "mol")).rejects.toThrow(/mol/);
  });
});
