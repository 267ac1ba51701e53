import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadDataset } from "../src/data/load.ts";
import { ESOL, MOLECULE_SOURCES, type MoleculeSource } from "../src/data/sources.ts";

const CONTENT = gzipSync("smiles,y,note\nCCO,1,a\nCCN,2,b\nC1,3,c\n");
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

let server: Server;
let folder: string;
let source: MoleculeSource;
/** Paths that were asked for. */
let asked: string[];

beforeEach(async () => {
  asked = [];
  folder = mkdtempSync(join(tmpdir(), "load-"));
  vi.stubEnv("OUTRIGGER_DATA", join(folder, "data"));
  vi.stubEnv("OUTRIGGER_CACHE", join(folder, "cache"));
  server = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url === "/table.csv.gz") response.end(CONTENT);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  source = {
    ...ESOL,
    file: "table.csv.gz",
    url: `http://127.0.0.1:${port}/table.csv.gz`,
    sha256: sha256(CONTENT),
    targets: ["y"],
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const cached = (): string => join(folder, "cache", "molecular", source.file);

describe("loadDataset", () => {
  it("downloads nothing unasked, and says where the file belongs", async () => {
    await expect(loadDataset(source)).rejects.toMatchObject({
      code: "missing-data",
      message: expect.stringContaining(source.url) as string,
    });
    expect(asked).toEqual([]);
  });

  it("downloads when asked, keeps the file, and does not ask again", async () => {
    const heard: number[] = [];
    const table = await loadDataset(source, { download: true, onDownload: (bytes) => heard.push(bytes) });
    expect([table.smiles, table.rows, table.problems.length]).toEqual([["CCO", "CCN"], [2, 3], 1]);
    expect(heard.at(-1)).toBe(CONTENT.length);
    await loadDataset(source);
    expect(asked).toEqual(["/table.csv.gz"]);
    expect(readdirSync(join(folder, "cache", "molecular"))).toEqual(["table.csv.gz"]);
  });

  it("prefers the folder given, then OUTRIGGER_DATA, then the cache, and compares the checksum of each", async () => {
    const place = (where: string, content: Uint8Array | string): void => {
      mkdirSync(join(folder, where, "molecular"), { recursive: true });
      writeFileSync(join(folder, where, "molecular", source.file), content);
    };
    place("cache", CONTENT);
    expect((await loadDataset(source)).smiles.length).toBe(2);
    place("data", "smiles,y\nC,1\n");
    await expect(loadDataset(source)).rejects.toMatchObject({ code: "checksum" });
    place("given", CONTENT);
    const table = await loadDataset(source, { data: join(folder, "given") });
    expect(table.name).toBe(join(folder, "given", "molecular", source.file));
    expect(asked).toEqual([]);
  });

  it("stores nothing that has another checksum or that the server does not have", async () => {
    const other = { ...source, sha256: sha256(Buffer.from("other")) };
    await expect(loadDataset(other, { download: true })).rejects.toMatchObject({ code: "checksum" });
    const gone = { ...source, url: source.url.replace("table", "gone") };
    await expect(loadDataset(gone, { download: true })).rejects.toMatchObject({
      code: "download",
      message: expect.stringContaining("404") as string,
    });
    expect(existsSync(cached())).toBe(false);
  });

  it("reads some of the targets, or every column of numbers where a source names none", async () => {
    const table = await loadDataset({ ...source, targets: [] }, { download: true });
    expect(Object.keys(table.targets)).toEqual(["y"]);
    await expect(loadDataset(source, { targets: ["note"] })).rejects.toMatchObject({ code: "bad-data" });
  });
});

describe("the sources", () => {
  const sources = Object.entries(MOLECULE_SOURCES);

  it("have one name, file and checksum each, and an address with a fixed commit that ends in a file of the same kind", () => {
    for (const [name, entry] of sources) {
      expect(entry.name).toBe(name);
      expect(entry.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(entry.url).toMatch(/^https:\/\/raw\.githubusercontent\.com\/[^/]+\/[^/]+\/[0-9a-f]{40}\/.+/);
      expect(entry.url.endsWith(`/${entry.file}`)).toBe(true);
      expect(new Set(entry.targets).size).toBe(entry.targets.length);
    }
    expect(new Set(sources.map(([, { sha256: sum }]) => sum)).size).toBe(sources.length);
  });

  it.each([
    ["tox21", 12],
    ["sider", 27],
    ["muv", 17],
    ["qm8", 12],
  ])("%s has its %i targets", (name, count) => {
    expect(MOLECULE_SOURCES[name]!.targets.length).toBe(count);
  });
});
