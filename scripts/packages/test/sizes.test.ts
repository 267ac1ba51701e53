import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { TRIALS } from "../domains.ts";
import { downloaded } from "../downloaded.ts";
import { installedSize } from "../installed-size.ts";
import { packageFolders } from "../pack.ts";
import { tooLarge } from "../sizes.ts";

it("an installation counts bytes of files, and packages wherever they lie but not files of that name inside of them", () => {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-size-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = [
    "a/package.json",
    "a/esm/package.json",
    "a/node_modules/@s/b/package.json",
    "@s/c/package.json",
    "@s/c/x.js",
  ];
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "{}");
  }
  expect(installedSize(folder)).toMatchObject({ installed: 10, packages: 3 });
  expect(installedSize(join(folder, "missing"))).toMatchObject({ installed: 0, packages: 0 });
});

it("a download counts the tarballs in npm's cache, and not what the registry answered besides", () => {
  const cache = mkdtempSync(join(tmpdir(), "outrigger-cache-"));
  onTestFinished(() => rmSync(cache, { recursive: true }));
  const tarball = gzipSync("a tarball");
  const kept = {
    "sha512/aa/bb/c": tarball,
    "sha1/aa/bb/d": tarball,
    "sha512/aa/bb/e": '{"name":"x"}',
    "sha512/f": "",
  };
  for (const [path, content] of Object.entries(kept)) {
    const file = join(cache, "_cacache/content-v2", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  expect(downloaded(cache)).toBe(2 * tarball.length);
  expect(downloaded(join(cache, "missing"))).toBe(0);
});

it("every package is tried, and has limits that something larger breaks", () => {
  expect(TRIALS.map(({ folder }) => folder).sort()).toEqual(packageFolders());
  for (const folder of packageFolders()) {
    expect(tooLarge({ folder, tarball: 1, installed: 1 })).toEqual([]);
    expect(tooLarge({ folder, tarball: 1e9, installed: 1 })).toHaveLength(1);
  }
  expect(tooLarge({ folder: "unknown", tarball: 1, installed: 1 })).toHaveLength(1);
});
