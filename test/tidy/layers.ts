import type { Import } from "./source.ts";

/** Who may import what, and why not more. Paths are files or folders of the repository, or packages. */
export interface Layer {
  readonly folder: string;
  readonly mayImport: readonly string[];
  /** Imports of types only: they leave nothing in the running program. */
  readonly mayImportTypes: readonly string[];
  readonly reason: string;
}

export const LAYERS: readonly Layer[] = [
  {
    folder: "src/core",
    mayImport: ["src/core"],
    mayImportTypes: [],
    reason: "The core decides from its state, an event and the time alone, so that any decision can be replayed.",
  },
  {
    folder: "src/codec",
    mayImport: ["src/codec", "src/error.ts"],
    mayImportTypes: [],
    reason: "Codecs turn bytes into messages and back; whoever sends them is not their business.",
  },
  {
    folder: "src/adapter",
    mayImport: [
      "src/adapter",
      "src/codec",
      "src/core/family.ts",
      "src/core/kernel/kernel.ts",
      "src/core/kernel/mark.ts",
      "src/core/target/target.ts",
      "src/error.ts",
      "node:",
    ],
    mayImportTypes: ["src/core"],
    reason:
      "An adapter carries out one effect and decides nothing, so it needs the core's words but not its functions.",
  },
  {
    folder: "src/shell",
    mayImport: ["src/shell", "src/core", "src/codec", "src/error.ts", "node:"],
    mayImportTypes: ["src/adapter"],
    reason: "The shell runs against ports, so that tests can run it against others; the journal is bytes.",
  },
  {
    folder: "src/config",
    mayImport: [
      "src/config",
      "src/core/family.ts",
      "src/core/network.ts",
      "src/core/kernel/mark.ts",
      "src/core/kernel/shaping.ts",
      "src/core/target/target.ts",
      "src/core/detector/presets.ts",
      "src/core/detector/detection-check.ts",
      "src/error.ts",
      "node:",
      "yaml",
      "zod",
    ],
    mayImportTypes: ["src/core"],
    reason: "The config is read before anything runs and must not depend on what it configures.",
  },
  {
    folder: "src/import",
    mayImport: [
      "src/import",
      "src/config",
      "src/core/family.ts",
      "src/core/kernel",
      "src/core/path/path.ts",
      "node:net",
    ],
    mayImportTypes: ["src/core"],
    reason:
      "An import turns the text of another system's settings into that of ours; reading files is not its business.",
  },
  {
    folder: "src/wireguard",
    mayImport: [
      "src/wireguard",
      "src/config",
      "src/core/family.ts",
      "src/core/network.ts",
      "src/core/kernel/translation.ts",
      "src/error.ts",
      "node:net",
    ],
    mayImportTypes: [],
    reason:
      "Both ends of a tunnel follow from what is asked, and from the keys: making and placing them is others' business.",
  },
  {
    folder: "src/api",
    mayImport: [
      "src/api",
      "src/config",
      "src/core/status.ts",
      "src/core/history",
      "src/core/family.ts",
      "src/core/size.ts",
      "src/core/words.ts",
      "src/error.ts",
      "src/version.ts",
      "node:",
      "zod",
    ],
    mayImportTypes: ["src/core"],
    reason: "The API shows the status and passes orders on; the deciding stays in the core.",
  },
  {
    folder: "src/cli",
    mayImport: [
      "src/cli",
      "src/api",
      "src/config",
      "src/core/family.ts",
      "src/core/size.ts",
      "src/core/words.ts",
      "src/core/detector",
      "src/error.ts",
      "src/version.ts",
      "node:",
      "commander",
    ],
    mayImportTypes: ["src/core", "src/wireguard"],
    reason:
      "The command line is one of the API's clients and knows no more than any other; `detector` runs one without a daemon.",
  },
  {
    folder: "src/web",
    mayImport: ["src/web", "src/api/paths.ts", "preact", "uplot", "yaml"],
    mayImportTypes: [
      "src/api",
      "src/core/history/answer.ts",
      "src/core/status.ts",
      "src/config",
      "lab/demo/faults-page.ts",
    ],
    reason:
      "The page is one of the API's clients, in a browser: it knows the contract's types and has none of its code.",
  },
  {
    folder: "bench",
    mayImport: ["bench", "src", "lab", "test/fake", "test/lab/house.ts", "test/lab/trials.ts", "node:"],
    mayImportTypes: [],
    reason: "Benches measure the product with what it brings along.",
  },
  {
    folder: "lab",
    mayImport: [
      "lab",
      "src/adapter",
      "src/codec",
      "src/cli",
      "src/api/guard.ts",
      "src/api/text",
      "src/core/detector/random.ts",
      "src/core/family.ts",
      "src/error.ts",
      "node:",
      "commander",
    ],
    mayImportTypes: ["src/core", "src/api"],
    reason: "The lab judges the daemon from outside, as its users see it.",
  },
];

/** Packages that one place wraps, so that a new version of them is one file's concern. */
export const WRAPPED: Readonly<Record<string, { readonly files: RegExp; readonly reason: string }>> = {
  koffi: {
    files: /^src\/adapter\/libc\/libc\.ts$/,
    reason: "Its poll handles are undocumented and pinned to one version.",
  },
  nodemailer: {
    files: /^src\/adapter\/service\/mail\.ts$/,
    reason: "It is loaded with the first mail, and only there.",
  },
  mqtt: { files: /^src\/adapter\/service\/mqtt\.ts$/, reason: "It is loaded with a broker, and only there." },
  yaml: { files: /^(src|test)\/config\/|^src\/web\/setup\//, reason: "Only the config is YAML." },
  zod: { files: /^(src\/(config|api)|test\/api)\//, reason: "Data is checked where it enters; inside, types suffice." },
  commander: {
    files: /^(src\/(cli\/.*|main)|lab\/main|scripts\/docs\/.*)\.ts$/,
    reason: "Only the command line parses arguments.",
  },
  typescript: { files: /^test\/tidy/, reason: "The compiler is a tool, not a part." },
};

/** The imports of a layer's file that it must not have. */
export const forbidden = (layer: Layer, imports: readonly Import[]): Import[] =>
  imports.filter(({ from, typeOnly }) => {
    const allowed = typeOnly ? [...layer.mayImport, ...layer.mayImportTypes] : layer.mayImport;
    return !isWrappedHere(layer, from) && !allowed.some((place) => isIn(from, place));
  });

/** Which file may have it is another rule's business. */
const isWrappedHere = (layer: Layer, from: string): boolean =>
  layer.folder === "src/adapter" && ["koffi", "mqtt", "nodemailer"].includes(from);

const isIn = (from: string, place: string): boolean =>
  from === place || from.startsWith(place.endsWith(":") ? place : `${place}/`);
