import { Random } from "@outrigger/core/random";

/** Molecules of every sort that RDKit reads: the ground that hostile strings are made from. */
const REAL: readonly string[] = [
  "CCO",
  "CC(=O)Oc1ccccc1C(=O)O",
  "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
  "C[C@H](N)C(=O)O",
  "F/C=C/F",
  "CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O",
  "[Na+].[Cl-]",
  "O=C([O-])c1ccccc1.[K+]",
  "C1CC2CCC1CC2",
  "c1ccc2c(c1)ccc3ccccc23",
  "[13CH3][C@]12CC[C@H](O)C1CCC2",
  "CS(=O)(=O)Nc1ccc(cc1)C#N",
  "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
  "N[Pt](N)(Cl)Cl",
  "[2H]C([2H])([2H])O",
  "CC1(C)SC2C(NC(=O)Cc3ccccc3)C(=O)N2C1C(=O)O",
  "[O-][N+](=O)c1ccc(cc1)C=NNC(=S)N",
  "FC(F)(F)c1ccc(Cl)c(c1)NC(=O)N1CCN(CC1)C/C=C\\c1ccccc1",
  "*c1ccc(*)cc1",
  "CCCCCCCCCCCCCCCC(=O)OCC(O)CO",
];

const ALPHABET = "()[]=#$:/\\.%0123456789@+-CNOPSFclnosbp*HBrI>~|{}<&!;,_'\" ";
const STRANGE = [
  "\u0000",
  "\u0001",
  "\t",
  "\n",
  "\r",
  "\u00a0",
  "\u200b",
  "\u202e",
  "é",
  "炭素",
  "🧪",
  "\ud800",
  "\uffff",
];

type Make = (random: Random) => string;

const pick = <T>(random: Random, items: ArrayLike<T>): T => items[random.integer(items.length)]!;
const real = (random: Random): string => pick(random, REAL);
const times = (random: Random, most: number, make: Make): string[] =>
  Array.from({ length: 1 + random.integer(most) }, () => make(random));

function edit(random: Random, text: string, letters: ArrayLike<string>): string {
  const at = random.integer(text.length + 1);
  const letter = pick(random, letters);
  return [
    text.slice(0, at) + letter + text.slice(at),
    text.slice(0, at) + letter + text.slice(at + 1),
    text.slice(0, at) + text.slice(at + 1),
    text.slice(at) + text.slice(0, at),
  ][random.integer(4)]!;
}

const edited =
  (letters: ArrayLike<string>, most: number): Make =>
  (random) => {
    let text = real(random);
    for (let left = 1 + random.integer(most); left > 0; left--) text = edit(random, text, letters);
    return text;
  };

/** Replaces one carbon by something in brackets. */
const bracket =
  (make: Make): Make =>
  (random) => {
    const text = real(random);
    const places = [...text.matchAll(/C(?![a-z])/g)].map(({ index }) => index);
    const at = places.length > 0 ? pick(random, places) : text.length;
    return `${text.slice(0, at)}[${make(random)}]${text.slice(at + 1)}`;
  };

const ELEMENTS = ["C", "N", "H", "Fe", "U", "Al", "c", "se", "Xx", "*", "#6", "#0", "#119", ""];
const NUMBERS = ["", "0", "1", "2", "9", "13", "99", "999", "99999", "999999999999", "-1"];
const number = (random: Random): string => pick(random, NUMBERS);

