import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type ModelRecord, readModel } from "../../src/setup/model-folder.ts";
import { command, temporary, tiny, tinyFlags, trained, untrained } from "./tiny.ts";

const folder = temporary();
const out = (name: string): string => join(folder, name);
const bytes = (name: string): Buffer => readFileSync(join(out(name), "model.safetensors"));
const configuration = tiny();
const whole = await trained(configuration, out("whole"));

describe("a model folder", () => {
  it("holds what eval and trace need: task, vocabulary, encoding, options, version", () => {
    expect(whole.code).toBe(0);
    const record = JSON.parse(readFileSync(join(out("whole"), "model.json"), "utf8")) as ModelRecord;
    expect(record).toMatchObject({
      format: "outrigger-seq",
      version: 1,
      configuration,
      task: { name: "reverse", alphabet: ["0", "1", "2", "3", "4", "5", "6", "7", "8"] },
      vocabulary: { numbers: 0 },
      budget: { steps: 240 },
    });
    const { taskSteps } = record.budget!;
    expect(taskSteps["reverse"]! + taskSteps["restriction"]!).toBe(240);
    const { decoder, params } = readModel(out("whole"));
    expect(decoder.options.positions.name).toBe("rope");
    expect(params.tokens.table.shape).toEqual([record.vocabulary.size, 8]);
  });

  it("ends with a table by length", () => {
    expect(whole.printed).toMatch(/length +exact match +per token\n +2 +[\d.]+ %/);
    expect(whole.printed).toMatch(/\n +3 .*the longest in training\n/);
    expect(whole.printed).toMatch(/\n +6 +[\d.]+ % +[\d.]+ %\n/);
  });

  it("is not trained twice, nor by other options; --fresh starts anew", async () => {
    const again = await trained(configuration, out("whole"));
    expect(again.printed).toContain("is trained already");
    expect(again.printed.split("\n").slice(1)).toEqual(whole.printed.split("\n").slice(1));
    await expect(trained(tiny({ seed: 2, auxiliary: [] }), out("whole"))).rejects.toThrow(
      /other options: --auxiliary \(was restriction, now none\), --seed \(was 0, now 2\)\. .*--fresh/,
    );
    const before = bytes("whole");
    untrained(tiny({ steps: 1 }), out("fresh"));
    expect((await trained(configuration, out("fresh"), { fresh: true })).code).toBe(0);
    expect(bytes("fresh").equals(before)).toBe(true);
  });

  it.each([
    [
      "has version 2, and this package reads 1",
      (record: object) => JSON.stringify({ ...record, version: 2 }),
    ],
    ["is not that of a model of outrigger-seq", () => "{}"],
    ["is not JSON", () => "{"],
  ])("says what is wrong with it: %s", async (said, text) => {
    const record = JSON.parse(readFileSync(join(out("whole"), "model.json"), "utf8")) as ModelRecord;
    mkdirSync(out("odd"), { recursive: true });
    writeFileSync(join(out("odd"), "model.json"), text(record));
    const { code, err } = await command("eval", out("odd"));
    expect([code, err]).toEqual([1, expect.stringContaining(said)]);
  });

  it("refuses parameters of another shape", () => {
    untrained(tiny({ size: 16 }), out("wide"));
    writeFileSync(join(out("wide"), "model.json"), readFileSync(join(out("whole"), "model.json")));
    expect(() => readModel(out("wide"))).toThrow(/has no parameter "blocks\/0\/.*" of shape \[8\]/);
  });
});

describe("Ctrl-C", () => {
  it("leaves a checkpoint, exits with 130, and the same command goes on bit for bit", async () => {
    const run = fileURLToPath(new URL("run.ts", import.meta.url));
    const node = ["--conditions=@outrigger/source", "--import", "tsx", run];
    const child = spawn(process.execPath, [...node, "train", ...tinyFlags, "--out", out("cut")]);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (/step 12\/240/.test(output) && !child.killed) child.kill("SIGINT");
      });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, output]).toEqual([130, expect.stringContaining("The same command goes on from here")]);
    expect(existsSync(join(out("cut"), "model.safetensors"))).toBe(false);
    const evaluated = await command("eval", out("cut"));
    expect([evaluated.code, evaluated.err]).toEqual([1, expect.stringContaining("is not finished")]);
    const rest = await command("train", ...tinyFlags, "--out", out("cut"));
    expect([rest.code, rest.err]).toEqual([0, expect.stringMatching(/^continued after step \d+\n/)]);
    expect(bytes("cut").equals(bytes("whole"))).toBe(true);
    expect(rest.out).toContain(whole.printed.split("\n").slice(2, 8).join("\n"));
  });
});

describe("mistakes", () => {
  it.each([
    [["train", "--task", "revers"], /no task "revers"\. Did you mean "reverse"\?/],
    [["train", "--auxiliary", "hint"], /no auxiliary "hint"\. There are: restriction,/],
    [["train", "--task", "parity-check"], /parity-check has no restrictions that keep the answer: Every bit/],
    [["eval", "nowhere"], /nowhere has no model\.json/],
    [["trace", "nowhere"], /nowhere has no model\.json/],
  ])("%j are named on one line, with exit code 1", async (args, said) => {
    const { code, err, out: printed } = await command(...args);
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(printed).not.toContain("at ");
  });
});
