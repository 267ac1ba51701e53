import { arml } from "@outrigger/core/weighting/arml";
import { every } from "@outrigger/core/weighting/combine/every";
import { scaleAuxiliaries } from "@outrigger/core/weighting/combine/scale-auxiliaries";
import { gradientAlignment } from "@outrigger/core/weighting/gradient-alignment";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { gradnorm } from "@outrigger/core/weighting/gradnorm";
import { krum } from "@outrigger/core/weighting/krum";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { randomWeights } from "@outrigger/core/weighting/random";
import { staticWeights } from "@outrigger/core/weighting/static";
import { stch } from "@outrigger/core/weighting/stch";
import { uncertainty } from "@outrigger/core/weighting/uncertainty";
import { expect, test } from "vitest";
import { contract } from "./support/contract.ts";
import { allRules } from "./support/rules.ts";

const rules = await allRules();

test("the folder is read: the nine rules of the first version are among those found", () => {
  expect(rules.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      "arml",
      "gradientAlignment",
      "gradientCosine",
      "pcgrad",
      "randomWeights",
      "singleTask",
      "staticWeights",
      "uncertainty",
      "uniform",
    ]),
  );
});

for (const [name, make] of rules) contract(name, make);

const short = { warmupEpochs: 1, batches: 3, interval: 2, adaptEpochs: 8 };
contract("gradientCosine, weighted", () => gradientCosine({ weighted: true, threshold: 0.1 }));
contract("pcgrad, primary only", () => pcgrad({ primaryOnly: true }));
contract("randomWeights, sum 1", () => randomWeights({ sum: "one" }));
contract("staticWeights, 0.1", () => staticWeights({ weights: 0.1 }));
contract("uncertainty, Liebel and Körner", () => uncertainty({ form: "liebel-korner" }));
contract("uncertainty, classification", () => uncertainty({ form: "classification" }));
contract("stch, plain", () => stch({ form: "plain" }));
contract("gradnorm, LibMTL", () => gradnorm({ form: "libmtl" }));
contract("krum, three of lengths", () => krum({ selected: 3, distance: "length" }));
contract("arml, exact", () => arml({ solver: "exact", decay: 0.9 }));
contract("arml, nonneg", () => arml({ constraint: "nonneg", decay: 0.5 }));
contract("arml, nonneg exact", () => arml({ constraint: "nonneg", solver: "exact" }));
contract("gradientAlignment, short", () => gradientAlignment({ ...short, budget: 2 }));
contract("gradientAlignment, exact", () =>
  gradientAlignment({ ...short, warmupEpochs: 0, solver: "exact", capNorms: true }),
);
contract("gradientAlignment, raw norms", () =>
  gradientAlignment({ ...short, unitNorm: false, tolerance: 0 }),
);
contract("gradientAlignment, raw norms exact", () =>
  gradientAlignment({ ...short, unitNorm: false, solver: "exact" }),
);
contract("every 10 arml", () => every(10, arml()));
contract("every 3 uncertainty", () => every(3, uncertainty()));
contract("scaled pcgrad", () => scaleAuxiliaries(pcgrad(), 0.1));
