// Runs every check of a WebAssembly module: node run.mjs MODULE
import { readFileSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
let failed = 0;
let passed = 0;
for (const { name, kind } of WebAssembly.Module.exports(module)) {
  if (kind !== "function") continue;
  // A fresh instance for each, as one that has trapped is of no use any more.
  const instance = new WebAssembly.Instance(module, {});
  try {
    instance.exports[name]();
    console.log(`${name}: ok`);
    passed += 1;
  } catch (error) {
    console.log(`${name}: FAILED: ${error.message}`);
    failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
