import { CATALOGUE } from "../../src/error.ts";
import { table } from "./table.ts";

const EXIT_CODES = table(
  ["Exit code", "Means"],
  [
    ["0", "done"],
    ["1", "failed"],
    ["2", "the command line or the config is wrong"],
    ["3", "no daemon"],
  ],
);

/** docs/errors.md: what each error means and what to do about it. */
export const errorsPage = (): string => `# Errors

Generated from \`src/error.ts\` by \`npm run docs\`.

Each error has a code, which stays the same while its words may change. Programs should look at the code.

${table(
  ["Code", "Means", "What to do"],
  Object.entries(CATALOGUE).map(([code, { means, remedy }]) => [`\`${code}\``, means, remedy]),
)}

${EXIT_CODES}
`;
