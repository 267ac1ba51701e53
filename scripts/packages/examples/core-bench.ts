import lowData from "@outrigger/core-bench/bench/low-data";

if (lowData.name !== "core/low-data") throw new Error(`This is ${lowData.name}.`);
console.log(lowData.title);
