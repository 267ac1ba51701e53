import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { compareSets } from "../src/command/compare.ts";
import { type Place, resultSet } from "../src/command/result-set.ts";
import { discover } from "../src/run/discover.ts";
import { outrigger } from "./command.ts";
import { temporary } from "./harness.ts";
import { repository } from "./project.ts";
import { lines, toyRow } from "./rows.ts";

const placeOf = async (folder: string): Promise<Place> => ({
  all: await discover(folder),
  out: join(folder, "results"),
  project: folder,
});

describe("outrigger compare", () => {
  it("compares two commits that were run here; the same sets have other names too", async () => {
    const { folder, git, edit } = repository();
    const cwd = folder;
    const run = ["run", "toy/noise", "--tier", "ci", "--methods", "uniform", "--workers", "2"];
    expect((await outrigger(run, { cwd })).code).toBe(0);
    expect((await outrigger(["reference", "toy/noise"], { cwd })).output).not.toContain("uncommitted");
    edit("packages/toy/bench/noise.js", "uniform: -0.2", "uniform: 0.4");
    git("add", "-A");
    git("commit", "-qm", "worse, and the rows of before");
    expect((await outrigger(run, { cwd })).code).toBe(0);

    const commits = await outrigger(["compare", "HEAD~1", "HEAD"], { cwd });
    expect(commits.code).toBe(0);
    expect(commits.output).toMatch(/gin single-task .* identical/);
    expect(commits.output).toMatch(/gin uniform .*\+0\.600 .*<0\.0001 {2}worse/);
    expect(commits.output).toContain("4 rows: 2 worse, 2 identical.");
    const json = await outrigger(["compare", "HEAD~1", "HEAD", "--json"], { cwd });
    expect(JSON.parse(json.stdout)).toMatchObject([{ benchmark: "toy/noise", tier: "ci", notes: [] }]);

    const place = await placeOf(folder);
    const changes = (a: string, b: string) =>
      compareSets(resultSet(a, place), resultSet(b, place), place.all, "ci")[0]?.rows.map(
        ({ method, change, difference }) => [method, change, difference],
      );
    const wanted = changes("HEAD~1", "HEAD");
    const head = git("rev-parse", "HEAD").slice(0, 9);
    const kept = join(folder, "packages/toy/results");
    const code = /"codeVersion":"(\w+)"/.exec(readFileSync(join(kept, "ci.jsonl"), "utf8"))?.[1] ?? "";
    expect(changes("reference", head)).toEqual(wanted);
    expect(changes("HEAD:", "HEAD")).toEqual(wanted);
    expect(changes(code.slice(0, 8), place.out)).toEqual(wanted);
    expect(changes(join(kept, "ci.jsonl"), "HEAD")).toEqual(wanted);
    expect(changes(kept, "v1")).toEqual(wanted);
  });

  it("warns of what is wrong in a file, and goes on with the rest", async () => {
    const folder = temporary();
    const path = join(folder, "broken.jsonl");
    writeFileSync(path, `${lines(toyRow())}oops\n`);
    const { code, output } = await outrigger(["compare", path, path]);
    expect(code).toBe(0);
    expect(output).toContain("broken.jsonl, line 2: is no JSON");
    expect(output).toMatch(/uniform .* identical/);
  });
});

describe("resultSet", () => {
  it("says what there is when a word means nothing, or a set is empty", async () => {
    const { folder } = repository();
    const place = await placeOf(folder);
    const found = (word: string) => () => resultSet(word, place);
    expect(found("nothing")).toThrow(
      /"nothing" is no file or folder.* There are commits none and code none; "nothing:" means/,
    );
    expect(found("nothing:")).toThrow(/git knows no revision "nothing" here/);
    expect(found("HEAD:")).toThrow(/"HEAD:" \(the rows committed in HEAD \(\w{12}\)\) has no results/);
    expect(found("reference")).toThrow(/the committed rows\) has no results/);
    mkdirSync(join(folder, "empty"));
    expect(found(join(folder, "empty"))).toThrow(/\(the folder .*empty\) has no results/);
    mkdirSync(join(place.out, "toy"), { recursive: true });
    writeFileSync(join(place.out, "toy/ci.jsonl"), `${lines(toyRow({ tier: "ci" }))}<<<<<<<\n`);
    expect(found("nothing")).toThrow(/There are commits 0123456789ab and code c0de/);
    expect(found("v7")).toThrow(/\(rows of version 7\) has no results\.\n.*line 2: is no JSON/);
    expect(resultSet("0123456", place).rows).toHaveLength(1);
  });

  it("takes of a folder what was run there, and not what other commands keep beside it", () => {
    const folder = temporary();
    const files = {
      "toy/smoke.jsonl": lines(toyRow()),
      "tuned-by-hand/smoke.jsonl": lines(toyRow({ seed: 1 })),
      "tuned/toy/smoke.jsonl": lines(toyRow({ seed: 2 })),
      "reproduced/toy/smoke.jsonl": lines(toyRow({ seed: 3 })),
      "slurm/trials-0123abcd.jsonl": '{ "format": 1, "id": "0" }\n',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const { rows, remarks } = resultSet(folder, { all: [], out: folder, project: folder });
    expect(rows.map(({ seed }) => seed)).toEqual([0, 1]);
    expect(remarks).toEqual([]);
  });

  it("counts a trial that stands in two files once", () => {
    const folder = temporary();
    writeFileSync(
      join(folder, "a.jsonl"),
      lines(toyRow({ status: "failed", metrics: {} }), toyRow({ seed: 1 })),
    );
    writeFileSync(join(folder, "b.jsonl"), lines(toyRow(), toyRow({ seed: 1 })));
    const { rows, remarks } = resultSet(folder, { all: [], out: folder, project: folder });
    expect(rows).toEqual([toyRow(), toyRow({ seed: 1 })]);
    expect(remarks).toEqual([]);
    writeFileSync(
      join(folder, "c.jsonl"),
      lines(toyRow({ metrics: { "validation/rmse": 2, "test/rmse": 1 } })),
    );
    const three = resultSet(folder, { all: [], out: folder, project: folder });
    expect(three.rows).toEqual(rows);
    expect(three.remarks).toEqual([
      `${join(folder, "c.jsonl")} has trial ${toyRow().id} with other numbers than ${join(folder, "b.jsonl")}, whose row counts.`,
    ]);
  });
});
