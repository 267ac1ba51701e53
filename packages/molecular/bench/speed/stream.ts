/**
 * Memory and processor time of reading a large CSV file in chunks, beside the size of the file.
 *
 *     npm run bench:stream -w packages/molecular -- [rows=1000000] [gzip]
 *
 * Prints one JSON line: rows read, megabytes of the file, resident memory before, at most and growth (MiB), seconds
 * of processor time. Fails when the growth is above 100 MiB or a row is missing.
 */
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { enumeratedSmiles } from "../../src/data/enumerated.ts";
import { streamMolecules } from "../../src/data/stream.ts";

const LIMIT_MIB = 100;
const MIB = 2 ** 20;

function* csv(rows: number): Generator<string> {
  const smiles = enumeratedSmiles(5000);
  yield "id,smiles,value\n";
  for (let i = 0; i < rows; i += 1000) {
    const lines = Array.from({ length: Math.min(1000, rows - i) }, (_, k) => {
      const row = i + k;
      return `"molecule, ${row}",${smiles[row % smiles.length]},${(row % 977) / 10}\n`;
    });
    yield lines.join("");
  }
}

async function measure(rows: number, zipped: boolean): Promise<Record<string, number | boolean>> {
  const folder = mkdtempSync(join(tmpdir(), "outrigger-stream-"));
  try {
    const path = join(folder, "rows.csv");
    const stages = [
      Readable.from(csv(rows)),
      ...(zipped ? [createGzip({ level: 1 })] : []),
      createWriteStream(path),
    ];
    await pipeline(stages as [Readable, NodeJS.WritableStream]);
    const before = process.memoryUsage.rss();
    let most = before;
    let read = 0;
    const start = process.cpuUsage();
    for await (const chunk of streamMolecules({ path }, { smiles: "smiles" })) {
      read += chunk.length;
      most = Math.max(most, process.memoryUsage.rss());
    }
    const { user, system } = process.cpuUsage(start);
    const mib = (bytes: number): number => Math.round((bytes / MIB) * 10) / 10;
    return {
      rows: read,
      zipped,
      file: mib(statSync(path).size),
      before: mib(before),
      most: mib(most),
      growth: mib(most - before),
      seconds: Math.round((user + system) / 1e4) / 100,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const rows = Number(process.argv[2] ?? 1_000_000);
const found = await measure(rows, process.argv[3] === "gzip");
console.log(JSON.stringify(found));
if (found["rows"] !== rows || Number(found["growth"]) > LIMIT_MIB) process.exitCode = 1;
