import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutriggerError } from "@outrigger/core/error";
import { afterEach, describe, expect, it } from "vitest";
import { availability, requireSource } from "../src/data/locate.ts";
import { ESOL } from "../src/data/sources.ts";

describe("ESOL's file", () => {
  const before = { data: process.env["OUTRIGGER_DATA"], cache: process.env["OUTRIGGER_CACHE"] };
  const folder = mkdtempSync(join(tmpdir(), "outrigger-"));
  afterEach(() => {
    for (const [name, value] of [
      ["OUTRIGGER_DATA", before.data],
      ["OUTRIGGER_CACHE", before.cache],
    ] as const) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(join(folder, "molecular"), { recursive: true, force: true });
  });
  const moved = (): void => {
    process.env["OUTRIGGER_DATA"] = folder;
    process.env["OUTRIGGER_CACHE"] = join(folder, "cache");
  };

  it("is asked for by name, address and folder when it is nowhere", async () => {
    moved();
    const said = availability(ESOL);
    for (const part of [ESOL.file, ESOL.url, join(folder, "molecular"), "--data"])
      expect(said).toContain(part);
    await expect(requireSource(ESOL)).rejects.toMatchObject({ code: "missing-data" });
  });

  it("is refused when it is another file", async () => {
    moved();
    mkdirSync(join(folder, "molecular"));
    writeFileSync(join(folder, "molecular", ESOL.file), "smiles,label\nC,1\n");
    expect(availability(ESOL)).toBe(true);
    const refused: unknown = await requireSource(ESOL).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OutriggerError);
    expect((refused as OutriggerError).code).toBe("checksum");
  });
});
