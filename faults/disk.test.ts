import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "@outrigger/bench/error";
import { readResults } from "@outrigger/bench/results/read";
import { OutriggerError } from "@outrigger/core/error";
import { replaceFile } from "@outrigger/core/train/disk";
import { describe } from "vitest";
import { at, child } from "./support/child.ts";
import { fault, kept } from "./support/fault.ts";
import { folders } from "./support/folder.ts";
import { trainings } from "./support/trainings.ts";

const fresh = folders();

/** A child's last word about an error that it was given. */
const typed = (output: string): Error => {
  const found = /^(disk|other): (.*)$/m.exec(output);
  if (found?.[1] === "disk") return new OutriggerError("disk", found[2]!);
  return new Error(output.slice(-3000));
};

describe("Disks", () => {
  const core = trainings(fresh())["fit of core"]!;
  let straight: Promise<Buffer> | undefined;
  const undisturbed = async (): Promise<Buffer> => {
    const out = fresh();
    await child(core.script, core.args(out));
    return readFileSync(join(out, "checkpoint.safetensors"));
  };

  fault(
    "full while fit writes its checkpoint (a limit of 512 bytes to 8 kB a file)",
    { cases: [3, 0] },
    async (random) => {
      straight ??= undisturbed();
      const right = await straight;
      const out = fresh();
      const limited = await child(at("faults/children/typed.ts"), [core.script, ...core.args(out)], {
        limit: `ulimit -f ${1 + random.integer(16)}`,
      });
      kept(
        readdirSync(out).every((file) => !file.endsWith(".tmp")),
        "a half-written file was left",
      );
      const whole = await child(core.script, core.args(out));
      kept(whole.code === 0, `the run does not go on once there is space: ${whole.output}`);
      kept(readFileSync(join(out, "checkpoint.safetensors")).equals(right), "the run ended with other bytes");
      if (limited.code !== 0) throw typed(limited.output);
    },
  );

  fault("full while results are written", { cases: [6, 1] }, async (random) => {
    const path = join(fresh(), "smoke.jsonl");
    const { output } = await child(at("faults/children/results.ts"), [path, "60"], {
      limit: `ulimit -f ${4 + random.integer(20)}`,
    });
    const said = Number(/^kept (\d+)$/m.exec(output)?.[1] ?? Number.NaN);
    const { rows, remarks, ended } = readResults(path);
    kept(
      rows.length === said && remarks.length === 0 && ended,
      `${said} rows were said to be kept: ${output}`,
    );
    await child(at("faults/children/results.ts"), [path, "60"]);
    kept(readResults(path).rows.length === 60, "the rest cannot be added once there is space");
    if (said < 60)
      throw output.includes("BenchError disk") ? new BenchError("disk", output) : new Error(output);
  });

  fault("full while a file is replaced, at any byte", { cases: [8, 1] }, async (random) => {
    const folder = fresh();
    const path = join(folder, "a");
    const old = Buffer.alloc(700, 1);
    replaceFile(path, [old]);
    const blocks = random.integer(8);
    const { code, output } = await child(
      at("faults/children/typed.ts"),
      [at("faults/children/replace.ts"), path, "6000"],
      {
        limit: `ulimit -f ${blocks}`,
      },
    );
    const now = readFileSync(path);
    kept(
      now.equals(old) || now.equals(Buffer.alloc(6000, 2)),
      "the file is neither the old one nor the new one",
    );
    kept(readdirSync(folder).length === 1, "a half-written file was left");
    if (code !== 0) throw typed(output);
  });

  // Root may write anywhere but here; others may not write here either.
  const readOnly = ["/sys", "/proc/self"].find(existsSync);
  const where = readOnly ?? "/nowhere (skipped: this system has no read-only folder for everyone)";
  fault(`read-only (${where})`, { cases: readOnly ? [4, 2] : [0, 0] }, async (_, i) => {
    const path = join(readOnly!, `outrigger-${i}`, "a");
    replaceFile(path, [Buffer.alloc(10)]);
  });

  fault("with a file where a folder should be", { cases: [4, 2] }, (random) => {
    const folder = fresh();
    writeFileSync(join(folder, "runs"), "mine");
    try {
      replaceFile(join(folder, "runs", ...["a", "b"].slice(random.integer(2)), "c"), [Buffer.alloc(10)]);
    } finally {
      kept(readFileSync(join(folder, "runs"), "utf8") === "mine", "the file was lost");
    }
  });

  fault("with a folder where the file should be", { cases: [4, 2] }, () => {
    const folder = fresh();
    mkdirSync(join(folder, "a", "b"), { recursive: true });
    cpSync(at("LICENSE"), join(folder, "a", "b", "mine"));
    try {
      replaceFile(join(folder, "a"), [Buffer.alloc(10)]);
    } finally {
      kept(existsSync(join(folder, "a", "b", "mine")), "the folder's files were lost");
    }
  });
});
