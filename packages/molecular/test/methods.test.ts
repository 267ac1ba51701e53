import { Random } from "@outrigger/core/random";
import { isProcedure } from "@outrigger/core/train/method";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { METHODS, namedMethod } from "../src/method/methods.ts";
import { structureSimilarities } from "../src/method/structure-similarity.ts";
import { holdOut } from "../src/method/train-by-name.ts";

const context = { correlations: [1.5, 0.5], epochs: 12 };
const names = Object.keys(METHODS);

describe("methods by name", () => {
  it("include every one that the package promises", () => {
    expect(names).toEqual(
      expect.arrayContaining([
        "single-task",
        "uniform",
        "static",
        "random",
        "uncertainty",
        "gradient-cosine",
        "pcgrad",
        "arml",
        "rcgrad",
        "gradient-alignment",
        "blo",
        "molgroup-gates",
        "pre-train",
        "pre-train-joint",
      ]),
    );
  });

  it.each(names)("%s spends exactly the epochs it is given, and selects in its last stage only", (name) => {
    for (const epochs of [2, 7, 50]) {
      const plan = namedMethod(name).plan({ ...context, epochs });
      expect(plan.reduce((sum, stage) => sum + stage.epochs, 0)).toBe(epochs);
      expect(plan.map(({ selects }) => selects)).toEqual(plan.map((_, i) => i === plan.length - 1));
      expect(plan.every((stage) => stage.epochs >= 1)).toBe(true);
    }
  });

  it("refuse a name that is none, listing those there are", () => {
    expect(() => namedMethod("magic")).toThrow(/no method "magic"; choose one of single-task, uniform/);
    expect(() => namedMethod("toString")).toThrow(/no method/);
  });

  it("scale auxiliaries and leave the primary alone", () => {
    const [stage] = namedMethod("static").plan({ ...context, scale: 0.1 });
    const rule = stage!.method as Weighting;
    const view = { step: 0, epoch: 0, losses: [], primary: 0 };
    const { weights } = rule.weigh(view, rule.init(3, 0), undefined as never);
    expect(weights.map((w) => Math.round(w * 1e9) / 1e9)).toEqual([1, 0.15, 0.05]);
  });

  it("scale procedures too", () => {
    for (const name of ["blo", "molgroup-gates"]) {
      const { method } = namedMethod(name).plan({ ...context, scale: 0.3 })[0]!;
      expect(isProcedure(method) && method.settings["scale"]).toBe(0.3);
    }
  });

  it("say whether they read the scale", () => {
    const reads = (name: string): boolean => {
      let read = false;
      namedMethod(name).plan({
        ...context,
        get scale() {
          read = true;
          return 0.3;
        },
      });
      return read;
    };
    expect(names.filter((name) => METHODS[name]!.scaled)).toEqual(names.filter(reads));
    expect(names.filter((name) => !METHODS[name]!.scaled)).toEqual(["single-task", "pre-train"]);
  });

  it("train the auxiliaries without the primary in the first stage of pre-training", () => {
    const [first] = namedMethod("pre-train").plan(context);
    const rule = first!.method as Weighting;
    const view = { step: 0, epoch: 0, losses: [], primary: 0 };
    expect(rule.weigh(view, rule.init(3, 0), undefined as never).weights).toEqual([0, 1, 1]);
  });

  it("refuse pre-training without auxiliaries", () => {
    expect(() => namedMethod("pre-train").plan({ correlations: [], epochs: 10 })).toThrow(
      expect.objectContaining({ code: "bad-option" }),
    );
  });

  it("hold molecules out only where weights are learned from them", () => {
    expect(names.filter((name) => METHODS[name]!.heldOut > 0)).toEqual(["blo"]);
  });
});

describe("holdOut", () => {
  it("divides the rows into two parts, the same for the same seed", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1000), { minLength: 2, maxLength: 60 }),
        fc.constantFrom(0.1, 0.2, 0.4),
        fc.nat(),
        (given, share, seed) => {
          const rows = given.toSorted((a, b) => a - b);
          const { train, heldOut } = holdOut(rows, share, seed);
          expect([...train, ...heldOut].toSorted((a, b) => a - b)).toEqual(rows);
          expect(heldOut).toHaveLength(Math.max(1, Math.round(share * rows.length)));
          expect(holdOut(rows, share, seed)).toEqual({ train, heldOut });
        },
      ),
    );
  });

  it("holds out nothing for a share of 0, and refuses to hold out all", () => {
    expect(holdOut([3, 5], 0, 1)).toEqual({ train: [3, 5], heldOut: [] });
    expect(() => holdOut([3], 0.2, 1)).toThrow(expect.objectContaining({ code: "bad-data" }));
  });
});

describe("structureSimilarities", () => {
  const random = Random.seeded(1, "fingerprints");
  const fingerprint = (): Uint8Array => Uint8Array.from({ length: 16 }, () => random.integer(256));
  const all = Array.from({ length: 12 }, fingerprint);

  it("are 1 for the same molecules, in whatever order", () => {
    const [same] = structureSimilarities(all, [0, 1, 2], [[2, 0, 1]]);
    expect(same).toBeCloseTo(1, 12);
  });

  it("are 0 without a common bit, and in between otherwise", () => {
    const low = Uint8Array.from([1, 0]);
    const high = Uint8Array.from([0, 1]);
    const both = Uint8Array.from([1, 1]);
    const [apart, half] = structureSimilarities([low, high, both], [0], [[1], [2]]);
    expect(apart).toBe(0);
    expect(half).toBeCloseTo(Math.SQRT1_2, 12);
  });

  it("refuse a task without a molecule", () => {
    expect(() => structureSimilarities(all, [0], [[1], []])).toThrow(/Auxiliary 1 has no labelled molecule/);
  });
});
