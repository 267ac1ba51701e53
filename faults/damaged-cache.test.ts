import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { descriptors } from "@outrigger/molecular/feature/featurize";
import { recordFile } from "@outrigger/molecular/feature/record-file";
import { createRdkit } from "@outrigger/molecular/molecule/rdkit";
import { describe } from "vitest";
import { damaged } from "./support/damage.ts";
import { fault, kept } from "./support/fault.ts";
import { folders } from "./support/folder.ts";

const fresh = folders();
const smiles = ["CCO", "c1ccccc1CC1CC1", "[Na+].[Cl-]", "F/C=C/F", "C[C@H](N)C(=O)O"];

describe("Damaged caches", async () => {
  const rdkit = await createRdkit();
  const right = await descriptors(smiles, { rdkit, cache: false });

  fault("a cache of features, any bytes of it", { cases: [200, 8] }, async (random) => {
    const cache = fresh();
    await descriptors(smiles.slice(0, 3), { rdkit, cache });
    await descriptors(smiles, { rdkit, cache });
    const path = join(cache, "features", readdirSync(join(cache, "features"))[0]!);
    writeFileSync(path, damaged(random, readFileSync(path)));
    for (let times = 0; times < 2; times++) {
      const found = await descriptors(smiles, { rdkit, cache });
      kept(JSON.stringify(found) === JSON.stringify(right), "features are others than they were");
    }
  });

  const names = Array.from({ length: 40 }, (_, i) => `key ${i}`);
  const value = (name: string): Uint8Array => Buffer.from(name.repeat(3));

  fault("a record file of ten blocks, any bytes of one", { cases: [500, 10] }, async (random) => {
    const path = join(fresh(), "a.records");
    const ends: number[] = [0];
    const file = recordFile(path);
    for (let at = 0; at < names.length; at += 4) {
      await file.add(names.slice(at, at + 4).map((name) => [name, value(name)] as const));
      ends.push(readFileSync(path).length);
    }
    await file.close();
    const whole = readFileSync(path);
    const block = random.integer(10);
    const [from, to] = [ends[block]!, ends[block + 1]!];
    writeFileSync(
      path,
      Buffer.concat([whole.subarray(0, from), damaged(random, whole.subarray(from, to)), whole.subarray(to)]),
    );
    const again = recordFile(path);
    const found = await again.find(names);
    await again.close();
    for (const [i, bytes] of found.entries()) {
      const lost = bytes === null;
      kept(!lost || Math.floor(i / 4) === block, `${names[i]} was lost, which is in another block`);
      kept(lost || Buffer.from(bytes).equals(value(names[i]!)), `${names[i]} has another value`);
    }
  });
});
