/** What each of `DESCRIPTOR_NAMES` means, and its unit where it has one. */
export const DESCRIPTOR_EXPLANATIONS: Readonly<
  Record<string, { readonly describe: string; readonly unit?: string }>
> = {
  exactmw: { describe: "Mass of the molecule made of the most abundant isotopes.", unit: "Da" },
  amw: { describe: "Average molecular weight.", unit: "g/mol" },
  lipinskiHBA: {
    describe: "Nitrogen and oxygen atoms: acceptors of hydrogen bonds as in Lipinski's rule of five.",
  },
  lipinskiHBD: {
    describe: "Hydrogens on nitrogen and oxygen: donors of hydrogen bonds as in Lipinski's rule of five.",
  },
  NumRotatableBonds: {
    describe: "Single bonds outside rings about which the molecule can turn: flexibility.",
  },
  NumHBD: { describe: "Groups that donate a hydrogen bond." },
  NumHBA: { describe: "Atoms that accept a hydrogen bond." },
  NumHeavyAtoms: { describe: "Atoms other than hydrogen." },
  NumAtoms: { describe: "Atoms with hydrogen." },
  NumHeteroatoms: { describe: "Atoms other than carbon and hydrogen." },
  NumAmideBonds: { describe: "Amide bonds." },
  FractionCSP3: { describe: "Share of the carbon atoms that are sp3: how saturated the molecule is." },
  NumRings: { describe: "Rings." },
  NumAromaticRings: { describe: "Aromatic rings." },
  NumAliphaticRings: { describe: "Rings with at least one bond that is not aromatic." },
  NumSaturatedRings: { describe: "Rings of single bonds only." },
  NumHeterocycles: { describe: "Rings with at least one atom other than carbon." },
  NumAromaticHeterocycles: { describe: "Aromatic rings with at least one atom other than carbon." },
  NumSaturatedHeterocycles: { describe: "Saturated rings with at least one atom other than carbon." },
  NumAliphaticHeterocycles: {
    describe: "Rings that are not aromatic, with at least one atom other than carbon.",
  },
  NumSpiroAtoms: { describe: "Atoms that are the only one shared by two rings." },
  NumBridgeheadAtoms: { describe: "Atoms at the ends of a bridge between rings." },
  NumAtomStereoCenters: { describe: "Atoms that are stereocentres, specified or not." },
  NumUnspecifiedAtomStereoCenters: { describe: "Stereocentres whose configuration is not given." },
  labuteASA: { describe: "Labute's approximation of the accessible surface area.", unit: "Å²" },
  tpsa: {
    describe: "Topological polar surface area: the surface of nitrogen and oxygen and their hydrogens.",
    unit: "Å²",
  },
  CrippenClogP: {
    describe: "Crippen's estimate of the octanol-water partition coefficient: lipophilicity.",
    unit: "log10",
  },
  CrippenMR: { describe: "Crippen's molar refractivity: volume and polarisability.", unit: "cm³/mol" },
  chi0v: { describe: "Connectivity index of atoms with valence degrees: size, by element." },
  chi1v: { describe: "Connectivity index of bonds with valence degrees: size and branching, by element." },
  chi2v: { describe: "Connectivity index of paths of two bonds with valence degrees." },
  chi3v: { describe: "Connectivity index of paths of three bonds with valence degrees." },
  chi4v: { describe: "Connectivity index of paths of four bonds with valence degrees." },
  chi0n: { describe: "As chi0v, with elements of one group treated alike." },
  chi1n: { describe: "As chi1v, with elements of one group treated alike." },
  chi2n: { describe: "As chi2v, with elements of one group treated alike." },
  chi3n: { describe: "As chi3v, with elements of one group treated alike." },
  chi4n: { describe: "As chi4v, with elements of one group treated alike." },
  hallKierAlpha: {
    describe: "Hall and Kier's alpha: how much smaller or larger the atoms are than sp3 carbon.",
  },
  kappa1: { describe: "First kappa shape index: size, with fewer rings larger." },
  kappa2: { describe: "Second kappa shape index: chain-like against star-like." },
  kappa3: { describe: "Third kappa shape index: large where branching is away from the centre." },
  Phi: { describe: "Kier's flexibility index, kappa1 · kappa2 / heavy atoms." },
};
