import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { allPolicies } from "./support/policies.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it("the example of docs/sharing.md runs every policy, each learns, and TAPS says what it shares", async () => {
  const [, code] = /^```js\n(.*?)^```/ms.exec(readFileSync(at("../docs/sharing.md"), "utf8"))!;
  const folder = mkdtempSync(join(tmpdir(), "outrigger-guide-"));
  symlinkSync(at("../../../node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "example.js"), code!);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@outrigger/source", "--import", "tsx", "example.js"],
    { cwd: folder, encoding: "utf8" },
  );
  rmSync(folder, { recursive: true });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  const found = [...stdout.matchAll(/^(\w+): rmse ([\d.]+)/gm)].map(
    ([, name, rmse]) => [name!, Number(rmse)] as const,
  );
  expect(found.map(([name]) => name).sort()).toEqual((await allPolicies()).map(([name]) => name).sort());
  // The labels' standard deviation is 0.68.
  for (const [name, rmse] of found) expect(rmse, `rmse of ${name}`).toBeLessThan(0.3);
  const [, shared] = /^taps: .*shared layers: (.*)$/m.exec(stdout)!;
  const two = [expect.any(Boolean), expect.any(Boolean)];
  expect(JSON.parse(shared!)).toEqual({ y: two, other: two });
});
