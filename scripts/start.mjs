// npm start: builds, then shows a failover live in the lab. Ctrl-C ends it and cleans up.
import { prepare } from "./prepare.mjs";
import { become } from "./run.mjs";

prepare();
become("bin/wan-failover", ["demo", ...process.argv.slice(2)]);
