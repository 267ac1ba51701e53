import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../src/", import.meta.url));

/** Every module that a file loads at once, and every package; not what it loads when a command asks for it. */
function loaded(entry: string): { files: Set<string>; packages: Set<string> } {
  const [files, packages] = [new Set<string>(), new Set<string>()];
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, types, from] of text.matchAll(/^(?:import|export) (type )?[^;]*?\bfrom "([^"]+)";/gms)) {
      if (types) continue;
      if (from!.startsWith(".")) visit(resolve(dirname(file), from!));
      else
        packages.add(from!.startsWith("@") ? from!.split("/").slice(0, 2).join("/") : from!.split("/")[0]!);
    }
  };
  visit(entry);
  return { files, packages };
}

describe("what importing loads", () => {
  it("the library is core and tfjs: nothing that draws, and nothing of the command", () => {
    const { files, packages } = loaded(join(source, "index.ts"));
    expect([...packages].sort()).toEqual(["@outrigger/core", "@tensorflow/tfjs"]);
    expect([...files].filter((file) => /\/(report|cli|command)\//.test(file))).toEqual([]);
    expect(files.size).toBeGreaterThan(60);
  });

  it("the command draws only when it is asked to", () => {
    const { packages } = loaded(join(source, "cli.ts"));
    expect(packages).toContain("commander");
    for (const drawing of ["@observablehq/plot", "linkedom", "@resvg/resvg-js"])
      expect(packages).not.toContain(drawing);
    expect(loaded(join(source, "report/eval-page.ts")).packages).toContain("@observablehq/plot");
  });
});
