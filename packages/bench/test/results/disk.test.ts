import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readResults } from "../../src/results/read.ts";
import { ResultFile } from "../../src/results/store.ts";
import { writeWhole } from "../../src/results/write-whole.ts";
import { toyRow } from "../rows.ts";

/** Mounts a disk of 64 kB; null without the right to. */
function smallDisk(): string | null {
  const at = mkdtempSync(join(tmpdir(), "outrigger-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", at], { stdio: "ignore" });
    return at;
  } catch {
    rmSync(at, { recursive: true });
    return null;
  }
}

function unmount(at: string): void {
  execFileSync("umount", [at]);
  rmSync(at, { recursive: true });
}

const trial = smallDisk();
if (trial) unmount(trial);

describe.skipIf(trial === null)(
  `a results file on a full disk${trial ? "" : " (skipped: needs the right to mount a small one)"}`,
  () => {
    it("keeps every whole line and no half of one, and says what to do", async () => {
      const disk = smallDisk() ?? "";
      onTestFinished(() => unmount(disk));
      const path = join(disk, "smoke.jsonl");
      writeFileSync(join(disk, "other"), "x".repeat(40_000));
      const file = new ResultFile(path);
      const rows = Array.from({ length: 40 }, (_, seed) => toyRow({ seed, notes: ["x".repeat(700)] }));
      let kept = 0;
      await expect(
        (async () => {
          for (const row of rows) {
            await file.append(row);
            kept++;
          }
        })(),
      ).rejects.toThrow(/smoke\.jsonl cannot be written: ENOSPC.*The trials in it are kept; mend this/);
      expect(kept).toBeGreaterThan(3);
      expect(readResults(path)).toMatchObject({ rows: rows.slice(0, kept), remarks: [], ended: true });
      rmSync(join(disk, "other"));
      await file.append(rows[kept] ?? toyRow());
      await file.close();
      expect(readResults(path)).toMatchObject({ rows: rows.slice(0, kept + 1), remarks: [] });
    });

    it("keeps a file whose successor has no room, and nothing of that one", () => {
      const disk = smallDisk() ?? "";
      onTestFinished(() => unmount(disk));
      const path = join(disk, "page.html");
      writeWhole(path, "old");
      expect(() => writeWhole(path, "x".repeat(100_000))).toThrow(/page\.html cannot be written: ENOSPC/);
      expect(readdirSync(disk)).toEqual(["page.html"]);
      expect(readFileSync(path, "utf8")).toBe("old");
    });
  },
);
