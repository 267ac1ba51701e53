import { featuresOf } from "../../src/feature/compute.ts";
import { featurize } from "../../src/feature/featurize.ts";
import { descriptorKind, fingerprintKind, graphKind } from "../../src/feature/kinds.ts";
import { featurizeStream } from "../../src/feature/stream.ts";
import { createRdkit } from "../../src/molecule/rdkit.ts";

const kinds = { graph: graphKind, bits: fingerprintKind({ kind: "morgan" }), values: descriptorKind };

/** Typed arrays as lists, which a page can hand out. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      ArrayBuffer.isView(inner) ? [...(inner as Uint8Array)] : inner,
    ),
  );

/** Every way to features, as a page calls them and as the test does in Node. */
export async function everyWay(smiles: string[], locateFile?: (name: string) => string): Promise<unknown> {
  const rdkit = await createRdkit({ locateFile });
  const single: unknown[] = [];
  for (const text of smiles) single.push(await featuresOf(rdkit, text, kinds));
  const options = { rdkit, cache: false } as const;
  const streamed: unknown[] = [];
  for await (const { rows } of featurizeStream(smiles, kinds, options)) streamed.push(...rows);
  return plain({
    single,
    streamed,
    list: await featurize(smiles.slice(0, 2), kinds, options),
    open: rdkit.open,
  });
}

(globalThis as { everyWay?: unknown }).everyWay = everyWay;
