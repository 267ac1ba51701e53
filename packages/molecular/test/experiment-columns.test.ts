import { expect, it } from "vitest";
import { candidate } from "../src/book/book.ts";
import { BACE, BBBP, CLINTOX, ESOL, FREESOLV, LIPOPHILICITY, SIDER, TOX21 } from "../src/data/sources.ts";
import { auxiliaryColumns, inputColumns } from "../src/experiment/columns.ts";
import { runExperiment } from "../src/experiment/trial.ts";
import { propertyFamily } from "../src/select/frozen-votes.ts";
import { enumeratedProblem, tinyTrial } from "./fixtures/enumerated-problem.ts";

const problem = { ...(await enumeratedProblem("regression", ["CrippenMR"])), property: "solubility" };
const names = async (choice: "chosen" | "random" | "all", seed: number): Promise<string[]> =>
  Object.keys((await auxiliaryColumns(problem, choice, seed))!.columns);

it("the chosen are those of the frozen votes for what is measured", async () => {
  const { selection } = (await auxiliaryColumns(problem, "chosen", 0))!;
  expect(selection).toMatchObject({ how: "frozen-votes", settings: { family: "solubility" } });
  expect(selection.names).toHaveLength(5);
});

it("controls draw from the whole book: as many as chosen by the seed, or all that vary, never the target", async () => {
  const all = await names("all", 0);
  expect(new Set(all.map((name) => candidate(name).kind)).size).toBe(3);
  expect(all).not.toContain("CrippenMR");
  const draws = await Promise.all([0, 1, 2, 3].map((seed) => names("random", seed)));
  expect(draws.map(({ length }) => length)).toEqual([5, 5, 5, 5]);
  expect(draws.flat().every((name) => all.includes(name))).toBe(true);
  expect(draws.flat().some((name) => candidate(name).kind !== "descriptor")).toBe(true);
  expect(await names("random", 2)).toEqual(draws[2]);
  expect(await auxiliaryColumns(problem, "none", 0)).toBeNull();
});

it("all as inputs are descriptors alone, and the chosen ones are those that others have as tasks", async () => {
  const inputs = Object.keys(await inputColumns(problem, "all", 0));
  expect(inputs.every((name) => candidate(name).kind === "descriptor")).toBe(true);
  expect(Object.keys(await inputColumns(problem, "chosen", 0))).toEqual(await names("chosen", 0));
  expect(await inputColumns(problem, "none", 0)).toEqual({});
});

it("a trial with more auxiliaries than a plot can show has no series of them, and says how they were weighed", async () => {
  const { notes, curves } = await runExperiment(
    problem,
    tinyTrial({ model: "mlp", method: "uniform", auxiliaries: "all", scale: 0.1 }),
  );
  expect(notes!.join()).toMatch(/mean weights of \d+ auxiliaries: 0\.100 to 0\.100/);
  expect(notes!.join()).toContain("auxiliary tasks: all that vary");
  expect(Object.keys(curves!)).toEqual(["train/loss", "validation/rmse"]);
});

it.each([
  [ESOL, "solubility"],
  [FREESOLV, "hydration energy"],
  [LIPOPHILICITY, "lipophilicity"],
  [BACE, "enzyme inhibition"],
  [BBBP, "blood-brain barrier"],
  [CLINTOX, "toxicity"],
  [TOX21, "toxicity"],
  [SIDER, "adverse reactions"],
] as const)("the title of %o tells the frozen votes what it measures", ({ title }, family) => {
  expect(propertyFamily(title)!.name).toBe(family);
});
