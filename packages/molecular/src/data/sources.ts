/** A public dataset of molecules: which file it is, where it comes from, and what its columns mean. */
export interface MoleculeSource {
  readonly name: string;
  readonly title: string;
  /** File name inside the data folder's `molecular` directory. */
  readonly file: string;
  /** Of the file that this package's numbers were made with. */
  readonly sha256: string;
  /** Of exactly this file: one commit of a public repository. DeepChem's own addresses serve other rows under some of the names. */
  readonly url: string;
  readonly smiles: string;
  /** Empty: every column of numbers besides the SMILES strings. */
  readonly targets: readonly string[];
  readonly kind: "regression" | "classification";
  /** Of the targets, where they have one. */
  readonly unit?: string;
  /** Work to cite for the measurements. */
  readonly citation: string;
}

const at = (repository: string, commit: string, path: string): string =>
  `https://raw.githubusercontent.com/${repository}/${commit}/${path}`;

const deepchem = (path: string): string =>
  at("deepchem/deepchem", "fbe3b911a94a6eb8c84c1a9e7ac67a472c49ea80", path);
const attentiveFp = (file: string): string =>
  at("OpenDrugAI/AttentiveFP", "dda6708342ffe255ded73c459ad64214a4615542", `data/${file}`);
const collection = (file: string): string =>
  at(
    "GLambard/Molecules_Dataset_Collection",
    "beb35cd0b76db5adef6cb1fa55807e4cd309aaed",
    `originals/${file}`,
  );
const grover = (file: string): string =>
  at("tencent-ailab/grover", "40b6d97098e4508687912f3c05eca369fc2c6213", `exampledata/finetune/${file}`);

export const ESOL: MoleculeSource = {
  name: "esol",
  title: "ESOL: solubility in water",
  file: "delaney-processed.csv",
  sha256: "8c06a76f0c6487d29ab0f903e6a7a7139f189ab3c1178f159c8be8964602f189",
  url: deepchem("datasets/delaney-processed.csv"),
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
  url: attentiveFp("SAMPL.csv"),
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
  url: attentiveFp("Lipophilicity.csv"),
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
  url: attentiveFp("bace.csv"),
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
  url: collection("BBBP.csv"),
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
  url: collection("clintox.csv"),
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
  url: attentiveFp("tox21.csv"),
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
  url: deepchem("examples/sider/sider.csv.gz"),
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

export const HIV: MoleculeSource = {
  name: "hiv",
  title: "HIV: inhibition of the replication of the virus",
  file: "HIV.csv",
  sha256: "54713c3205055055ea4214e8c4b0d22d93af7e54ad2c48f4edc866e161e57262",
  url: collection("HIV.csv"),
  smiles: "smiles",
  targets: ["HIV_active"],
  kind: "classification",
  citation: "AIDS Antiviral Screen, NCI Developmental Therapeutics Program",
};

export const MUV: MoleculeSource = {
  name: "muv",
  title: "MUV: seventeen screens with few actives, most labels missing",
  file: "muv.csv.gz",
  sha256: "93c8b4a37c5996c76e57d5f3f065fb8b7cf1c19067011eff2293fd2a94ce274a",
  url: deepchem("datasets/muv.csv.gz"),
  smiles: "smiles",
  targets: [
    "MUV-466",
    "MUV-548",
    "MUV-600",
    "MUV-644",
    "MUV-652",
    "MUV-689",
    "MUV-692",
    "MUV-712",
    "MUV-713",
    "MUV-733",
    "MUV-737",
    "MUV-810",
    "MUV-832",
    "MUV-846",
    "MUV-852",
    "MUV-858",
    "MUV-859",
  ],
  kind: "classification",
  citation: "Rohrer and Baumann, J. Chem. Inf. Model. 2009",
};

export const TOXCAST: MoleculeSource = {
  name: "toxcast",
  title: "ToxCast: 617 toxicity assays",
  file: "toxcast_data.csv.gz",
  sha256: "56041515e0bb63c1787a26ecdbeb2bd7ae1f538681caa1b03f768853cf81b1a7",
  url: deepchem("examples/toxcast/processing/toxcast_data.csv.gz"),
  smiles: "smiles",
  targets: [],
  kind: "classification",
  citation: "Richard et al., Chem. Res. Toxicol. 2016",
};

export const QM7: MoleculeSource = {
  name: "qm7",
  title: "QM7: energy of atomisation of small molecules, without their geometry",
  file: "qm7.csv",
  sha256: "eb793e3172c4a74cfb74ef805e6cdea79d1db16fd1f40a42f459297ad6457548",
  url: grover("qm7.csv"),
  smiles: "smiles",
  targets: ["u0_atom"],
  kind: "regression",
  unit: "kcal/mol",
  citation: "Rupp et al., Phys. Rev. Lett. 2012",
};

export const QM8: MoleculeSource = {
  name: "qm8",
  title: "QM8: energies and strengths of electronic excitations, without the geometry",
  file: "qm8.csv",
  sha256: "964558dcd6982d82871fd11f3cb24adb8de052bfe59d0a30ad6a7645d7e7665d",
  url: grover("qm8.csv"),
  smiles: "smiles",
  targets: [
    "E1-CC2",
    "E2-CC2",
    "f1-CC2",
    "f2-CC2",
    "E1-PBE0",
    "E2-PBE0",
    "f1-PBE0",
    "f2-PBE0",
    "E1-CAM",
    "E2-CAM",
    "f1-CAM",
    "f2-CAM",
  ],
  kind: "regression",
  citation: "Ramakrishnan et al., J. Chem. Phys. 2015",
};

/** All of them, by name. */
export const MOLECULE_SOURCES: Readonly<Record<string, MoleculeSource>> = Object.fromEntries(
  [ESOL, FREESOLV, LIPOPHILICITY, BACE, BBBP, CLINTOX, TOX21, SIDER, HIV, MUV, TOXCAST, QM7, QM8].map(
    (source) => [source.name, source],
  ),
);
