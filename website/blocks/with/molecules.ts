import { writeFileSync } from "node:fs";

const rings = ["c1ccccc1", "C1CCCCC1", "c1ccncc1", "c1ccoc1", "c1ccsc1", "C1CCNCC1", "c1ccc2ccccc2c1", "C1CCOC1"];
const ends = ["C", "CCC", "OC", "NC", "ClC", "OC(=O)C", "COC", "N#CC"];
const lines = rings.flatMap((ring, i) => ends.map((end, k) => `${end}${ring},${1 - 0.5 * i - 0.3 * k}`));
writeFileSync("solubility.csv", ["smiles,logS", ...lines].join("\n"));
