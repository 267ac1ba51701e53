import { OutriggerError } from "@outrigger/core/error";
import { ATOM_COLUMNS, BOND_COLUMNS } from "../molecule/features.ts";
import type { MoleculeGraph } from "../molecule/molecule-graph.ts";

const MOST = 0xffff;

/**
 * A graph as bytes: n and e as 16-bit numbers, the edges as 16-bit numbers, then the categories of atoms and bonds as bytes (all
 * below 119). A quarter of the arrays' own size.
 *
 * @throws OutriggerError `unsupported` for more than 65,535 atoms or bonds
 */
export function encodeGraph({ atomCount, bondCount, atoms, bonds, edges }: MoleculeGraph): Uint8Array {
  if (atomCount > MOST || bondCount > MOST)
    throw new OutriggerError(
      "unsupported",
      `A graph of ${atomCount} atoms and ${bondCount} bonds is too large.`,
    );
  const words = Uint16Array.of(atomCount, bondCount, ...edges);
  const bytes = new Uint8Array(words.byteLength + atoms.length + bonds.length);
  bytes.set(new Uint8Array(words.buffer));
  bytes.set(atoms, words.byteLength);
  bytes.set(bonds, words.byteLength + atoms.length);
  return bytes;
}

/** What `encodeGraph` wrote. */
export function decodeGraph(bytes: Uint8Array): MoleculeGraph {
  // A copy, because wider elements need an aligned start.
  const [atomCount, bondCount] = new Uint16Array(bytes.slice(0, 4).buffer) as unknown as [number, number];
  let at = 4;
  const take = (length: number): Uint8Array => bytes.slice(at, (at += length));
  const edges = Int32Array.from(new Uint16Array(take(4 * bondCount).buffer));
  const atoms = Int32Array.from(take(atomCount * ATOM_COLUMNS));
  return { atomCount, bondCount, atoms, bonds: Int32Array.from(take(bondCount * BOND_COLUMNS)), edges };
}
