/** A group of properties that depend on much the same things. */
export interface PropertyFamily {
  readonly name: string;
  /** Words that mean this family in the name of a property or a column; case and punctuation do not matter. */
  readonly words: readonly string[];
  /** Points by candidate, from 1 (has something to do with it) to 10 (has most to do with it). */
  readonly votes: Readonly<Record<string, number>>;
}

/**
 * The frozen votes: what the offline default chooses by. Plain data; a change of any number raises `version`.
 *
 * `provenance` says where the numbers come from, so that no reader takes them for a measurement or for the tally of a language model.
 */
export const VOTE_TABLE: {
  readonly version: number;
  readonly provenance: string;
  readonly keep: number;
  readonly families: readonly PropertyFamily[];
} = {
  version: 1,
  provenance:
    "Points given directly from general chemical knowledge for this package, before any benchmark of this version was run and without looking at any dataset. They are not the tally of the language-model procedure, and they were not copied from another project's table; that public logs of AutAuT's precursor favour some of the same descriptors was known.",
  keep: 5,
  families: [
    {
      name: "solubility",
      words: ["solubility", "solubilities", "soluble", "logs", "esol", "delaney"],
      votes: {
        CrippenClogP: 10,
        tpsa: 9,
        NumAromaticRings: 8,
        labuteASA: 7,
        NumHBD: 6,
        CrippenMR: 5,
        NumHBA: 5,
        NumRotatableBonds: 5,
        FractionCSP3: 4,
        NumHeavyAtoms: 4,
        fr_halogen: 4,
        BertzCT: 3,
        fr_COO: 3,
        fr_Al_OH: 3,
      },
    },
    {
      name: "hydration energy",
      words: ["hydration", "solvation", "freesolv"],
      votes: {
        tpsa: 10,
        NumHBD: 9,
        NumHBA: 8,
        CrippenClogP: 7,
        labuteASA: 6,
        NumHeteroatoms: 5,
        CrippenMR: 5,
        fr_Al_OH: 5,
        fr_C_O: 4,
        fr_halogen: 4,
        fr_NH2: 3,
        fr_benzene: 2,
      },
    },
    {
      name: "lipophilicity",
      words: [
        "lipophilicity",
        "lipophilic",
        "lipo",
        "logp",
        "logd",
        "partition coefficient",
        "distribution coefficient",
        "octanol",
        "hydrophobicity",
      ],
      votes: {
        CrippenClogP: 10,
        tpsa: 9,
        NumHBD: 8,
        NumAromaticRings: 7,
        CrippenMR: 6,
        NumHBA: 5,
        labuteASA: 5,
        fr_COO: 5,
        fr_halogen: 5,
        FractionCSP3: 4,
        FormalCharge: 3,
        fr_NH0: 3,
      },
    },
    {
      name: "blood-brain barrier",
      words: [
        "blood-brain",
        "brain",
        "bbb",
        "bbbp",
        "cns",
        "permeability",
        "permeation",
        "intestinal absorption",
        "p_np",
      ],
      votes: {
        tpsa: 10,
        NumHBD: 9,
        CrippenClogP: 8,
        amw: 7,
        NumHBA: 6,
        NumRotatableBonds: 5,
        fr_COO: 5,
        FormalCharge: 5,
        NumHeteroatoms: 4,
        fr_NH0: 3,
        fr_quatN: 3,
      },
    },
    {
      name: "enzyme inhibition",
      words: [
        "enzyme",
        "inhibition",
        "inhibitor",
        "ic50",
        "pic50",
        "ki",
        "kd",
        "binding",
        "potency",
        "bioactivity",
        "bace",
      ],
      votes: {
        NumAromaticRings: 10,
        NumHBD: 9,
        CrippenClogP: 8,
        NumRotatableBonds: 7,
        NumAromaticHeterocycles: 6,
        tpsa: 5,
        NumHBA: 5,
        amw: 5,
        fr_amide: 5,
        kappa2: 4,
        BertzCT: 4,
        fr_halogen: 3,
        fr_sulfonamd: 3,
        fr_guanido: 2,
      },
    },
    {
      name: "toxicity",
      words: [
        "toxicity",
        "toxic",
        "tox",
        "tox21",
        "toxcast",
        "ld50",
        "lc50",
        "mutagenicity",
        "ames",
        "carcinogenicity",
        "clintox",
        "herg",
      ],
      votes: {
        CrippenClogP: 10,
        NumAromaticRings: 9,
        fr_halogen: 8,
        tpsa: 7,
        fr_nitro_arom: 6,
        FractionCSP3: 5,
        fr_aniline: 5,
        fr_phenol: 5,
        fr_alkyl_halide: 4,
        fr_aldehyde: 4,
        fr_epoxide: 4,
        NumHBD: 3,
        fr_azo: 3,
        fr_C_S: 2,
      },
    },
    {
      name: "adverse reactions",
      words: ["adverse", "side effect", "side effects", "sider", "disorders", "hepatotoxicity"],
      votes: {
        CrippenClogP: 10,
        tpsa: 9,
        amw: 8,
        NumHBD: 7,
        BertzCT: 6,
        NumAromaticRings: 5,
        NumRotatableBonds: 5,
        FractionCSP3: 4,
        FormalCharge: 4,
        fr_NH0: 4,
        fr_aniline: 4,
        fr_halogen: 3,
      },
    },
  ],
};
