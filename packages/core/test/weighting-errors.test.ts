import { aang } from "@outrigger/core/weighting/aang";
import { alignedMtl } from "@outrigger/core/weighting/aligned-mtl";
import { arml } from "@outrigger/core/weighting/arml";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { dualProj } from "@outrigger/core/weighting/dual-proj";
import { famo } from "@outrigger/core/weighting/famo";
import { gradientAlignment } from "@outrigger/core/weighting/gradient-alignment";
import { gradnorm } from "@outrigger/core/weighting/gradnorm";
import { imtl } from "@outrigger/core/weighting/imtl";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import { krum } from "@outrigger/core/weighting/krum";
import { metaTartan } from "@outrigger/core/weighting/meta-tartan";
import { mgda } from "@outrigger/core/weighting/mgda";
import { modo } from "@outrigger/core/weighting/modo";
import { olAux } from "@outrigger/core/weighting/ol-aux";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { rcgrad } from "@outrigger/core/weighting/rcgrad";
import { sdmgrad } from "@outrigger/core/weighting/sdmgrad";
import { stch } from "@outrigger/core/weighting/stch";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { upgrad } from "@outrigger/core/weighting/upgrad";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import { expect, test } from "vitest";
import { ask } from "./support/ask.ts";
import { thrown } from "./support/errors.ts";
import { randomGram } from "./support/gram.ts";

test("a word that an option does not know is refused, and the words that it knows are listed", () => {
  const wrong = "wrong" as never;
  const makers: Readonly<Record<string, (() => unknown)[]>> = {
    scale: [
      aang,
      alignedMtl,
      cagrad,
      dualProj,
      famo,
      imtlG,
      imtl,
      krum,
      metaTartan,
      mgda,
      modo,
      sdmgrad,
      upgrad,
    ].map((make) => () => make({ scale: wrong })),
    unit: [() => alignedMtl({ unit: wrong })],
    constraint: [() => arml({ constraint: wrong })],
    solver: [() => arml({ solver: wrong }), () => gradientAlignment({ solver: wrong })],
    rescale: [() => cagrad({ rescale: wrong })],
    form: [() => gradnorm({ form: wrong }), () => stch({ form: wrong }), () => uncertainty({ form: wrong })],
    inverse: [() => imtlG({ inverse: wrong })],
    distance: [() => krum({ distance: wrong })],
    normalize: [() => mgda({ normalize: wrong })],
    similarity: [() => olAux({ similarity: wrong })],
    sum: [() => randomWeights({ sum: wrong })],
    omega: [() => rcgrad({ omega: wrong })],
  };
  for (const [option, makes] of Object.entries(makers)) {
    for (const make of makes) {
      const error = thrown(make);
      expect([error.code, error.details["option"]]).toEqual(["bad-option", option]);
      expect(error.message).toMatch(new RegExp(`^${option} must be one of ".*", not "wrong"\\.$`));
    }
  }
});

test("a missing or broken Gram matrix is a typed error that names the rule or the tasks", () => {
  const without = { step: 3, gram: undefined } as never;
  expect(() => ask(pcgrad(), [[1]], without)).toThrow(/pcgrad needs the Gram matrix .* step 3/);
  expect(() =>
    ask(pcgrad(), [
      [1, Number.NaN],
      [Number.NaN, 1],
    ]),
  ).toThrow(/tasks 0 and 1/);
});

test("held-out products that are not finite are a typed error that names the step", () => {
  const gram = randomGram(1, 2, 2);
  for (const dev of [
    { dots: [1, Number.NaN], norm: 1 },
    { dots: [1, 1], norm: Infinity },
  ]) {
    for (const rule of [metaTartan(), aang()] as Weighting[]) {
      expect(thrown(() => ask(rule, gram, { step: 7, dev }))).toMatchObject({
        code: "non-finite",
        details: { step: 7 },
      });
    }
  }
});
