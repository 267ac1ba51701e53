throw new Error("no memory for it");
