// One digit or letter (base 36) an element from 0 (unknown) to 118, in rows of the periodic table.
const OUTER_ELECTRONS =
  "0" +
  "12" +
  "12345678" +
  "12345678" +
  "123456789ab2345678" +
  "123456789ab2345678" +
  "12343456789abcdef456789ab2345678" +
  "12343456789abcdef222222222222222";

const DEFAULT_VALENCE =
  "-" +
  "10" +
  "12343210" +
  "12343210" +
  "12----------343210" +
  "12----------323210" +
  "12-------------------------23210" +
  "12------------------------------";

/** Electrons outside the noble-gas core and filled d or f shells, as RDKit counts them. */
export const outerElectrons = (element: number): number =>
  Number.parseInt(OUTER_ELECTRONS[element] ?? "0", 36);

/** Lowest usual valence, or -1 where there is none (metals, unknown elements). */
export const defaultValence = (element: number): number => {
  const digit = DEFAULT_VALENCE[element] ?? "-";
  return digit === "-" ? -1 : Number(digit);
};

/** Chemical symbols by atomic number; 0 is the wildcard. */
export const SYMBOLS: readonly string[] = (
  "* H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr " +
  "Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb " +
  "Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf " +
  "Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
).split(" ");
