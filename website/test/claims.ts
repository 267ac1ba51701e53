import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { allPolicies } from "../../packages/core/test/support/policies.ts";
import type { Ran } from "../blocks/run-page.ts";

/** What a page says of the output of its blocks. */
type Claim = (ran: Ran) => void | Promise<void>;

/** Every policy runs, each learns, and TAPS says what it shares. */
const sharing: Claim = async ({ stdout }) => {
  const found = [...stdout.matchAll(/^(\w+): rmse ([\d.]+)/gm)].map(
    ([, name, rmse]) => [name!, Number(rmse)] as const,
  );
  expect(found.map(([name]) => name).sort()).toEqual((await allPolicies()).map(([name]) => name).sort());
  // The labels' standard deviation is 0.68.
  for (const [name, rmse] of found) expect(rmse, `rmse of ${name}`).toBeLessThan(0.3);
  const [, shared] = /^taps: .*shared layers: (.*)$/m.exec(stdout)!;
  const two = [expect.any(Boolean), expect.any(Boolean)];
  expect(JSON.parse(shared!)).toEqual({ y: two, other: two });
};

/** The run warns of negative transfer, the noise does nothing that looks like conflict, and the files are there. */
const diagnostics: Claim = ({ folder, stdout, stderr }) => {
  expect(stderr.match(/^warning: negative transfer: .* of 3 runs\)$/gm)).toEqual([expect.any(String)]);
  const numbers = (line: RegExp): number[] => [...line.exec(stdout)!].slice(1).map(Number);
  const shares = numbers(/^effective weights at first: y (.*), square (.*), noise (.*)$/m);
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 3);
  const [square, noise] = numbers(/^mean cosine with y: square (.*), noise (.*)$/m);
  expect(square).toBeGreaterThan(0.2);
  expect(Math.abs(noise!)).toBeLessThan(0.15);
  expect(stdout).toMatch(/^a step on square lowers the loss of y by \d/m);
  const files = ["diagnostics.jsonl", "events.out.tfevents.1"];
  for (const name of files) expect(readFileSync(join(folder, "runs/all", name)).length).toBeGreaterThan(1000);
};

export const claims: Readonly<Record<string, Claim>> = {
  "packages/core/docs/diagnostics.md": diagnostics,
  "packages/core/docs/sharing.md": sharing,
};
