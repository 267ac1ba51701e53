import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import type { DetectedPicture } from "../../src/command/detect.ts";
import type { Evaluated } from "../../src/command/eval.ts";
import { readFolder } from "../../src/folder/read-folder.ts";
import type { DetectorRecord } from "../../src/predictor/record.ts";
import { roomSet } from "../../src/rooms/room-set.ts";
import { command, json, makeEager, temporary, tinyFlags } from "./tiny.ts";

const base = temporary();
const at = (...names: string[]): string => join(base, ...names);
const train = (...args: string[]): ReturnType<typeof command> => command("train", ...args, ...tinyFlags);

describe("render", () => {
  it("writes a folder of exact rooms, and says what is in it", async () => {
    const { code, out } = await command(
      ..."render --count 6 --size 64x48 --threads 1 --out".split(" "),
      at("rooms"),
    );
    expect(code).toBe(0);
    expect(out).toMatch(/rooms: 6 rooms of train with \d+ objects\nchair \d+, table \d+/);
    const folder = await readFolder(at("rooms"));
    const rooms = roomSet({ split: "train", count: 6, width: 64, height: 48 });
    expect(folder.length).toBe(6);
    for (const i of [0, 5]) {
      const [written, made] = [await folder.get(i), await rooms.get(i)];
      expect([written.rgb, written.objects, written.scene]).toEqual([made.rgb, made.objects, made.scene]);
    }
  });

  it("does not write over a data set, unless it is told to", async () => {
    const again = ["render", "--count", "1", "--size", "64x48", "--threads", "1", "--out", at("rooms")];
    const refused = await command(...again);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("--fresh to replace it")]);
    expect((await readFolder(at("rooms"))).length).toBe(6);
    await command("render", "--count", "1", "--size", "64x48", "--threads", "1", "--out", at("few"));
    expect((await command(...again.slice(0, -1), at("few"), "--fresh")).code).toBe(0);
  });
});

