import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { program } from "../../src/cli.ts";
import { predictTable } from "../../src/command/predict.ts";
import { resultText } from "../../src/command/train.ts";
import { readPredictor } from "../../src/predictor/folder.ts";
import { measuredCoverage } from "../../src/training/report.ts";
import { command, temporary, tinyCsv, tinyFlags } from "./tiny.ts";

const folder = temporary();
process.env["OUTRIGGER_CACHE"] = join(folder, "cache");
const at = (name: string): string => join(folder, name);
const bytes = (name: string): Buffer => readFileSync(join(at(name), "model.safetensors"));
const data = at("data.csv");
writeFileSync(data, tinyCsv(60, ["C1CC", "notasmiles"]));
let whole: { code: number; out: string; err: string };

beforeAll(async () => {
  whole = await command("train", data, ...tinyFlags, "--out", at("whole"));
});

describe("train", () => {
  it("says what was read, left out and made of the labels, and how good the model is beside the mean", () => {
    expect([whole.code, whole.err]).toEqual([
      0,
      expect.stringMatching(/^model 1 of 2: 3 epochs, best on validation/),
    ]);
    expect(whole.out).toMatch(/data\.csv: 60 molecules/);
    expect(whole.out).toMatch(/2 rows are left out:\n {2}row 62, "C1CC": .*ring/);
    expect(whole.out).toContain("y: regression (seen from its labels), 60 labels");
    expect(whole.out).toContain("split random, seed 0: 48 training, 6 validation, 6 test molecules");
    expect(whole.out).toMatch(/\nmetric +test +95 % interval +without a model\nrmse +[\d.]+/);
    expect(whole.out).toMatch(
      /Intervals for 90 %: 6 of 6 test labels inside \(100 %\); the 6 validation labels are too few/,
    );
    expect(whole.out).toContain("The split is random: new molecules");
    expect(existsSync(join(at("whole"), "training"))).toBe(false);
  });

  it("does not train twice, nor with other options into the same folder; --fresh does, with the same numbers", async () => {
    const again = await command("train", data, ...tinyFlags, "--out", at("whole"));
    expect([again.code, again.out]).toEqual([0, expect.stringContaining("is trained already")]);
    const other = await command("train", data, ...tinyFlags, "--seed", "3", "--out", at("whole"));
    expect([other.code, other.err]).toEqual([1, expect.stringMatching(/seed \(was 0, now 3\)\. .*--fresh/)]);
    const before = bytes("whole");
    expect((await command("train", data, ...tinyFlags, "--fresh", "--out", at("whole"))).code).toBe(0);
    expect(bytes("whole").equals(before)).toBe(true);
  });

  it("gives no model of other data for its own", async () => {
    const renamed = at("renamed.csv");
    writeFileSync(renamed, tinyCsv(50));
    const { code, err } = await command("train", renamed, ...tinyFlags, "--out", at("whole"));
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/holds a model of data\.csv, not of renamed\.csv\. .*--fresh/),
    ]);
  });

  it.each(["configuration.json", "selection.json"])("names a damaged %s and the cure", async (name) => {
    const training = join(at(`damaged-${name}`), "training");
    mkdirSync(training, { recursive: true });
    for (const text of ["{", "null"]) {
      writeFileSync(join(training, name), text);
      const { code, err } = await command("train", data, ...tinyFlags, "--out", at(`damaged-${name}`));
      expect([code, err]).toEqual([1, expect.stringContaining(`${name} holds no JSON object. Take it away`)]);
    }
  });

  it("says nothing of the size of intervals where no test molecule has a label", async () => {
    const { record } = await readPredictor(at("whole"));
    const [target] = record.report.targets;
    const coverage = measuredCoverage(record.targets[0]!, [], record.configuration.level);
    const bare = { ...target!, labels: { ...target!.labels, test: 0 }, test: [], coverage };
    const text = resultText({ ...record, report: { ...record.report, targets: [bare] } });
    expect(text).toContain("Intervals for 90 %: 0 of 0 test labels inside (–).\n");
  });

  it("stops on Ctrl-C with exit code 130, and the same command ends with the same bytes", async () => {
    const long = [...tinyFlags, "--epochs", "120", "--patience", "120", "--ensemble", "1"];
    const run = fileURLToPath(new URL("run.ts", import.meta.url));
    const node = ["--conditions=@outrigger/source", "--import", "tsx", run];
    const child = spawn(process.execPath, [...node, "train", data, ...long, "--out", at("cut")]);
    let output = "";
    let asked = false;
    const done = new Promise((resolve) => child.on("close", resolve));
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const log = join(at("cut"), "training", "seed-0", "train", "log.jsonl");
    while (child.exitCode === null) {
      if (!asked && existsSync(log) && readFileSync(log, "utf8").split("\n").length > 2)
        asked = child.kill("SIGINT");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([await done, output]).toEqual([
      130,
      expect.stringContaining("The same command goes on from here"),
    ]);
    const unfinished = await command("predict", data, "--model", at("cut"));
    expect([unfinished.code, unfinished.err]).toEqual([1, expect.stringContaining("is not finished")]);
    const rest = await command("train", data, ...long, "--out", at("cut"));
    expect([rest.code, rest.err]).toEqual([0, expect.stringContaining("continued, 120 epochs")]);
    await command("train", data, ...long, "--out", at("uncut"));
    expect(bytes("cut").equals(bytes("uncut"))).toBe(true);
  });
});

