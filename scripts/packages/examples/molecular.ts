import {
  auxiliaryTasks,
  descriptors,
  modelInputs,
  moleculeModel,
  readMolecules,
  splitMolecules,
} from "@outrigger/molecular";

const { smiles } = await readMolecules({ path: "data.csv" }, { targets: ["logS"] });
// The chains of data.csv have one scaffold together, which would lie in one part.
const split = await splitMolecules(smiles, { variant: "random" });
const { columns } = await auxiliaryTasks(smiles, split.train, {
  how: "frozen-votes",
  property: "solubility",
});
const labels = await descriptors(smiles);

const choice = { name: "d-mpnn", width: 300, depth: 3 } as const;
const inputs = await modelInputs(choice, smiles);
const { model } = moleculeModel(choice, { tasks: ["logS"] });
if (smiles.length !== 48 || Object.keys(columns).length === 0) throw new Error(`${smiles.length} molecules`);
console.log(Object.keys(columns), Object.keys(labels).length, typeof inputs, typeof model.apply);
