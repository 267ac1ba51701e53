import { OutriggerError } from "@outrigger/core/error";
import { type Rdkit, sharedRdkit } from "../molecule/rdkit.ts";
import type { Attribution } from "./attribution.ts";

type Rgb = readonly [red: number, green: number, blue: number];

/** Ends of the palette: orange raises, blue lowers. Told apart by the common kinds of colour blindness. */
export const RAISES: Rgb = [0.9, 0.45, 0.1];
export const LOWERS: Rgb = [0.2, 0.45, 0.85];

/** Atoms that matter less than this share of the greatest are not coloured. */
const FAINT = 0.05;

/** White at 0, the colour of its sign at ±1. */
export function diverging(share: number): Rgb {
  const end = share >= 0 ? RAISES : LOWERS;
  const strength = Math.min(1, Math.abs(share));
  const mix = (channel: number): number => 1 - strength * (1 - channel);
  return [mix(end[0]), mix(end[1]), mix(end[2])];
}

/**
 * RDKit's drawing of the molecule with every atom coloured by its attribution, the greatest at full strength, as SVG text.
 *
 * @throws OutriggerError `bad-data` for a string that is no molecule.
 */
export async function attributionSvg(
  { smiles, atoms }: Pick<Attribution, "smiles" | "atoms">,
  size: { readonly width: number; readonly height: number } = { width: 320, height: 240 },
  rdkit?: Rdkit,
): Promise<string> {
  const greatest = Math.max(...atoms.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0)));
  const colours = new Map<number, Rgb>();
  for (const [atom, value] of atoms.entries())
    if (greatest > 0 && Math.abs(value) >= FAINT * greatest) colours.set(atom, diverging(value / greatest));
  const chemistry = rdkit ?? (await sharedRdkit());
  const drawn = await chemistry.withMolecule(smiles, (molecule) => molecule.svg({ ...size, colours }));
  if (drawn.ok) return drawn.value;
  throw new OutriggerError("bad-data", `"${smiles.slice(0, 200)}" cannot be drawn: ${drawn.problem.reason}`, {
    smiles,
  });
}
