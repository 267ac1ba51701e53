import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../pack.ts";
import { withInstallScript } from "../production.ts";

interface Decision {
  readonly allowed: boolean;
  readonly does: string;
  readonly reason: string;
}

const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));
const decisions = json("scripts/packages/install-scripts.json") as Record<string, Decision>;

it("every dependency with an install script is decided on, with a reason, and no other", () => {
  expect(Object.keys(decisions).sort()).toEqual(withInstallScript());
  for (const { does, reason } of Object.values(decisions)) expect([does, reason]).not.toContain("");
});

it("npm is told the same: allowScripts of package.json", () => {
  const { allowScripts } = json("package.json") as { allowScripts: Record<string, boolean> };
  expect(allowScripts).toEqual(
    Object.fromEntries(Object.entries(decisions).map(([name, { allowed }]) => [name, allowed])),
  );
});
