import { dbMtlEma } from "@outrigger/core/aggregator/db-mtl-ema";
import { excessMtl } from "@outrigger/core/aggregator/excess-mtl";
import { graddrop } from "@outrigger/core/aggregator/graddrop";
import { moco } from "@outrigger/core/aggregator/moco";
import { trimmedMean } from "@outrigger/core/aggregator/trimmed-mean";
import { expect, test } from "vitest";
import { aggregatorContract } from "./support/aggregator-contract.ts";
import { allAggregators } from "./support/aggregators.ts";
import { thrown } from "./support/errors.ts";

const aggregators = await allAggregators();

test("the folder is read", () => {
  expect(aggregators.map(([name]) => name)).toEqual(
    expect.arrayContaining(["dbMtlEma", "excessMtl", "graddrop", "moco", "sum", "trimmedMean"]),
  );
});

for (const [name, make] of aggregators) aggregatorContract(name, make);

aggregatorContract("graddrop, leaking", () => graddrop({ leak: 0.3 }));
aggregatorContract("trimmedMean, 2 and mean", () => trimmedMean({ trim: 2, scale: "mean" }));
aggregatorContract("moco, regularised", () => moco({ rho: 0.5, gamma: 1 }));
aggregatorContract("dbMtlEma, decaying", () => dbMtlEma({ beta: 0.5, betaDecay: 0.5 }));
aggregatorContract("excessMtl, long warmup", () => excessMtl({ warmup: 5, stepSize: 1 }));

test("options that no run can use are refused", () => {
  for (const make of [
    () => graddrop({ leak: 1.5 }),
    () => trimmedMean({ trim: -1 }),
    () => trimmedMean({ trim: 0.5 }),
    () => moco({ beta: Number.NaN }),
    () => dbMtlEma({ beta: 1 }),
    () => excessMtl({ warmup: 0 }),
    () => excessMtl({ stepSize: -1 }),
  ]) {
    expect(thrown(make).code).toBe("bad-option");
  }
});
