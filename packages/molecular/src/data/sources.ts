/** A public dataset of molecules: which file it is, where it comes from, and what its columns mean. */
export interface MoleculeSource {
  readonly name: string;
  readonly title: string;
  /** File name inside the data folder's `molecular` directory. */
  readonly file: string;
  /** Of the file that this package's numbers were made with. */
  readonly sha256: string;
  /** Address that DeepChem's loader names. */
  readonly url: string;
  readonly smiles: string;
  readonly targets: readonly string[];
  readonly kind: "regression" | "classification";
  /** Of the targets, where they have one. */
  readonly unit?: string;
  /** Work to cite for the measurements. */
  readonly citation: string;
}

const address = (file: string): string => `https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/${file}`;

export const ESOL: MoleculeSource = {
  name: "esol",
  title: "ESOL: solubility in water",
  file: "delaney-processed.csv",
  sha256: "8c06a76f0c6487d29ab0f903e6a7a7139f189ab3c1178f159c8be8964602f189",
  url: address("delaney-processed.csv"),
  smiles: "smiles",
  targets: ["measured log solubility in mols per litre"],
  kind: "regression",
  unit: "log10(mol/l)",
  citation: "Delaney, J. Chem. Inf. Comput. Sci. 2004",
};

export const FREESOLV: MoleculeSource = {
  name: "freesolv",
  title: "FreeSolv: free energy of hydration",
  file: "SAMPL.csv",
  sha256: "ab5895d914ee87cb563bd7b9611e869527bba45bec6b014d34dc495a0f9dcb72",
  url: address("SAMPL.csv"),
  smiles: "smiles",
  targets: ["expt"],
  kind: "regression",
  unit: "kcal/mol",
  citation: "Mobley and Guthrie, J. Comput.-Aided Mol. Des. 2014",
};

export const LIPOPHILICITY: MoleculeSource = {
  name: "lipophilicity",
  title: "Lipophilicity: octanol/water distribution coefficient at pH 7.4",
  file: "Lipophilicity.csv",
  sha256: "aed41590cb30609d51d8e08ad3ff06495a76e80e211358801f596b10da69bacd",
  url: address("Lipophilicity.csv"),
  smiles: "smiles",
  targets: ["exp"],
  kind: "regression",
  unit: "log D",
  citation: "AstraZeneca deposit in ChEMBL (CHEMBL3301361)",
};

export const BACE: MoleculeSource = {
  name: "bace",
  title: "BACE: inhibitors of human beta-secretase 1",
  file: "bace.csv",
  sha256: "f3fb9ce90bada3e2bd6148b0df13f8f8145a357bf87df0dd5b391ede974fc737",
  url: address("bace.csv"),
  smiles: "mol",
  targets: ["Class"],
  kind: "classification",
  citation: "Subramanian et al., J. Chem. Inf. Model. 2016",
};

export const BBBP: MoleculeSource = {
  name: "bbbp",
  title: "BBBP: passage of the blood-brain barrier",
  file: "BBBP.csv",
  sha256: "d07a38487aeac5cee5508413e468043ef3097451d2a112701c2d60be9ec6b662",
  url: address("BBBP.csv"),
  smiles: "smiles",
  targets: ["p_np"],
  kind: "classification",
  citation: "Martins et al., J. Chem. Inf. Model. 2012",
};

export const CLINTOX: MoleculeSource = {
  name: "clintox",
  title: "ClinTox: approval and failure for toxicity in clinical trials",
  file: "clintox.csv",
  sha256: "0bd655529cebe6d94addd48b8afdab6fa0438b4503a470866231793f235d7e61",
  url: address("clintox.csv.gz"),
  smiles: "smiles",
  targets: ["FDA_APPROVED", "CT_TOX"],
  kind: "classification",
  citation: "Gayvert et al., Cell Chem. Biol. 2016",
};

export const TOX21: MoleculeSource = {
  name: "tox21",
  title: "Tox21: twelve toxicity assays, 17 % of the labels missing",
  file: "tox21.csv",
  sha256: "7d7e7facd853a63e79ddce4e9c3fcb7a0d83a1c300b603031c0f2c64fbe77761",
  url: address("tox21.csv.gz"),
  smiles: "smiles",
  targets: [
    "NR-AR",
    "NR-AR-LBD",
    "NR-AhR",
    "NR-Aromatase",
    "NR-ER",
    "NR-ER-LBD",
    "NR-PPAR-gamma",
    "SR-ARE",
    "SR-ATAD5",
    "SR-HSE",
    "SR-MMP",
    "SR-p53",
  ],
  kind: "classification",
  citation: "Huang et al., Front. Environ. Sci. 2016",
};

export const SIDER: MoleculeSource = {
  name: "sider",
  title: "SIDER: side effects of marketed drugs in 27 organ classes",
  file: "sider.csv.gz",
  sha256: "4cc7ccb20dded475853c583596e227116c222c6ca7dbb40159bdbe9ee3f099b9",
  url: address("sider.csv.gz"),
  smiles: "smiles",
  targets: [
    "Hepatobiliary disorders",
    "Metabolism and nutrition disorders",
    "Product issues",
    "Eye disorders",
    "Investigations",
    "Musculoskeletal and connective tissue disorders",
    "Gastrointestinal disorders",
    "Social circumstances",
    "Immune system disorders",
    "Reproductive system and breast disorders",
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "General disorders and administration site conditions",
    "Endocrine disorders",
    "Surgical and medical procedures",
    "Vascular disorders",
    "Blood and lymphatic system disorders",
    "Skin and subcutaneous tissue disorders",
    "Congenital, familial and genetic disorders",
    "Infections and infestations",
    "Respiratory, thoracic and mediastinal disorders",
    "Psychiatric disorders",
    "Renal and urinary disorders",
    "Pregnancy, puerperium and perinatal conditions",
    "Ear and labyrinth disorders",
    "Cardiac disorders",
    "Nervous system disorders",
    "Injury, poisoning and procedural complications",
  ],
  kind: "classification",
  citation: "Kuhn et al., Nucleic Acids Res. 2016",
};

/** All of them, by name. */
export const MOLECULE_SOURCES: Readonly<Record<string, MoleculeSource>> = Object.fromEntries(
  [ESOL, FREESOLV, LIPOPHILICITY, BACE, BBBP, CLINTOX, TOX21, SIDER].map((source) => [source.name, source]),
);
