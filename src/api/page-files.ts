import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { extname, join, sep } from "node:path";
import { failure, type Reply } from "./reply.ts";

/** The page's built files, served as they are. */
export interface PageFiles {
  answer(request: IncomingMessage): Promise<Reply>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

/** Best first. A file `x.js` may have `x.js.br` and `x.js.gz` beside it. */
const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

/** Nothing from elsewhere, nothing inline, no frame, no form: what is not a file of ours doesn't run. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    ...["script-src", "style-src", "img-src", "font-src", "connect-src", "manifest-src"].map(
      (kind) => `${kind} 'self'`,
    ),
    ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};

const FOR_EVER = "public, max-age=31536000, immutable";

/**
 * The files in a folder. What is under `assets/` has a hash in its name and may be kept for ever; the rest is asked for
 * anew each time. A path without a dot is a view of the page.
 */
export const openPageFiles = (folder: string): PageFiles => ({
  answer: async (request) => {
    const path = request.url?.split("?", 1)[0] ?? "";
    if (request.method !== "GET" && request.method !== "HEAD") return notHere(path);
    return serve({ folder, files: await listFiles(folder), path }, request);
  },
});

interface Wish {
  readonly folder: string;
  readonly files: ReadonlySet<string>;
  readonly path: string;
}

const serve = async ({ folder, files, path }: Wish, request: IncomingMessage): Promise<Reply> => {
  const name = extname(path) === "" ? "index.html" : path.slice(1);
  // Only names that are in the listing are ever opened: no path can lead out of the folder.
  if (!files.has(name)) return files.size === 0 ? failure(404, NOT_BUILT) : notHere(path);
  const encoding = ENCODINGS.find((one) => accepts(request, one.name) && files.has(`${name}${one.suffix}`));
  const body = await readFile(join(folder, `${name}${encoding?.suffix ?? ""}`));
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const fresh = request.headers["if-none-match"] === etag;
  return {
    code: fresh ? 304 : 200,
    contentType: TYPES[extname(name)] ?? "application/octet-stream",
    body: fresh ? "" : body,
    headers: {
      ...PAGE_HEADERS,
      etag,
      vary: "accept-encoding",
      "cache-control": name.startsWith("assets/") ? FOR_EVER : "no-cache",
      ...(encoding === undefined ? {} : { "content-encoding": encoding.name }),
    },
  };
};

const NOT_BUILT = "The page is not part of this installation; the API is.";

const notHere = (path: string): Reply => failure(404, `There is nothing at ${path}.`);

const accepts = ({ headers }: IncomingMessage, encoding: string): boolean =>
  String(headers["accept-encoding"] ?? "")
    .split(",")
    .some((one) => one.split(";", 1)[0]?.trim() === encoding);

/** Without a folder there are no files. */
const listFiles = async (folder: string): Promise<ReadonlySet<string>> => {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  return new Set(entries.map((entry) => entry.split(sep).join("/")));
};
