import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { closest, readColumns } from "@outrigger/core/data/csv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { thrown } from "./support/errors.ts";

describe("readColumns", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "outrigger-csv-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("reads quoted cells, blanks, blank lines, a byte-order mark and Windows line ends", () => {
    const table = readColumns({ text: '\uFEFFname,y\r\n"Amine, ""tertiary""",1.5\r\n\r\nB ,\r\n' });
    expect(table.header).toEqual(["name", "y"]);
    expect(table.column("name")).toEqual(['Amine, "tertiary"', "B"]);
    expect(table.column("y")).toEqual(["1.5", ""]);
    expect(table.rows).toBe(2);
    expect(table.lines).toEqual([2, 4]);
  });

  it.each(["\n", "\r\n", "\r"])(
    "counts lines as an editor does, those inside quotes too: line end %j",
    (end) => {
      const lines = ["a,b", '"1', '2",3', "", "4,5", ""];
      const table = readColumns({ text: lines.join(end) });
      expect(table.column("a")).toEqual(["1\n2", "4"]);
      expect(table.lines).toEqual([3, 5]);
    },
  );

  it("reads line ends of several kinds in one file", () => {
    const table = readColumns({ text: "a,b\n1,2\r\n3,4\r5,6" });
    expect(table.column("b")).toEqual(["2", "4", "6"]);
    expect(table.lines).toEqual([2, 3, 4]);
  });

  it("refuses bytes that are no UTF-8, with their line, and reads them when told the encoding", () => {
    const path = join(folder, "latin.csv");
    // U+FFFD itself, on line 2, is a character like any other.
    const bytes = [...Buffer.from("name,y\r\n\uFFFD,1\r\nAcide cin"), 0xe9, ...Buffer.from("ol,2\r\n")];
    writeFileSync(path, Buffer.from(bytes));
    const error = thrown(() => readColumns({ path }));
    expect(error.code).toBe("bad-file");
    expect(error.details).toEqual({ path, encoding: "utf-8", line: 3 });
    expect(error.message).toContain("Save it as UTF-8");
    expect(readColumns({ path, encoding: "windows-1252" }).column("name")[1]).toBe("Acide cinéol");
    expect(thrown(() => readColumns({ path, encoding: "latin-13" })).code).toBe("bad-option");
  });

  it("refuses a file that is cut off inside a character", () => {
    const path = join(folder, "cut.csv");
    writeFileSync(path, Buffer.from("name\né\né").subarray(0, -1));
    expect(thrown(() => readColumns({ path })).details).toMatchObject({ line: 3 });
  });

  it("reads plain and gzip files alike", () => {
    writeFileSync(join(folder, "a.csv"), "x,y\n1,2\n");
    writeFileSync(join(folder, "a.csv.gz"), gzipSync("x,y\n1,2\n"));
    for (const file of ["a.csv", "a.csv.gz"]) {
      expect(readColumns({ path: join(folder, file) }).column("y")).toEqual(["2"]);
    }
  });

  it("names the columns that exist and the closest one", () => {
    const error = thrown(() =>
      readColumns({ text: "smiles,measured log solubility\nC,1\n" }).column("SMILE"),
    );
    expect(error.code).toBe("bad-data");
    expect(error.message).toContain('Did you mean "smiles"?');
    expect(error.message).toContain('"measured log solubility"');
  });

  it("suggests nothing when nothing is near", () => {
    expect(closest("p_np", ["smiles", "Compound ID"])).toBeUndefined();
    expect(closest("solubility", ["smiles", "measured log solubility in mols per litre"])).toContain(
      "solubility",
    );
  });

  it.each([
    ["empty", "", "is empty"],
    ["blank", "\n\n", "is empty"],
    ["header only", "a,b\n", "no rows"],
    ["ragged", "a,b\n1,2,3\n", "not a well-formed"],
    ["open quote", 'a,b\n"1,2\n', "not a well-formed"],
    ["repeated column", "a,a\n1,2\n", 'two columns named "a"'],
  ])("refuses a table that is %s", (_, text, says) => {
    const error = thrown(() => readColumns({ text }));
    expect(error.code).toBe("bad-file");
    expect(error.message).toContain(says);
  });

  it("refuses a missing file and a truncated gzip file by name", () => {
    expect(thrown(() => readColumns({ path: join(folder, "none.csv") })).code).toBe("missing-data");
    const whole = gzipSync("x,y\n1,2\n");
    writeFileSync(join(folder, "cut.csv.gz"), whole.subarray(0, whole.length - 10));
    const error = thrown(() => readColumns({ path: join(folder, "cut.csv.gz") }));
    expect(error.code).toBe("bad-file");
    expect(error.message).toContain("cut.csv.gz");
  });
});
