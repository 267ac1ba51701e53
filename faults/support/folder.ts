import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Makes new folders that go with the test file. To be called at its top. */
export function folders(): () => string {
  const root = mkdtempSync(join(tmpdir(), "outrigger-fault-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return () => mkdtempSync(join(root, "case-"));
}
