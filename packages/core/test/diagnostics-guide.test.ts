import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it("the example of docs/diagnostics.md runs, warns of negative transfer, and leaves its files", () => {
  const [, code] = /^```js\n(.*?)^```/ms.exec(readFileSync(at("../docs/diagnostics.md"), "utf8"))!;
  const folder = mkdtempSync(join(tmpdir(), "outrigger-guide-"));
  symlinkSync(at("../../../node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "example.js"), code!);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@outrigger/source", "--import", "tsx", "example.js"],
    { cwd: folder, encoding: "utf8" },
  );
  expect([status, stderr.match(/^warning: negative transfer: .* of 3 runs\)$/gm)]).toEqual([
    0,
    [expect.any(String)],
  ]);
  const numbers = (line: RegExp): number[] => [...line.exec(stdout)!].slice(1).map(Number);
  const shares = numbers(/^effective weights at first: y (.*), square (.*), noise (.*)$/m);
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 3);
  // What the text says: nothing that the noise does looks like conflict.
  const [square, noise] = numbers(/^mean cosine with y: square (.*), noise (.*)$/m);
  expect(square).toBeGreaterThan(0.2);
  expect(Math.abs(noise!)).toBeLessThan(0.15);
  expect(stdout).toMatch(/^a step on square lowers the loss of y by \d/m);
  const files = ["diagnostics.jsonl", "events.out.tfevents.1"];
  for (const name of files) expect(readFileSync(join(folder, "runs/all", name)).length).toBeGreaterThan(1000);
  rmSync(folder, { recursive: true });
});
