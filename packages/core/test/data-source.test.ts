import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findData, locate } from "@outrigger/core/data/source";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { refused } from "./support/errors.ts";

const contents = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i) % 251));
const sha256 = createHash("sha256").update(contents).digest("hex");

/** What the server does with the next request. */
type Answer = "whole" | "range" | "break" | "missing" | "never" | "other";

describe("findData", () => {
  let folder = "";
  let server: Server;
  let url = "";
  let answer: Answer = "whole";
  let ranges: (string | undefined)[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "outrigger-data-"));
    ranges = [];
    server = createServer((request, response) => {
      const { range } = request.headers;
      ranges.push(range);
      const from = Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0);
      if (answer === "missing") response.writeHead(404).end("no such file");
      else if (answer === "never") response.writeHead(416).end();
      else if (answer === "other") response.end("<html>please log in</html>");
      else if (answer === "break") {
        response.writeHead(200, { "content-length": contents.length });
        response.write(contents.subarray(0, 70_000), () => setTimeout(() => response.destroy(), 50));
      } else if (answer === "range" && from >= contents.length) response.writeHead(416).end();
      else if (answer === "range" && from > 0) {
        response.writeHead(206, { "content-length": contents.length - from }).end(contents.subarray(from));
      } else response.writeHead(200, { "content-length": contents.length }).end(contents);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.bin`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const cached = (): string => join(folder, "cache", "toy", "a.bin");
  const find = (options: Parameters<typeof findData>[1] = {}): Promise<string> =>
    findData(
      { domain: "toy", file: "a.bin", url, sha256 },
      { env: { OUTRIGGER_CACHE: join(folder, "cache"), OUTRIGGER_DATA: join(folder, "shared") }, ...options },
    );
  const put = (path: string, data: Uint8Array = contents): string => {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, data);
    return path;
  };

  it("downloads into the cache with progress, and once only", async () => {
    const seen: [number, number | undefined][] = [];
    expect(await find({ progress: (received, total) => seen.push([received, total]) })).toBe(cached());
    expect(readFileSync(cached()).equals(contents)).toBe(true);
    expect(seen.at(0)).toEqual([0, contents.length]);
    expect(seen.at(-1)).toEqual([contents.length, contents.length]);
    expect(existsSync(`${cached()}.part`)).toBe(false);
    await find();
    expect(ranges).toHaveLength(1);
  });

  it("prefers the directory given, then OUTRIGGER_DATA, then the cache", async () => {
    const places = [
      put(cached()),
      put(join(folder, "shared/toy/a.bin")),
      put(join(folder, "mine/toy/a.bin")),
    ];
    expect(await find({ directory: join(folder, "mine") })).toBe(places[2]);
    expect(await find()).toBe(places[1]);
    rmSync(places[1]!);
    expect(await find()).toBe(places[0]);
    expect(ranges).toHaveLength(0);
    expect(locate({ domain: "toy", file: "b.bin" }, { env: { OUTRIGGER_CACHE: folder } })).toBeUndefined();
  });

  it.each([
    { domain: "toy", file: "../../secret" },
    { domain: "..", file: "secret" },
    { domain: "toy", file: "/etc/passwd" },
    { domain: "toy", file: "..\\secret" },
  ])("never looks or writes outside of its folders: %j", async (names) => {
    writeFileSync(join(folder, "secret"), contents);
    const env = { OUTRIGGER_CACHE: join(folder, "cache") };
    expect((await refused(findData({ ...names, url, sha256 }, { env }))).code).toBe("bad-option");
    expect(ranges).toHaveLength(0);
  });

  it("keeps what arrived when the connection breaks, and asks for the rest only", async () => {
    answer = "break";
    const error = await refused(find());
    expect(error.code).toBe("download");
    expect(error.message).toMatch(/broke after \d+ bytes/);
    const kept = readFileSync(`${cached()}.part`);
    expect(kept.equals(contents.subarray(0, kept.length))).toBe(true);
    expect(kept.length).toBe(70_000);
    expect(existsSync(cached())).toBe(false);
    answer = "range";
    await find();
    expect(ranges).toEqual([undefined, "bytes=70000-"]);
    expect(readFileSync(cached()).equals(contents)).toBe(true);
  });

  it("starts over when the server ignores the range", async () => {
    put(`${cached()}.part`, contents.subarray(0, 1000));
    await find();
    expect(ranges).toEqual(["bytes=1000-"]);
    expect(readFileSync(cached()).equals(contents)).toBe(true);
  });

  it.each([
    ["whole", contents, 1],
    ["too long and wrong", Buffer.alloc(contents.length + 5), 2],
  ])("copes with a part that is %s", async (_, part, requests) => {
    put(`${cached()}.part`, part);
    answer = "range";
    await find();
    expect(ranges).toHaveLength(requests);
    expect(readFileSync(cached()).equals(contents)).toBe(true);
  });

  it("refuses a download of other contents, and keeps nothing of it", async () => {
    answer = "other";
    const error = await refused(find());
    expect(error.code).toBe("checksum");
    for (const part of ["a.bin", url, sha256, String(error.details.found), "try again"])
      expect(error.message).toContain(part);
    expect(existsSync(cached())).toBe(false);
    expect(existsSync(`${cached()}.part`)).toBe(false);
  });

  it("refuses a copy of other contents and leaves it where it is", async () => {
    const path = put(join(folder, "shared/toy/a.bin"), Buffer.from("old"));
    const error = await refused(find());
    expect(error.code).toBe("checksum");
    for (const part of [path, sha256, String(error.details.found), "Delete it"])
      expect(error.message).toContain(part);
    expect(existsSync(path)).toBe(true);
    expect(ranges).toHaveLength(0);
  });

  it.each(["missing", "never"] as const)(
    "names file, address and folder when the server has no such file (%s)",
    async (how) => {
      answer = how;
      const error = await refused(find());
      expect(error.code).toBe("download");
      for (const part of [how === "never" ? "416" : "404", "a.bin", url, cached()])
        expect(error.message).toContain(part);
    },
  );

  it("names file, address and folder without a network, and when downloads are off", async () => {
    const off = await refused(find({ download: false }));
    expect(ranges).toHaveLength(0);
    await new Promise((resolve) => server.close(resolve));
    const dead = await refused(find());
    expect([off.code, dead.code]).toEqual(["missing-data", "download"]);
    expect(dead.message).toContain("no answer");
    for (const error of [off, dead]) {
      for (const part of ["a.bin", url, cached(), "OUTRIGGER_DATA"]) expect(error.message).toContain(part);
    }
    server = createServer().listen(0, "127.0.0.1");
  });
});