describe("a detector from data to boxes", () => {
  let trained: Awaited<ReturnType<typeof command>>;
  beforeAll(async () => {
    trained = await train(at("rooms"), "rooms:4@depth,normals", "--test", "rooms:5", "--out", at("model"));
  });

  it("train says what it reads, and how good the detector is", () => {
    expect([trained.code, trained.err]).toEqual([0, expect.stringContaining("look 2/2: validation AP")]);
    expect(trained.out).toMatch(
      /^training: 10 pictures, 6 with boxes \(\d+ objects\), 6 with a scene, 10 with depth, 10 with normals\nvalidation: 6 pictures/,
    );
    expect(trained.out).toMatch(
      /\ntest, 5 pictures: AP [\d.]+, AP50 [\d.]+.*\nclass +objects +AP +AP50 +AR\nchair /,
    );
    expect(trained.out).toMatch(/scene: \d+ % right\ndepth: off by a factor of .*\nnormals: off by [\d.]+°/);
  });

  it("train leaves a folder that holds all, and nothing that is not needed", () => {
    const record: DetectorRecord = json(at("model", "model.json"));
    expect(record.report.run).toMatchObject({ method: "uniform", seed: 0, test: ["rooms:5"] });
    expect(record.report.looks.map(({ iteration }) => iteration)).toEqual([2, 4]);
    expect(record.report.sets.train).toMatchObject({ pictures: 10, annotated: { detection: 6, depth: 10 } });
    expect(existsSync(at("model", "training"))).toBe(false);
    const page = readFileSync(at("model", "report.html"), "utf8");
    expect(page).toContain("<h1>Average precision 0.0 %</h1>");
    expect(page).toContain("bookshelf");
    expect(page.match(/data:image\/png/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it("train does not train twice, nor with other options", async () => {
    const args = [at("rooms"), "rooms:4@depth,normals", "--test", "rooms:5", "--out", at("model")];
    const again = await train(...args);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining("is trained already")]);
    const other = await train(...args, "--seed", "1", "--fusion", "gated");
    expect(other.code).toBe(1);
    expect(other.err).toMatch(
      /run\.seed \(was 0, now 1\), configuration\.block\.fusion \(was none, now "gated"\)\. Give the same options, another --out, or --fresh/,
    );
  });

  it("eval gives COCO's twelve numbers, classes and sizes", async () => {
    makeEager(at("model"));
    const args = ["eval", at("model"), "--data", "rooms:5", "--threads", "1"];
    const { code, out } = await command(...args, "--json", at("scores.json"));
    expect(code).toBe(0);
    expect(out).toMatch(/rooms:5: 5 pictures, in per cent\nAP +[\d.]+ +AR1 +[\d.]+\nAP50/);
    expect(out).toMatch(/\nsize +square pixels +objects +AP\nall +0 to ∞ +\d+/);
    const scores: Evaluated = json(at("scores.json"));
    expect(Object.keys(scores.summary)).toHaveLength(12);
    const objects = scores.classes.reduce((sum, { truths }) => sum + truths, 0);
    const sized = scores.sizes.map((row) => row.objects);
    expect(sized[0]).toBe(objects);
    expect(sized.slice(4).reduce((a, b) => a + b)).toBe(objects);
    const printed = await command(...args, "--json", "-");
    expect(JSON.parse(printed.out)).toEqual(scores);
  });

  it("detect turns a picture as its EXIF tag says, and gives boxes in pixels of what is seen", async () => {
    const rgb = await sharp(at("rooms", "rgb", "000001.png")).toBuffer();
    const upright = await sharp(rgb).resize(128, 96, { kernel: "nearest" }).png().toBuffer();
    writeFileSync(at("upright.png"), upright);
    // Stored on its side, with a tag that turns it back.
    const turned = await sharp(upright).rotate(90).withMetadata({ orientation: 8 }).png().toBuffer();
    writeFileSync(at("turned.png"), turned);
    const { code, out, err } = await command(
      "detect",
      at("upright.png"),
      at("turned.png"),
      "--model",
      at("model"),
      "--out",
      at("found"),
      "--score",
      "0.08",
      "--depth",
      "--normals",
      "--threads",
      "1",
    );
    expect(code).toBe(0);
    const [first, second] = JSON.parse(out) as [DetectedPicture, DetectedPicture];
    expect([first.width, first.height, second.width, second.height]).toEqual([128, 96, 128, 96]);
    expect(first.objects.length).toBeGreaterThan(0);
    expect(second.objects).toEqual(first.objects);
    expect(second.scene).toEqual(first.scene);
    for (const { box } of first.objects) {
      expect(box[0]! + box[2]!).toBeLessThanOrEqual(128);
      expect(box[1]! + box[3]!).toBeLessThanOrEqual(96);
    }
    expect(err).toContain(`wrote ${at("found", "turned.detected.png")}`);
    const sheet = await sharp(at("found", "upright.detected.png")).metadata();
    expect([sheet.width, sheet.height]).toEqual([3 * 512 + 16, 384 + 28]);
  });

  it("detect --no-png writes no picture, and says when nothing is sure enough", async () => {
    const { out, err } = await command(
      "detect",
      at("upright.png"),
      "--model",
      at("model"),
      "--out",
      at("none"),
      "--no-png",
      "--score",
      "1",
      "--threads",
      "1",
    );
    expect(JSON.parse(out)).toMatchObject([{ objects: [] }]);
    expect(err).toMatch(/no box of at least 1; a lower --score/);
    expect(existsSync(at("none"))).toBe(false);
  });

  it("export writes an ONNX file and its description", async () => {
    const { code, out } = await command("export", "--model", at("model"), "--out", at("net.onnx"));
    expect(code).toBe(0);
    expect(out).toMatch(
      /input pixels \[batch, 48, 64, 3\] from 0 to 255, outputs detection, scene, depth, normals/,
    );
    expect(readFileSync(at("net.onnx")).length).toBeGreaterThan(20_000);
    expect(json(at("net.json"))).toMatchObject({
      format: "outrigger-vision-onnx",
      input: { name: "pixels" },
    });
  });
});

describe("a training without some tasks", () => {
  it("drops auxiliaries that no picture has labels of, and says so", async () => {
    const { code, out } = await train(
      "rooms:6@detection,depth",
      "--no-report",
      "--no-augment",
      "--method",
      "uncertainty",
      "--out",
      at("dropped"),
    );
    expect(code).toBe(0);
    expect(out).toContain("No training picture has scene or normals: trained without.");
    const record: DetectorRecord = json(at("dropped", "model.json"));
    expect(record.configuration.auxiliaries).toEqual(["depth"]);
    expect(existsSync(at("dropped", "report.html"))).toBe(false);
    const again = await train(
      "rooms:6@detection,depth",
      "--no-report",
      "--no-augment",
      "--method",
      "uncertainty",
      "--out",
      at("dropped"),
    );
    expect(again.out).toContain("is trained already");
    const depth = await command("detect", at("upright.png"), "--model", at("dropped"), "--normals");
    expect([depth.code, depth.err]).toEqual([1, expect.stringContaining("trained without normals")]);
  });
});

describe("Ctrl-C", () => {
  it("leaves a checkpoint, exits with 130, and the same command goes on to the same detector", async () => {
    const run = fileURLToPath(new URL("run.ts", import.meta.url));
    const node = ["--conditions=@outrigger/source", "--import", "tsx", run];
    const flags = [...tinyFlags, "--iterations", "24", "--looks", "12", "--no-report", "--tasks", "none"];
    const child = spawn(process.execPath, [...node, "train", at("rooms"), ...flags, "--out", at("cut")]);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("look 1/12") && !child.killed) child.kill("SIGINT");
      });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, output]).toEqual([130, expect.stringContaining("The same command goes on from here")]);
    const cut = await command("eval", at("cut"), "--data", "rooms:2");
    expect([cut.code, cut.err]).toEqual([1, expect.stringContaining("is not finished")]);
    const rest = await command("train", at("rooms"), ...flags, "--out", at("cut"));
    expect([rest.code, rest.err]).toEqual([0, expect.stringContaining("continued after step")]);
    await command("train", at("rooms"), ...flags, "--out", at("uncut"));
    const bytes = (name: string): Buffer => readFileSync(at(name, "model.safetensors"));
    expect(bytes("cut").equals(bytes("uncut"))).toBe(true);
  });
});

describe("mistakes", () => {
  it.each([
    [["eval", "nowhere", "--data", "rooms:2"], /nowhere has no model\.json/],
    [["detect", "nowhere.jpg", "--model", "nowhere"], /nowhere has no model\.json/],
    [["train", "nowhere"], /nowhere.annotations\.json cannot be read/],
    [["train", "rooms:4@depth", "--validation", "rooms:2"], /No training picture has a box/],
    [["train", "rooms:x"], /give a number of rooms/],
    [["train", "rooms:4", "--tasks", "scene,colour"], /There is no task "colour"/],
    [["render", "--out", "x", "--count", "300000"], /count must be a whole number from 1 to 250000/],
  ])("%j are named on one line, with exit code 1", async (args, said) => {
    const { code, err, out: printed } = await command(...args);
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(printed).not.toContain("at ");
  });

  it("a truncated picture is one of them", async () => {
    writeFileSync(at("cut.png"), readFileSync(at("upright.png")).subarray(0, 900));
    const { code, err } = await command("detect", at("cut.png"), "--model", at("model"));
    expect([code, err]).toEqual([1, expect.stringContaining("cut.png cannot be read as a picture")]);
  });
});
