import { Random } from "@outrigger/core/random";
import { alignedMtl } from "@outrigger/core/weighting/aligned-mtl";
import { arml } from "@outrigger/core/weighting/arml";
import { auxinash } from "@outrigger/core/weighting/auxinash";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { conFig } from "@outrigger/core/weighting/con-fig";
import { dualProj } from "@outrigger/core/weighting/dual-proj";
import { fairgrad } from "@outrigger/core/weighting/fairgrad";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { gradientNormScaling } from "@outrigger/core/weighting/gradient-norm-scaling";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import { mgda } from "@outrigger/core/weighting/mgda";
import { nashMtl } from "@outrigger/core/weighting/nash-mtl";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { upgrad } from "@outrigger/core/weighting/upgrad";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ask } from "../support/ask.ts";
import { dot, lengthsOf, product, spanned, spannedGram } from "../support/gram.ts";

type Make = () => Weighting<never>;
/** With the power of s by which the weights change when all gradients are s times as long. */
const rules: [string, Make, number][] = [
  ["pcgrad, primary only", () => pcgrad({ primaryOnly: true }) as Weighting<never>, 0],
  ["gradient-cosine", () => gradientCosine() as Weighting<never>, 0],
  ["gradient-cosine (weighted)", () => gradientCosine({ weighted: true }) as Weighting<never>, 0],
  ["gns", () => gradientNormScaling() as Weighting<never>, 0],
  ["gcs+gns", () => gradientNormScaling({ cosine: true }) as Weighting<never>, 0],
  ["mgda", () => mgda() as Weighting<never>, 0],
  ["mgda (l2)", () => mgda({ normalize: "l2" }) as Weighting<never>, -1],
  ["cagrad", () => cagrad() as Weighting<never>, 0],
  ["imtl-g", () => imtlG() as Weighting<never>, 0],
  ["config", () => conFig() as Weighting<never>, 0],
  ["aligned-mtl", () => alignedMtl() as Weighting<never>, 0],
  ["upgrad", () => upgrad() as Weighting<never>, 0],
  ["dual-proj", () => dualProj() as Weighting<never>, 0],
  ["arml (exact)", () => arml({ solver: "exact" }) as Weighting<never>, 0],
  ["nash-mtl, without a limit", () => nashMtl({ maxNorm: null }) as Weighting<never>, -1],
  ["auxinash", () => auxinash() as Weighting<never>, -1],
  ["fairgrad, α = 2", () => fairgrad({ alpha: 2 }) as Weighting<never>, -4 / 3],
];

/**
 * The distance of two directions Σ_k w_k g_k, in units of what they are made of. Weights themselves may differ where gradients are
 * dependent. Directions are minimisers of quadratic functions known to 1e-13, and so good to the root of it.
 */
function apart(gram: number[][], a: readonly number[], b: readonly number[]): number {
  const lengths = lengthsOf(gram);
  const difference = a.map((weight, k) => weight - b[k]!);
  const size = a.reduce((sum, weight, k) => sum + (Math.abs(weight) + Math.abs(b[k]!)) * lengths[k]!, 0);
  return size > 0 ? Math.sqrt(Math.max(0, dot(difference, product(gram, difference)))) / size : 0;
}

describe.each(rules)("%s", (_, make, power) => {
  test("permuting the tasks leaves the direction as it is, for every rank and scale", () => {
    fc.assert(
      fc.property(spanned({ largest: 32 }), (one) => {
        const gram = spannedGram(one);
        const order = Random.seeded(one.seed, "order").permutation(one.size);
        const permuted = order.map((i) => order.map((j) => gram[i]![j]!));
        const found = ask(make(), permuted, { primary: order.indexOf(0) });
        const back = gram.map((__, k) => found[order.indexOf(k)]!);
        expect(apart(gram, ask(make(), gram), back)).toBeLessThanOrEqual(1e-6);
      }),
    );
  });

  test(`gradients 2^n times as long: weights times 2^(n·${power.toFixed(2)}), from 1e-10 to 1e15`, () => {
    fc.assert(
      fc.property(spanned({ largest: 32 }), fc.integer({ min: -33, max: 49 }), (one, exponent) => {
        fc.pre(one.rank > 0);
        const gram = spannedGram({ ...one, scale: 0, mixed: false });
        const longer = gram.map((row) => row.map((value) => value * 2 ** (2 * exponent)));
        const found = ask(make(), longer).map((weight) => weight * 2 ** (-power * exponent));
        expect(apart(gram, ask(make(), gram), found)).toBeLessThanOrEqual(1e-6);
      }),
    );
  });
});

test("gradient-cosine: the gates stay where they are, whatever the lengths", () => {
  fc.assert(
    fc.property(spanned(), (one) => {
      fc.pre(one.rank > 0);
      const gram = spannedGram({ ...one, mixed: false });
      const s = lengthsOf(spannedGram({ ...one, seed: one.seed + 1, mixed: true }));
      const scaled = gram.map((row, i) => row.map((value, j) => value * s[i]! * s[j]!));
      expect(ask(gradientCosine(), scaled)).toEqual(ask(gradientCosine(), gram));
      const weights = ask(gradientCosine({ weighted: true }), gram);
      for (const [k, weight] of ask(gradientCosine({ weighted: true }), scaled).entries()) {
        expect(Math.abs(weight - weights[k]!)).toBeLessThanOrEqual(1e-12);
      }
    }),
  );
});

test.each([
  ["mgda (l2)", () => mgda({ normalize: "l2" })],
  ["nash-mtl, without a limit", () => nashMtl({ maxNorm: null })],
] as const)("%s: scaling g_k by s_k leaves the direction as it is", (_, make) => {
  fc.assert(
    fc.property(spanned({ independent: true, largest: 32 }), (one) => {
      const gram = spannedGram({ ...one, scale: 0, mixed: false });
      const s = lengthsOf(spannedGram({ ...one, seed: one.seed + 1, mixed: true }));
      const scaled = gram.map((row, i) => row.map((value, j) => value * s[i]! * s[j]!));
      const found = ask(make(), scaled).map((weight, k) => weight * s[k]!);
      expect(apart(gram, ask(make(), gram), found)).toBeLessThanOrEqual(1e-6);
    }),
  );
});
