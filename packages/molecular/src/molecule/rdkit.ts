import { OutriggerError } from "@outrigger/core/error";
import rdkit, { type Log, type MainModule, type Mol } from "@rdkit/rdkit";
import { type Molecule, scoped } from "./molecule.ts";

/** Why a SMILES string gave no molecule. */
export type MoleculeFault = "empty" | "too-long" | "too-many-atoms" | "unparsable" | "crashed";

export interface MoleculeProblem {
  readonly fault: MoleculeFault;
  /** For people: RDKit's own words where it gave any. */
  readonly reason: string;
}

/** What became of one string: a value, or the reason why there is none. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: MoleculeProblem };

export interface RdkitOptions {
  /** Longest string that is parsed; default 2000; the longest of the MoleculeNet files has 1340. */
  readonly maxCharacters?: number;
  /**
   * Most atoms that are parsed, counted in the string; default 520. RDKit's WebAssembly build recurses along chains: the
   * descriptors of a chain of 588 atoms overrun its stack (576 do not), parsing does at 1000, and either ruins the whole
   * instance. The largest molecule of the MoleculeNet files has 492.
   */
  readonly maxAtoms?: number;
  /** In a page: the address of `RDKit_minimal.wasm`, given its name. In Node the package knows it. */
  readonly locateFile?: (file: string) => string;
}

/** RDKit without its handles: every molecule lives exactly as long as the function that it is lent to. */
export interface Rdkit {
  /** RDKit's release, such as `2026.09.1`; part of every cache key, because definitions change between releases. */
  readonly version: string;
  /** Molecules that are open now: 0 outside of `withMolecule`. */
  readonly open: number;
  /** Instances that were lost to a crash and replaced. */
  readonly crashes: number;
  /**
   * Parses `smiles`, lends the molecule to `use`, frees it, and resolves to what `use` returned or to the problem.
   * Costs some 0.2-0.4 ms for a drug-sized molecule. Errors that `use` itself throws pass through.
   */
  withMolecule<T>(smiles: string, use: (molecule: Molecule) => T): Promise<Outcome<T>>;
}

interface Instance {
  readonly module: MainModule;
  readonly log: Log | null;
  lost: boolean;
}

/** WebAssembly started once more: 0.2-0.5 s and about 20 MB. RDKit's messages go to a buffer, never to stderr. */
async function start(locateFile: RdkitOptions["locateFile"]): Promise<Instance> {
  // Emscripten turns the object that it is given into the instance, so every start needs its own.
  const module = await rdkit.default({
    print: () => undefined,
    printErr: () => undefined,
    ...(locateFile && { locateFile }),
  });
  return { module, log: module.set_log_capture("rdApp.*"), lost: false };
}

/** Atoms that a SMILES string spells out: bracket atoms, and the letters of the organic subset. */
export const countAtoms = (smiles: string): number =>
  smiles.match(/\[[^\]]*\]|Br|Cl|[BCNOPSFIbcnops*]/g)?.length ?? 0;

function guard(smiles: string, maxCharacters: number, maxAtoms: number): MoleculeProblem | null {
  if (typeof smiles !== "string")
    return { fault: "unparsable", reason: `A SMILES string was expected, not ${typeof smiles}.` };
  if (smiles.trim() === "") return { fault: "empty", reason: "The SMILES string is empty." };
  if (smiles.length > maxCharacters)
    return {
      fault: "too-long",
      reason: `${smiles.length} characters are more than the ${maxCharacters} that are parsed; split the molecule or raise maxCharacters.`,
    };
  const atoms = countAtoms(smiles);
  if (atoms > maxAtoms)
    return {
      fault: "too-many-atoms",
      reason: `${atoms} atoms are more than the ${maxAtoms} that RDKit's WebAssembly build parses safely.`,
    };
  return null;
}

/** RDKit's messages without the time of day, the input under a caret, and the line that only repeats the others. */
function complaint(log: Log | null): string {
  const lines = (log?.get_buffer() ?? "")
    .split("\n")
    .map((line) => line.replace(/^\[[\d:]+\]\s*/, "").trim());
  const telling = lines.filter((line) => /\s/.test(line) && !/ Failed parsing /.test(line));
  return telling.map((line) => line.replace("SMILES Parse Error: ", "").replace(/:$/, "")).join("; ");
}

/**
 * A trap (bad address, or Node's own stack overrun inside of RDKit) leaves an instance that fails every later call. A C++ exception carries no message and
 * is what an overrun that has already damaged memory can look like, so it costs the instance as well.
 */
const ruined = (error: unknown): boolean =>
  String(error) === "[object WebAssembly.Exception]" ||
  (error instanceof RangeError && /call stack/.test(error.message)) ||
  (error instanceof Error && (error.name === "RuntimeError" || error.name === "BindingError"));

/**
 * Starts RDKit's WebAssembly build (0.2-0.5 s, some 110 MB) and hands out molecules in a scope that cannot leak:
 * nothing but plain data leaves `withMolecule`. A string that ruins the instance costs its own row only: the instance is
 * dropped and the next call gets a fresh one.
 *
 * @example
 * const chemistry = await createRdkit();
 * const found = await chemistry.withMolecule("CC(=O)Oc1ccccc1C(=O)O", (m) => m.canonicalSmiles());
 * if (found.ok) console.log(found.value); else console.error(found.problem.reason);
 *
 * @throws OutriggerError `missing-package` when the WebAssembly file cannot be started.
 */
export async function createRdkit(options: RdkitOptions = {}): Promise<Rdkit> {
  const { maxCharacters = 2000, maxAtoms = 520 } = options;
  let starting: Promise<Instance> | null = null;
  let open = 0;
  let crashes = 0;

  const current = async (): Promise<Instance> => {
    starting ??= start(options.locateFile);
    try {
      return await starting;
    } catch (cause) {
      starting = null;
      const message =
        "RDKit's WebAssembly could not be started: free some memory, or reinstall @rdkit/rdkit.";
      throw new OutriggerError("missing-package", message, {}, cause);
    }
  };

  const crashed = (instance: Instance, error: unknown): Outcome<never> => {
    instance.lost = true;
    starting = null;
    crashes++;
    const why = error instanceof Error ? error.message : "C++ exception";
    return { ok: false, problem: { fault: "crashed", reason: `RDKit crashed on it (${why}).` } };
  };

  const lend = <T>({ module, log }: Instance, smiles: string, use: (molecule: Molecule) => T): Outcome<T> => {
    let mol: Mol | null = null;
    try {
      log?.clear_buffer();
      mol = module.get_mol(smiles);
      if (mol === null) {
        const reason = complaint(log) || "RDKit cannot parse it.";
        return { ok: false, problem: { fault: "unparsable", reason } };
      }
      open++;
      return { ok: true, value: scoped(module, mol, use) };
    } finally {
      if (mol !== null) {
        open--;
        mol.delete();
      }
    }
  };

  const version = (await current()).module.version();
  return {
    version,
    get open() {
      return open;
    },
    get crashes() {
      return crashes;
    },
    async withMolecule(smiles, use) {
      const problem = guard(smiles, maxCharacters, maxAtoms);
      if (problem) return { ok: false, problem };
      let instance = await current();
      // Another row may have ruined it between the promise and this line.
      while (instance.lost) instance = await current();
      try {
        return lend(instance, smiles, use);
      } catch (error) {
        if (ruined(error)) return crashed(instance, error);
        throw error;
      }
    },
  };
}

let common: Promise<Rdkit> | null = null;

/** The instance that the functions of this package share when they are not given one. */
export function sharedRdkit(): Promise<Rdkit> {
  common ??= createRdkit();
  return common;
}
