import { test } from "node:test";
import { contract } from "@outrigger/core/testing";
import { trust } from "../trust.js";

for (const { name, run } of contract(() => trust())) void test(name, run);
