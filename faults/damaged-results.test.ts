import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeRemarks, readResults } from "@outrigger/bench/results/read";
import { ResultFile } from "@outrigger/bench/results/store";
import { describe } from "vitest";
import { lines, toyRow } from "../packages/bench/test/rows.ts";
import { damaged, distorted } from "./support/damage.ts";
import { fault, kept } from "./support/fault.ts";
import { folders } from "./support/folder.ts";

const fresh = folders();
const rows = Array.from({ length: 8 }, (_, seed) => toyRow({ seed, notes: ["ü".repeat(seed)] }));
const texts = rows.map((row) => lines(row));

describe("Damaged results", () => {
  fault("a file of results, any bytes of one line", { cases: [1000, 30] }, async (random) => {
    const at = random.integer(rows.length);
    const path = join(fresh(), "ci.jsonl");
    const bad = damaged(random, Buffer.from(texts[at]!.slice(0, -1)));
    writeFileSync(
      path,
      Buffer.concat(
        texts.map((text, i) => (i === at ? Buffer.concat([bad, Buffer.from("\n")]) : Buffer.from(text))),
      ),
    );
    const before = readFileSync(path);
    const read = readResults(path);
    const found = new Set(read.rows.map((row) => JSON.stringify(row)));
    kept(
      rows.every((row, i) => i === at || found.has(JSON.stringify(row))),
      "a line was lost that is not the damaged one",
    );
    const whole = read.rows.length === rows.length && read.remarks.length === 0;
    kept(whole || bad.length === 0 || describeRemarks(read).length > 0, "a line was left out without a word");
    const file = new ResultFile(path);
    await file.append(toyRow({ seed: 99 }));
    await file.close();
    kept(
      readFileSync(path).subarray(0, before.length).equals(before),
      "a line was changed by opening the file",
    );
    kept(
      readResults(path).rows.some(({ seed }) => seed === 99),
      "the row written afterwards is not there",
    );
  });

  fault("a file of results, cut off anywhere", { cases: [300, 10] }, async (random) => {
    const all = Buffer.from(texts.join(""));
    const length = random.integer(all.length);
    const whole = all.subarray(0, length).toString("latin1").split("\n").length - 1;
    const path = join(fresh(), "ci.jsonl");
    writeFileSync(path, all.subarray(0, length));
    const file = new ResultFile(path);
    kept(file.before.rows.length >= whole, "a whole line was lost");
    const missing = rows.filter(({ id }) => !file.before.rows.some((row) => row.id === id));
    for (const row of missing) await file.append(row);
    await file.close();
    kept(readFileSync(path).equals(all), "the file is not whole after the missing trials ran");
  });

  fault("a row with other values than it should have", { cases: [1000, 30] }, (random, i) => {
    const path = join(fresh(), "ci.jsonl");
    writeFileSync(path, `${JSON.stringify(distorted(random, toyRow({ seed: 1 })))}\n${texts[0]!}`);
    kept(
      readResults(path).rows.some(({ id }) => id === rows[0]!.id),
      `the row behind it was lost (${i})`,
    );
  });
});
