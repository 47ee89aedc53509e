// npm run lab: builds, then puts the lab up and keeps it until Ctrl-C; or what else it is told: npm run lab -- chaos.
import { prepare } from "./prepare.mjs";
import { become } from "./run.mjs";

const COMMANDS = ["chaos", "faults"];

prepare();
const words = process.argv.slice(2);
become(process.execPath, ["dist/lab.mjs", ...(COMMANDS.includes(words[0]) ? words : ["up", ...words])]);
