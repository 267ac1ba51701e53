import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Trial } from "@outrigger/bench/benchmark";
import { OutriggerError } from "@outrigger/core/error";
import { afterEach, describe, expect, it } from "vitest";
import enumerated from "../bench/enumerated.ts";
import esol from "../bench/esol.ts";
import { availability, requireSource } from "../src/data/locate.ts";
import { ESOL } from "../src/data/sources.ts";
import { makeRule } from "../src/experiment/rules.ts";

const trial = (method: string, group: string, options: object = {}): Trial => {
  const arm = enumerated
    .arms("smoke")
    .find((each) => each.method === method && (each.group === group || group === ""))!;
  const merged = { ...arm.options, ...arm.candidates![0], ...options };
  return {
    benchmark: enumerated.name,
    version: 1,
    method,
    group,
    tier: "smoke",
    seed: 0,
    threads: 1,
    options: merged as Trial["options"],
    directory: "",
    progress: () => undefined,
  };
};

describe("arms", () => {
  it("are twelve rows a model, all with four tries, and only the two without auxiliaries try weight decay", () => {
    for (const tier of ["ci", "full"] as const) {
      const arms = esol.arms(tier);
      expect(arms).toHaveLength(24);
      expect(arms.every(({ candidates }) => candidates!.length === 4)).toBe(true);
      const decayed = arms
        .filter(({ candidates }) => "weightDecay" in candidates![0]!)
        .map(({ method }) => method);
      expect(new Set(decayed)).toEqual(new Set(["single-task", "descriptors-as-input"]));
    }
  });

  it("include every rule of the step and every control", () => {
    const methods = esol.arms("ci").map(({ method }) => method);
    const rules = [
      "uniform",
      "static",
      "random",
      "uncertainty",
      "gradient-cosine",
      "pcgrad",
      "arml",
      "gradient-alignment",
    ];
    const controls = ["single-task", "random-descriptors", "all-descriptors", "descriptors-as-input"];
    expect(new Set(methods)).toEqual(new Set([...rules, ...controls]));
  });

  it("name a rule that exists, scaled in its auxiliaries only", () => {
    const context = { correlations: [1.5, 0.5], epochs: 12 };
    for (const { options } of esol.arms("ci")) makeRule(options["rule"] as string, 0.1, context);
    expect(() => makeRule("magic", 1, context)).toThrow(
      /no rule "magic"; choose one of single-task, uniform/,
    );
    const rule = makeRule("static", 0.1, context);
    const view = { step: 0, epoch: 0, losses: [], primary: 0 };
    const { weights } = rule.weigh(view, rule.init(3, 0), undefined as never);
    expect(weights.map((w) => Math.round(w * 1e9) / 1e9)).toEqual([1, 0.15, 0.05]);
  });
});

describe("the smoke tier", () => {
  it("shows all rules on the data that everybody has, and fewer rows elsewhere", () => {
    const rows = (arms: ReturnType<typeof esol.arms>): string[] =>
      arms.map(({ group, method }) => `${group}/${method}`);
    expect(rows(enumerated.arms("smoke"))).toHaveLength(14);
    expect(rows(esol.arms("smoke"))).toHaveLength(8);
    expect(rows(esol.arms("ci"))).toEqual(rows(enumerated.arms("ci")));
  });
});

describe("a trial", () => {
  it("gives validation and test error, curves and the weights it used, twice the same", async () => {
    const first = await enumerated.run(trial("uniform", "gin"));
    expect(Number.isFinite(first.metrics["validation/rmse"])).toBe(true);
    expect(Number.isFinite(first.metrics["test/rmse"])).toBe(true);
    expect(first.curves!["weight/tpsa"]).toEqual([0.1, 0.1].map((w) => expect.closeTo(w, 6)));
    expect(first.runtime).toBe("tfjs/cpu");
    expect(await enumerated.run(trial("uniform", "gin"))).toEqual(first);
  });

  it("says what went in: descriptors as inputs have no loss of their own", async () => {
    const { notes, curves } = await enumerated.run(trial("descriptors-as-input", "gin"));
    expect(notes!.join()).toContain("inputs: CrippenClogP, tpsa");
    expect(Object.keys(curves!)).toEqual(["train/loss", "validation/rmse"]);
  });

  it("measures gradients where the rule asks for them", async () => {
    const { curves } = await enumerated.run(trial("pcgrad", "gin", { epochs: 1 }));
    const cosine = curves!["cosine/CrippenClogP"]![0]!;
    expect(Math.abs(cosine)).toBeLessThanOrEqual(1);
  });
});

describe("ESOL's file", () => {
  const before = { data: process.env["OUTRIGGER_DATA"], cache: process.env["OUTRIGGER_CACHE"] };
  const folder = mkdtempSync(join(tmpdir(), "outrigger-"));
  afterEach(() => {
    for (const [name, value] of [
      ["OUTRIGGER_DATA", before.data],
      ["OUTRIGGER_CACHE", before.cache],
    ] as const) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(join(folder, "molecular"), { recursive: true, force: true });
  });
  const moved = (): void => {
    process.env["OUTRIGGER_DATA"] = folder;
    process.env["OUTRIGGER_CACHE"] = join(folder, "cache");
  };

  it("is asked for by name, address and folder when it is nowhere", async () => {
    moved();
    const said = availability(ESOL);
    for (const part of [ESOL.file, ESOL.url, join(folder, "molecular"), "--data"])
      expect(said).toContain(part);
    await expect(requireSource(ESOL)).rejects.toMatchObject({ code: "missing-data" });
  });

  it("is refused when it is another file", async () => {
    moved();
    mkdirSync(join(folder, "molecular"));
    writeFileSync(join(folder, "molecular", ESOL.file), "smiles,label\nC,1\n");
    expect(availability(ESOL)).toBe(true);
    const refused: unknown = await requireSource(ESOL).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OutriggerError);
    expect((refused as OutriggerError).code).toBe("checksum");
  });
});
