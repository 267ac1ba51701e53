import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { analyse, type Verdict } from "../src/analyse.ts";
import { copyExplorer } from "../src/cli/explore.ts";
import { readTasks } from "../src/cli/read-tasks.ts";
import { main } from "../src/cli.ts";
import { LinearTheoryError } from "../src/error.ts";

const example = (name: string): string => fileURLToPath(new URL(`../examples/${name}.csv`, import.meta.url));
const plants = ["plant-a", "plant-b", "laboratory"].map(example);
const folder = mkdtempSync(join(tmpdir(), "outrigger-linear-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
/** A file of this text. */
function csv(text: string | Uint8Array, name = `table${files++}`): string {
  const path = join(folder, `${name}.csv`);
  writeFileSync(path, text);
  return path;
}

/** Runs the command. */
async function run(...args: string[]): Promise<{ out: string; err: string; code: unknown }> {
  const written = { out: "", err: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream === "stdout" ? "out" : "err"] += String(text);
      return true;
    }),
  );
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code ?? 0}`);
  });
  try {
    await main(["node", "outrigger-linear", ...args]);
    return { ...written, code: process.exitCode ?? 0 };
  } catch (error) {
    return { ...written, code: (error as Error).message };
  } finally {
    for (const spy of [...spies, exit]) spy.mockRestore();
  }
}

let before: typeof process.exitCode;
beforeEach(() => {
  before = process.exitCode;
  process.exitCode = 0;
});
afterEach(() => {
  process.exitCode = before;
});

describe("outrigger-linear analyse", () => {
  it("says the verdict first, then tables in line, and draws", async () => {
    const plot = join(folder, "benefit.svg");
    const { out, code } = await run("analyse", ...plants, "--plot", plot);
    expect(code).toBe(0);
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^At the recommended weights the auxiliaries help/);
    expect(lines[0]).toMatch(/Leave out laboratory: too far/);
    const start = lines.findIndex((line) => line.startsWith("primary alone"));
    // Numbers end where their headings end.
    for (const [word, number] of [
      ["risk", /primary alone +[\d.]+/],
      ["of alone", /equal weights +[\d.]+ +[\d.]+/],
    ] as const)
      expect(
        lines
          .slice(start, start + 3)
          .some((line) => number.exec(line)?.[0].length === lines[start - 1]!.indexOf(word) + word.length),
      ).toBe(true);
    expect(readFileSync(plot, "utf8")).toMatch(/^<svg .*recommended.*equal weights/s);
  });

  it("prints the verdict of analyse as JSON", async () => {
    const { out } = await run("analyse", ...plants, "--json", "--resamples", "50", "--seed", "3");
    const { tasks, features } = readTasks(plants, {});
    expect(JSON.parse(out)).toEqual(analyse(tasks, { features, resamples: 50, seed: 3 }));
    expect((JSON.parse(out) as Verdict).rows).toEqual([24, 90, 150]);
  });

  it("takes targets and features by name, in any order of columns, and one target a file", async () => {
    const rows = readFileSync(plants[1]!, "utf8").trim().split("\n");
    const other = csv(
      rows
        .map((line, i) => {
          const cells = line.split(",");
          return [
            i === 0 ? "result" : cells[8],
            i === 0 ? "note" : "none",
            ...cells.slice(0, 8).toReversed(),
          ].join(",");
        })
        .join("\n"),
      "turned",
    );
    const features = rows[0]!.split(",").slice(0, 8).join(",");
    const json = async (...args: string[]) =>
      JSON.parse((await run("analyse", ...args, "--json", "--resamples", "50")).out) as Verdict;
    const turned = await json(plants[0]!, other, "--target", "strength,result", "--features", features);
    const straight = await json(plants[0]!, plants[1]!);
    expect(turned.weights).toEqual(straight.weights);
    expect(turned.tasks.map(({ name }) => name)).toEqual(["plant-a", "turned"]);
  });

  it("reads quotes, a byte-order mark, CRLF, blank lines and exponents", () => {
    const { tasks } = readTasks(
      [csv('\uFEFF"a,1",b,y\r\n"1",1e-5,-2\r\n\r\n.5,+3.,"4E+2"\r\n'), csv('b,y,"a,1"\n1,2,3\n')],
      { target: ["y"] },
    );
    expect(tasks[0]).toMatchObject({
      x: [
        [1, 1e-5],
        [0.5, 3],
      ],
      y: [-2, 400],
    });
    expect(tasks[1]).toMatchObject({ x: [[3, 1]], y: [2] });
  });

  it("counts the lines of any line ends, and refuses bytes that are not UTF-8", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const file = csv(["a,b,y", "1,2,3", "4,five,6", ""].join(end));
      expect(() => readTasks([file, file], {})).toThrow(/line 3, column b: five/);
    }
    const latin = csv(Buffer.from("h\u00f6he,y\n1,2\n", "latin1"));
    expect(() => readTasks([latin, latin], {})).toThrow(/is not in UTF-8: save it as UTF-8/);
  });

  const good = "a,b,y\n1,2,3\n4,5,7\n";
  it.each<[string, string, string, RegExp]>([
    ["a word", good, "a,b,y\n1,2,3\n4,five,6\n", /line 3, column b: five is not a number\.$/],
    ["a gap", "a,b,y\n1,,3\n", good, /line 2, column b: an empty cell/],
    ["NaN", "a,b,y\n1,nan,3\n", good, /line 2, column b: nan is not a number/],
    ["infinity", "a,b,y\n1,1e999,3\n", good, /1e999 is not a number/],
    ["a decimal comma", 'a,b,y\n1,"2,5",3\n', good, /2,5 has a decimal comma: write 2\.5/],
    [
      "decimal commas without quotes",
      "a,b,y\n1,5,2,5,3,5\n",
      good,
      /line 2: 6 cells where the header has 3\..*decimal commas/,
    ],
    ["semicolons", "a;b;y\n1,5;2;3\n", good, /semicolons between its columns/],
    ["too few cells", good, "a,b,y\n1,2,3\n4,5\n", /line 3: 2 cells where the header has 3/],
    ["other features", good, "a,c,y\n1,2,3\n", /has no column b, the feature; it has a, c, y/],
    ["more features", good, "a,b,c,y\n1,2,3,4\n", /columns that .* has not: c\. .*--features/],
    ["a repeated column", "a,a,y\n1,2,3\n", good, /line 1: two columns are called a/],
    ["a column without name", "a,,y\n1,2,3\n", good, /line 1: column 2 has no name/],
    ["an empty file", "", good, /is empty/],
    ["a header only", "a,b,y\n", good, /has a header but no rows/],
    ["an open quote", 'a,b,y\n1,"2,3\n', good, /not a well-formed CSV/],
  ])("refuses %s", (_, first, second, message) => {
    const attempt = () => readTasks([csv(first), csv(second)], {});
    expect(attempt).toThrow(LinearTheoryError);
    expect(attempt).toThrow(expect.objectContaining({ code: "bad-file" }));
    expect(attempt).toThrow(message);
  });

  it("names the missing target and its file, and exits with 1", async () => {
    const { err, code } = await run("analyse", plants[0]!, plants[1]!, "--target", "hardness");
    expect(code).toBe(1);
    expect(err).toMatch(/plant-a\.csv has no column hardness, the target; it has cement.*--target/);
    expect((await run("analyse", plants[0]!, "nowhere.csv")).err).toMatch(/nowhere\.csv cannot be read/);
    expect((await run("analyse", ...plants, "--target", "a,b")).err).toMatch(/2 columns for 3 files/);
  });

  it("says that the risk is infinite when rows are too few", async () => {
    const few = csv("a,b,y\n1,2,3\n4,5,7\n1,0,2\n");
    const { err, code } = await run("analyse", few, csv(good));
    expect(code).toBe(1);
    expect(err).toMatch(/infinite risk.*3 rows for 2 features.*ridge/);
  });

  it.each([
    [["--level", "2"], /between 0 and 1/],
    [["--resamples", "3"], /whole number of at least 20/],
    [["--design", "averaged"], /pooled or shared/],
    [["--features", "a,,b"], /names with commas/],
  ])("refuses %s", async (options, message) => {
    const { err, code } = await run("analyse", ...plants, ...options);
    expect(code).toBe("exit 1");
    expect(err).toMatch(message);
  });

  it("refuses a picture of another format before it reads anything", async () => {
    const { err } = await run("analyse", "nowhere.csv", "nowhere.csv", "--plot", "x.pdf");
    expect(err).toMatch(/x\.pdf must end in \.svg or \.png/);
  });
});

describe("outrigger-linear curve, phase and explore", () => {
  it("curve along the weight and along rows says what the formulas say", async () => {
    const weight = await run("curve", "--features", "12", "--rows", "30,60", "--distances", "1");
    // Exact at weight 1: 0.637 of 12/17.
    expect(weight.out).toMatch(/risk of 0\.706/);
    expect(weight.out).toMatch(/^1 +0\.165 +0\.404 +0\.573 +0\.637 +0\.902$/m);
    const file = join(folder, "rows.svg");
    const rows = await run("curve", "--features", "12", "--rows", "30,60", "--along", "rows", "--out", file);
    expect(rows.code).toBe(0);
    expect(readFileSync(file, "utf8")).toMatch(/auxiliary rows/);
  });

  it("phase prints the boundary and draws it", async () => {
    const file = join(folder, "phase.svg");
    const { out } = await run("phase", "--features", "12", "--rows", "30", "--out", file);
    expect(out).toMatch(/auxiliary rows +Δ\*/);
    expect(readFileSync(file, "utf8")).toMatch(/Where one auxiliary task helps/);
  });

  it("refuses sizes at which the primary alone has infinite risk, and other words", async () => {
    for (const args of [
      ["phase", "--features", "12", "--rows", "13"],
      ["curve", "--features", "12", "--rows", "13,20"],
    ]) {
      const { err, code } = await run(...args);
      expect(code).toBe(1);
      expect(err).toMatch(/infinite.*13 rows for 12 features/);
    }
    expect((await run("curve", "--features", "2", "--rows", "13,20", "--along", "time")).err).toMatch(
      /weight or rows, not time/,
    );
    expect((await run("curve", "--features", "2", "--rows", "13")).err).toMatch(/2 numbers with commas/);
  });

  it("explore copies the page, and says how to build it where it is missing", () => {
    const page = csv("<html></html>", "page");
    copyExplorer(page, join(folder, "copy.html"));
    expect(readFileSync(join(folder, "copy.html"), "utf8")).toBe("<html></html>");
    expect(() => copyExplorer(join(folder, "none.html"), join(folder, "copy.html"))).toThrow(/npm run page/);
  });

  it.each(["analyse", "curve", "phase", "explore"])("%s --help teaches with an example", async (name) => {
    const { out, code } = await run(name, "--help");
    expect(code).toBe("exit 0");
    expect(out).toMatch(/Examples?:\n {2}outrigger-linear/);
  });
});