describe("predict", () => {
  const table = at("new.csv");
  writeFileSync(table, 'id,smiles,y\n1,CCO,7\n"a, ""b""",C1CC,8\n3,c1ccccc1O,9\n4\n');
  const read = (text: string): Record<string, string>[] => parse(text, { columns: true });

  it("needs the folder only, keeps all columns and rows, and says why a row has no prediction", async () => {
    const found = await command("predict", table, "--model", at("whole"), "--out", at("predictions.csv"));
    expect([found.code, found.out]).toEqual([0, ""]);
    expect(found.err).toMatch(/2 of 4 rows have no prediction.*\n {2}row 3, "C1CC": /);
    const rows = read(readFileSync(at("predictions.csv"), "utf8"));
    expect(Object.keys(rows[0]!)).toEqual([
      "id",
      "smiles",
      "y",
      "predicted_y",
      "y_sd",
      "y_low",
      "y_high",
      "nearest_similarity",
      "nearest_molecule",
      "scaffold_seen",
      "problem",
    ]);
    expect(rows.map(({ id, y }) => [id, y])).toEqual([
      ["1", "7"],
      ['a, "b"', "8"],
      ["3", "9"],
      ["4", ""],
    ]);
    expect(rows.map((row) => row["predicted_y"] !== "")).toEqual([true, false, true, false]);
    expect(rows[1]!["problem"]).toMatch(/ring/);
    expect(rows[3]!["problem"]).toMatch(/empty/);
    const predictor = await readPredictor(at("whole"));
    const [ethanol] = await predictor.predict(["CCO"]);
    expect(Number(rows[0]!["predicted_y"])).toBeCloseTo(
      ethanol?.ok ? ethanol.targets["y"]!.value : Number.NaN,
      4,
    );
    await predictor.dispose();
  });

  it("writes to standard output without --out, a level and dropout where they are asked for", async () => {
    const found = await command("predict", table, "--model", at("whole"), "--level", "0.5", "--dropout", "4");
    const rows = read(found.out);
    expect(Number(rows[0]!["y_dropout_sd"])).toBeGreaterThan(0);
    const [low, value, high] = ["y_low", "predicted_y", "y_high"].map((name) => Number(rows[0]![name]));
    expect(low! < value! && value! < high!).toBe(true);
    expect(rows[1]!["y_dropout_sd"]).toBe("");
  });

  it("gives the same file whatever the chunk, and holds a chunk at a time", async () => {
    const big = at("big.csv");
    writeFileSync(big, tinyCsv(90));
    const predictor = await readPredictor(at("whole"));
    const texts: string[] = [];
    for (const chunk of [7, 90, 1000]) {
      const seen: number[] = [];
      const out = at(`chunk-${chunk}.csv`);
      await predictTable(predictor, big, { out, chunk, onProgress: (rows) => seen.push(rows) });
      expect(seen[0]).toBe(Math.min(chunk, 90));
      texts.push(readFileSync(out, "utf8").replace(/\d\.\d+/g, (number) => Number(number).toFixed(3)));
    }
    expect(texts[0]).toBe(texts[1]);
    expect(texts[2]).toBe(texts[1]);
    await predictor.dispose();
  });

  it("leaves no half a file behind when the table breaks off", async () => {
    const broken = at("broken.csv");
    writeFileSync(broken, `smiles\nCCO\n"CCN\n`);
    const found = await command(
      "predict",
      broken,
      "--model",
      at("whole"),
      "--out",
      at("none.csv"),
      "--chunk",
      "1",
    );
    expect([found.code, found.err]).toEqual([1, expect.stringContaining("is not a well-formed CSV table")]);
    expect([existsSync(at("none.csv")), existsSync(at("none.csv.part"))]).toEqual([false, false]);
  });
});

