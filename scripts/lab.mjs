// npm run lab: builds, then puts the lab up and keeps it until Ctrl-C.
import { prepare } from "./prepare.mjs";
import { become } from "./run.mjs";

prepare();
become(process.execPath, ["dist/lab.mjs", "up", ...process.argv.slice(2)]);
