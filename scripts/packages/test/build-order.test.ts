import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { manifestOf, packageFolders, root } from "../pack.ts";

// turbo orders builds by dependencies and devDependencies and does not read peerDependencies. A package that the compiler reaches by a
// reference alone would be built by two processes at a time, one of which reads what the other has not yet written.
it.each(packageFolders())("%s is built after every package that its tsconfig refers to", (folder) => {
  const config = JSON.parse(readFileSync(join(root, "packages", folder, "tsconfig.json"), "utf8")) as {
    references?: { path: string }[];
  };
  const { dependencies, devDependencies } = manifestOf(folder);
  const before = Object.keys({ ...dependencies, ...devDependencies });
  const referred = (config.references ?? []).map(({ path }) => manifestOf(basename(path)).name);
  expect(before).toEqual(expect.arrayContaining(referred));
});
