import { beforeAll, describe, expect, it } from "vitest";
import type { Benchmark } from "../../src/benchmark.ts";
import { checklist } from "../../src/results/checklist.ts";
import type { Row } from "../../src/results/row.ts";
import { found } from "../harness.ts";
import { problems } from "../report/problems.ts";
import { toyRow } from "../rows.ts";

let template: Benchmark;
beforeAll(async () => {
  template = (await found("toy/noise")).benchmark;
});

const { provenance } = toyRow();

/** What is missing when every row is changed so, and what the list says of it. */
function missing(change: (method: string, seed: number) => Partial<Row>, benchmark = template): string[] {
  const [summary] = problems(benchmark, { count: 1, change });
  return checklist(summary!)
    .filter(({ ok }) => !ok)
    .map(({ question, answer }) => `${question}: ${answer}`);
}

describe("the reproducibility checklist", () => {
  it("has a tick everywhere when all is there", () => {
    const [summary] = problems(template, { count: 1 });
    const all = checklist(summary!);
    expect(all.filter(({ ok }) => !ok)).toEqual([]);
    expect(all.map(({ question }) => question)).toEqual([
      "Commit",
      "Clean working tree",
      "Code",
      "Lock file",
      "Data",
      "Seeds",
      "Spread",
      "Tuning budget",
      "Selection on validation",
      "Test looked at once",
      "Device",
      "Machine",
      "Cost",
    ]);
    expect(all.find(({ question }) => question === "Seeds")!.answer).toBe("12 paired seeds: 0…11");
    expect(all.find(({ question }) => question === "Commit")!.answer).toBe("0123456789ab");
  });

  it.each<[string, (method: string, seed: number) => Partial<Row>, RegExp]>([
    ["commit", () => ({ provenance: { ...provenance, commit: null } }), /^Commit: missing: .*outside a git/],
    [
      "clean tree",
      (_, seed) => ({ provenance: { ...provenance, dirty: seed === 0 } }),
      /^Clean working tree: 5 of 60 trials ran with/,
    ],
    ["lock file", () => ({ provenance: { ...provenance, lockFile: null } }), /^Lock file: missing/],
    ["code", () => ({ codeVersion: "old" }), /^Code: version old, and other code is here now/],
    [
      "seed",
      (method, seed) => (method === "static" && seed === 4 ? { status: "failed", metrics: {} } : {}),
      /^Seeds: .*not all there for static; 1 trial failed/,
    ],
    [
      "equal budget",
      (method) => (method === "static" ? { candidate: { index: 0, of: 9, options: {} } } : {}),
      /^Tuning budget: differs: 1, 9 candidates/,
    ],
    [
      "validation",
      (method) => (method === "static" ? { metrics: { "test/rmse": 1 } } : {}),
      /^Selection on validation: 12 trials without/,
    ],
    ["device", () => ({ runtime: undefined }), /^Device: not said/],
    [
      "one machine",
      (method) => ({ provenance: { ...provenance, cpu: method } }),
      /^Machine: .*more than one, seconds do not compare/,
    ],
  ])("says what is missing: %s", (_, change, says) => {
    const found = missing(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(says);
  });

  it("wants a hash of the data where there are data, and the same one everywhere", () => {
    const data: Benchmark = { ...template, source: "data" };
    const hash = (digit: string) => ({ datasets: [{ name: "esol.csv", sha256: digit.repeat(64) }] });
    expect(missing(() => hash("a"), data)).toEqual([]);
    expect(missing(() => ({}), data)).toEqual(["Data: 60 trials without a hash of the data"]);
    expect(missing((_, seed) => hash(seed === 0 ? "b" : "a"), data)[0]).toMatch(
      /more than one version of a file/,
    );
  });
});