describe("predict --out", () => {
  const into = async (out: string, onProgress: () => unknown = () => undefined) => {
    const predictor = await readPredictor(at("whole"));
    const error: unknown = await predictTable(predictor, data, { out, onProgress }).catch((e: unknown) => e);
    await predictor.dispose();
    return error;
  };

  it("that is a folder is refused before anything is predicted", async () => {
    const seen = vi.fn();
    expect(await into(folder, seen)).toMatchObject({
      code: "bad-option",
      message: `${folder} is a folder: name a file in it with --out.`,
    });
    expect(seen).not.toHaveBeenCalled();
  });

  mkdirSync(at("taken.csv.part"));
  it.each([
    ["lies below a file", join(data, "x.csv"), () => undefined],
    ["cannot be begun", at("taken.csv"), () => undefined],
    ["cannot get its name", at("late.csv"), () => mkdirSync(at("late.csv"))],
  ])("that %s is an error of the disk, with the cure", async (_, out, onProgress) => {
    const error = await into(out, onProgress);
    expect(error).toMatchObject({
      code: "disk",
      message: expect.stringMatching(/^Could not write .*\. Choose another --out/),
    });
    expect((error as Error).message).toContain(out);
  });
});

describe("explain", () => {
  it("prints a share an atom and draws the molecule", async () => {
    const found = await command("explain", "CCO", "--model", at("whole"), "--out", at("ethanol.svg"));
    expect([found.code, found.out]).toEqual([
      0,
      expect.stringMatching(/^y of CCO: −?[\d.]+\n\natom +without it +its share\nC1 .*\nC2 .*\nO3 /),
    ]);
    expect(readFileSync(at("ethanol.svg"), "utf8")).toMatch(/^<svg[^>]*>[^]*<\/svg>\s*$/);
  });
});

describe("mistakes", () => {
  const blank = at("blank.csv");
  writeFileSync(blank, "");
  const header = at("header.csv");
  writeFileSync(header, "smiles,y\n");
  const oneClass = at("one-class.csv");
  writeFileSync(oneClass, tinyCsv(60).replaceAll(/,1,/g, ",0,").replace(/,0,/, ",1,"));
  it.each([
    [
      ["train", data, "--target", "yy"],
      /has no column "yy"\. Did you mean "y"\? Its columns are: "smiles", "y", "class", "half"/,
    ],
    [
      ["train", data, "--target", "y", "--smiles", "smile"],
      /has no column "smile"\. Did you mean "smiles"\?/,
    ],
    [["train", blank, "--target", "y"], /blank\.csv is empty/],
    [["train", header, "--target", "y"], /has a header \(smiles, y\) but no rows/],
    [["train", at("missing.csv"), "--target", "y"], /There is no file/],
    [
      ["train", oneClass, "--target", "class", "--split", "random"],
      /"class" has one class only among the \d+ \w+ molecules.*--split random/,
    ],
    [
      ["train", data, "--target", "y", "--kind", "classification"],
      /"y" has the label [\d.-]+ on row \d+, which is no class/,
    ],
    [
      ["train", data, "--target", "y", "--auxiliary", "clogp"],
      /no candidate "clogp"; did you mean CrippenClogP\?/,
    ],
    [["train", data, "--target", "y", "--inputs", "tpsaa"], /no descriptor "tpsaa"\. Did you mean "tpsa"\?/],
    [["train", data, "--target", "y", "--method", "magic", "--auxiliary", "tpsa"], /no method "magic"/],
    [["train", data, "--target", "y", "--model", "mlp", "--depth", "3"], /Unrecognized key: "depth"/],
    [["predict", data, "--model", at("nowhere")], /has no model\.json/],
    [["predict", blank, "--model", at("whole")], /blank\.csv is empty/],
    [
      ["predict", data, "--model", at("whole"), "--smiles", "SMILES"],
      /no column "SMILES"\. Did you mean "smiles"\?/,
    ],
    [["explain", "C1CC", "--model", at("whole")], /cannot be explained: .*ring/],
    [
      ["compare", data, "--target", "y", "--tries", "9", "--out", at("mistaken")],
      /tries must be from 1 to 4, not 9/,
    ],
  ])("%j are named on one line, with exit code 1", async (args, said) => {
    const { code, err } = await command(...args, ...(args[0] === "train" ? ["--out", at("mistake")] : []));
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(
      err
        .trimEnd()
        .split("\n")
        .filter((line) => line.startsWith("outrigger-molecular:")),
    ).toHaveLength(1);
  });
});

it.each(["train", "predict", "compare", "explain"])("%s --help has examples", (name) => {
  const found = program().commands.find((each) => each.name() === name)!;
  let text = "";
  found.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  expect(text).toMatch(new RegExp(`Examples:\\n {2}outrigger-molecular ${name} `));
});
