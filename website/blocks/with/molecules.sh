node -e '
  const rings = ["c1ccccc1", "C1CCCCC1", "c1ccncc1", "c1ccoc1", "c1ccsc1", "C1CCNCC1", "c1ccc2ccccc2c1", "C1CCOC1", "C1CCCC1", "c1cncnc1"];
  const ends = ["C", "CCC", "OC", "NC", "ClC", "OC(=O)C", "COC", "N#CC"];
  const rows = rings.flatMap((ring, i) => ends.map((end, k) => `${end}${ring},${(1 - 0.3 * ring.length + [-1, -2, 1, 1.2, -0.6, 0.7, 0.1, 0.3][k]).toFixed(2)}`));
  require("fs").writeFileSync("data.csv", ["smiles,logS", ...rows].join("\n") + "\n");
  require("fs").writeFileSync("new.csv", "smiles\nCCCCCBr\nc1ccccc1O\nC1CC\n");
'
