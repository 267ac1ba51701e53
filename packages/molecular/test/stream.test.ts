import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { readColumns } from "@outrigger/core/data/csv";
import { OutriggerError } from "@outrigger/core/error";
import { array, assert, asyncProperty, constantFrom, integer, string, stringMatching } from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { RowProblem } from "../src/data/dataset.ts";
import { BBBP, CLINTOX, FREESOLV, SIDER } from "../src/data/sources.ts";
import { type StreamedRow, type StreamOptions, streamMolecules } from "../src/data/stream.ts";

const folder = mkdtempSync(join(tmpdir(), "stream-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, `table-${files++}.csv`);
  writeFileSync(path, content);
  return path;
}

async function rowsOf(content: string | Uint8Array, options: StreamOptions = {}): Promise<StreamedRow[]> {
  const rows: StreamedRow[] = [];
  for await (const chunk of streamMolecules({ path: file(content) }, options)) rows.push(...chunk);
  return rows;
}

async function refusal(content: string | Uint8Array, options: StreamOptions = {}): Promise<OutriggerError> {
  const error: unknown = await rowsOf(content, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(OutriggerError);
  return error as OutriggerError;
}

const brief = (rows: readonly StreamedRow[]): unknown[] => rows.map(({ row, smiles }) => [row, smiles]);

describe("streamMolecules", () => {
  it("gives lines, SMILES and all cells, in chunks", async () => {
    const chunks: StreamedRow[][] = [];
    const text = 'name,SMILES,y\n"a, b", CCO ,1\n\nc,CCN,\nd,C,3\n';
    for await (const chunk of streamMolecules({ text }, { chunk: 2 })) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.length)).toEqual([2, 1]);
    expect(chunks.flat()).toEqual([
      { row: 2, smiles: "CCO", cells: { name: "a, b", SMILES: "CCO", y: "1" } },
      { row: 4, smiles: "CCN", cells: { name: "c", SMILES: "CCN", y: "" } },
      { row: 5, smiles: "C", cells: { name: "d", SMILES: "C", y: "3" } },
    ]);
  });

  const TABLE = "smiles,name\nCCO,ä\nCCN,β\n";
  const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, "utf16le");
  it.each<[string, string | Uint8Array, StreamOptions]>([
    ["plain", TABLE, {}],
    ["a byte-order mark", `\uFEFF${TABLE}`, {}],
    ["CRLF", TABLE.replaceAll("\n", "\r\n"), {}],
    ["old Macintosh line ends", TABLE.replaceAll("\n", "\r"), {}],
    ["line ends of both kinds", TABLE.replace("\n", "\r\n"), {}],
    ["no line end at the end", TABLE.trimEnd(), {}],
    ["gzip", gzipSync(TABLE), {}],
    ["UTF-16 that is named", utf16(TABLE).subarray(2), { encoding: "utf-16le" }],
    ["UTF-16, little end first", utf16(TABLE), {}],
    ["UTF-16, big end first", utf16(TABLE).swap16(), {}],
    [
      "an encoding that is named",
      Buffer.from("smiles,name\nCCO,\xe4\nCCN,\xdf\n", "latin1"),
      { encoding: "windows-1252" },
    ],
  ])("reads %s", async (name, content, options) => {
    const rows = await rowsOf(content, options);
    expect(brief(rows)).toEqual([
      [2, "CCO"],
      [3, "CCN"],
    ]);
    expect(rows[1]!.cells["name"]).toBe(name.includes("encoding") ? "ß" : "β");
  });

  it("counts lines inside of quotes, so that a line is the one that an editor shows", async () => {
    expect(brief(await rowsOf('smiles,name\r\nC,"x\r\ny"\r\n\r\nN,z\r\n'))).toEqual([
      [3, "C"],
      [5, "N"],
    ]);
  });

  it("reports ragged rows with line and reason, and goes on", async () => {
    const problems: RowProblem[] = [];
    const onProblem = (problem: RowProblem): void => void problems.push(problem);
    const rows = await rowsOf("smiles,y\nCCO\nCCN,2\nC,1,2\nN,3\n", { onProblem });
    expect(brief(rows)).toEqual([
      [3, "CCN"],
      [5, "N"],
    ]);
    expect(problems).toEqual([
      { row: 2, column: "smiles", value: "CCO", reason: "The row has 1 cells, the header 2." },
      { row: 4, column: "y", value: "C,1,2", reason: "The row has 3 cells, the header 2." },
    ]);
  });

  it("says where a quote was opened that only a later row closes", async () => {
    const problems: RowProblem[] = [];
    await rowsOf('smiles,y\nCCN,2\nCCO,"1\nC,2\nN,3",7\nO,5\n', {
      onProblem: (problem) => void problems.push(problem),
    });
    expect(problems).toMatchObject([
      { row: 5, reason: expect.stringContaining("begins after line 2") as string },
    ]);
  });

  it("hands over the header before the first row, and without any row as well", async () => {
    const seen: unknown[] = [];
    const onHeader = (header: readonly string[]): void => void seen.push([...header]);
    for await (const rows of streamMolecules({ text: "smiles,y\nC,1\n" }, { onHeader }))
      seen.push(rows.length);
    await refusal("smiles,z\n", { onHeader });
    expect(seen).toEqual([["smiles", "y"], 1, ["smiles", "z"]]);
  });

  it.each<[string, string | Uint8Array, StreamOptions, string, RegExp]>([
    [
      "a ragged row that nobody hears of",
      "smiles,y\nC,1\nN\n",
      {},
      "bad-data",
      /row 3: .*1 cells.*onProblem/,
    ],
    [
      "no such column",
      "smiles,y\nC,1\n",
      { smiles: "smile" },
      "bad-data",
      /no column "smile".*mean "smiles"/,
    ],
    ["no usual column", "a,y\nC,1\n", {}, "bad-data", /option "smiles".*"a", "y"/],
    ["a column named twice", "smiles,y,y\nC,1,2\n", {}, "bad-file", /two columns named "y"/],
    ["nothing", "", {}, "bad-file", /is empty/],
    ["a byte-order mark alone", "\uFEFF", {}, "bad-file", /is empty/],
    ["a header alone", "smiles,y\n", {}, "bad-file", /no rows/],
    ["a quote inside of a cell", 'smiles,y\nC,1\nN,a"b\n', {}, "bad-file", /row after line 2.*quote/i],
    ["an open quote", 'smiles,y\nC,1\nN,"b\nO,2\n', {}, "bad-file", /row after line 2.*not closed/i],
    [
      "an open quote in a long file",
      `smiles,y\nN,"b\n${"CCCCCCC,1\n".repeat(2e5)}`,
      {},
      "bad-file",
      /after line 1.*left open/,
    ],
    [
      "Latin 1",
      Buffer.from("smiles,n\nC,a\nCCO,\xe4\n", "latin1"),
      {},
      "bad-file",
      /utf-8.*near line 3.*windows-1252/,
    ],
    ["a character cut in two", Buffer.from("smiles,n\nC,ä").subarray(0, -1), {}, "bad-file", /near line 2/],
    ["an unknown encoding", "smiles\nC\n", { encoding: "klingon" }, "bad-option", /encoding "klingon"/],
    [
      "UTF-16 without a mark",
      Buffer.from("smiles,n\nC,a\n", "utf16le"),
      {},
      "bad-file",
      /zero bytes.*utf-16le/,
    ],
    ["a spreadsheet", Buffer.from("PK\x03\x04...."), {}, "bad-file", /ZIP archive.*Export/],
    ["half a gzip file", gzipSync("smiles\nC\n".repeat(99)).subarray(0, 30), {}, "bad-file", /cut off/],
    ["a chunk of nothing", "smiles\nC\n", { chunk: 0 }, "bad-option", /chunk is 0/],
  ])("names the cure for %s", async (_, content, options, code, message) => {
    const error = await refusal(content, options);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  it("says of an empty text what it says of an empty file", async () => {
    await expect(streamMolecules({ text: "" }).next()).rejects.toMatchObject({ code: "bad-file" });
  });

  it("names a missing file, and a folder", async () => {
    const first = async (path: string): Promise<unknown> =>
      await streamMolecules({ path })
        .next()
        .catch((error: unknown) => error);
    expect(await first(join(folder, "none.csv"))).toMatchObject({ code: "missing-data" });
    expect(await first(folder)).toMatchObject({ code: "bad-file" });
  });

  it("reads back what was written, for any cells, chunk and line end", async () => {
    const cell = string({ unit: constantFrom("a", "ß", "😀", '"', ",", "\n", ";", " b", "x"), maxLength: 6 });
    const table = array(array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 20 });
    const end = constantFrom("\n", "\r\n", "\r");
    const smiles = stringMatching(/^[CNO]{1,5}$/);
    await assert(
      asyncProperty(
        table,
        end,
        integer({ min: 1, max: 7 }),
        smiles,
        async (cells, lineEnd, chunk, molecule) => {
          const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
          const lines = cells.map((row) => [molecule, ...row.map(quoted)].join(","));
          const text = ["smiles,a,b", ...lines].join(lineEnd);
          const rows: StreamedRow[] = [];
          for await (const some of streamMolecules({ text }, { chunk })) rows.push(...some);
          expect(rows.map(({ cells: { a, b } }) => [a, b])).toEqual(cells);
          expect(rows.every((row) => row.smiles === molecule)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.skipIf(process.platform !== "linux")(
    "closes the file when the reader leaves early (open files are looked up in /proc: Linux)",
    async () => {
      const path = file(`smiles\n${"CCO\n".repeat(200_000)}`);
      for await (const rows of streamMolecules({ path }, { chunk: 10 })) {
        expect(rows.length).toBe(10);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      const open = readdirSync("/proc/self/fd").flatMap((fd) => {
        try {
          return [readlinkSync(`/proc/self/fd/${fd}`)];
        } catch {
          return [];
        }
      });
      expect(open).not.toContain(path);
    },
  );

  it("needs no more memory for 20,000 rows than for 2,000", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    function* csv(rows: number): Generator<string> {
      yield "id,smiles,comment\n";
      for (let i = 0; i < rows; i++) yield `${i},CC(=O)Nc1ccc(O)cc1,${"x".repeat(100)}\n`;
    }
    /** Most bytes that are still in use while the file is read. */
    const most = async (rows: number): Promise<number> => {
      const path = file([...csv(rows)].join(""));
      let [count, peak] = [0, 0];
      for await (const chunk of streamMolecules({ path }, { chunk: 250 })) {
        count += chunk.length;
        if (count % 2000 !== 0) continue;
        collectGarbage();
        const { heapUsed, external } = process.memoryUsage();
        peak = Math.max(peak, heapUsed + external);
      }
      expect(count).toBe(rows);
      return peak;
    };
    const small = await most(2_000);
    const large = await most(20_000);
    // Kept, the rows of the large file would take some 8 MB.
    expect(large - small).toBeLessThan(2e6);
  });
});

const data = process.env["OUTRIGGER_DATA"];

describe.skipIf(!data)("public files (need OUTRIGGER_DATA)", () => {
  it.each([FREESOLV, BBBP, CLINTOX, SIDER])(
    "$name is read as the reader of whole tables reads it",
    async (source) => {
      const path = join(data ?? "", "molecular", source.file);
      const whole = readColumns({ path });
      const rows: StreamedRow[] = [];
      for await (const chunk of streamMolecules({ path }, { smiles: source.smiles, chunk: 97 }))
        rows.push(...chunk);
      expect(rows.map(({ row }) => row)).toEqual([...whole.lines]);
      expect(rows.map(({ smiles }) => smiles)).toEqual([...whole.column(source.smiles)]);
      for (const name of whole.header)
        expect(rows.map(({ cells }) => cells[name])).toEqual([...whole.column(name)]);
    },
  );
});