/** Every sort of string, by name. */
const SORTS: Readonly<Record<string, Make>> = {
  whole: real,
  edited: edited(ALPHABET, 4),
  scrambled: edited(ALPHABET, 30),
  strange: edited(STRANGE, 2),
  cut: (random) => real(random).slice(random.integer(8), -random.integer(20) || undefined),
  salt: (random) => times(random, 6, real).join("."),
  joined: (random) => times(random, 12, real).join(""),
  reaction: (random) => times(random, 3, real).join(pick(random, [">>", ">", ">CCO>", ">>>"])),
  isotope: bracket((random) => `${number(random)}${pick(random, ELEMENTS)}`),
  charge: bracket(
    (random) => pick(random, ELEMENTS) + pick(random, ["+", "-", "++", "----"]) + number(random),
  ),
  hydrogens: bracket((random) => `${pick(random, ELEMENTS)}H${number(random)}`),
  mapped: bracket((random) => `${pick(random, ELEMENTS)}:${number(random)}`),
  chiral: bracket(
    (random) => `${pick(random, ELEMENTS)}${pick(random, ["@", "@@", "@TH1", "@SP4", "@OH31", "@@@"])}H`,
  ),
  explicitHydrogens: (random) => `[H]C([H])([H])${"C([H])([H])".repeat(random.integer(120))}[H]`,
  closures: (random) => {
    const ring = pick(random, ["1", "0", "%10", "%99", "%(1)", "%(100)", "%(99999)", "%", "%1"]);
    return `C${ring}${real(random)}C${pick(random, [ring, "", "=" + ring, "2"])}`;
  },
  branches: (random) => {
    const depth = random.integer(300);
    return (
      "C(".repeat(depth) + pick(random, ["C", "", "N"]) + ")".repeat(Math.max(0, depth - random.integer(2)))
    );
  },
  chain: (random) =>
    pick(random, ["C", "CO", "C=C", "N", "c", "C(C)", "[Si]", "C#C", "OP(=O)(O)"]).repeat(
      random.integer(500),
    ),
  ladder: (random) => {
    const steps = random.integer(60);
    return pick(random, ["C1CC1", "C12CC1C2", "c1ccccc1", "C1CCC2(CC1)", "C1CC2CCC1C2"]).repeat(steps);
  },
  clique: (random) => {
    const atoms = 3 + random.integer(12);
    const ring = (a: number, b: number): string => `%(${100 + Math.min(a, b) * 20 + Math.max(a, b)})`;
    const others = (a: number): number[] => [...new Array(atoms).keys()].filter((b) => b !== a);
    const element = pick(random, ["[U]", "C", "[Fe]", "*"]);
    return Array.from(
      { length: atoms },
      (_, a) =>
        element +
        others(a)
          .map((b) => ring(a, b))
          .join(""),
    ).join(".");
  },
  huge: (random) => real(random).repeat(1 + random.integer(4000)),
  atoms: (random) => pick(random, ["C", "[CH2]", "[U]", "c1ccccc1", "."]).repeat(5000),
  whitespace: (random) =>
    pick(random, [" ", "\t", "\n", "  "]) + real(random) + pick(random, ["", " ", "\r\n", "\n\n"]),
  blank: (random) => pick(random, ["", " ", "\t", "\n", "   ", "\u00a0", "\ufeff"]),
  named: (random) =>
    `${real(random)} ${pick(random, ["name", "CCO", "two words", "C".repeat(600), "|$R1$|", "|(0,0;1,1)|", "|x|", "|^1:0|", "|", "|r,o1:0|"])}`,
  prose: (random) =>
    pick(random, [
      "undefined",
      "NaN",
      "null",
      "true",
      "-1.5e3",
      "smiles",
      "ethanol",
      "{}",
      "[]",
      "<b>C</b>",
      "=1+1",
      "'; DROP TABLE",
      "../../x",
      "CCO,CCN",
      "InChI=1S/CH4/h1H4",
      "LFQSCWFLJHTTHZ-UHFFFAOYSA-N",
    ]),
};

export const HOSTILE_SORTS: readonly string[] = Object.keys(SORTS);

/** Strings that a file of molecules should not hold, and some that it may: the same ones for a seed, all sorts in turn. */
export function hostileSmiles(count: number, seed = 0): string[] {
  const random = Random.seeded(seed, "hostile");
  const makes = Object.values(SORTS);
  return Array.from({ length: count }, (_, i) => makes[i % makes.length]!(random));
}
