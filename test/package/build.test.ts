import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const checksums = (): Record<string, string> => {
  execFileSync("npm", ["run", "package"], { stdio: "ignore" });
  return Object.fromEntries(
    readdirSync("packages").map((file) => [
      file,
      createHash("sha256")
        .update(readFileSync(`packages/${file}`))
        .digest("hex"),
    ]),
  );
};

test("two builds give the same bytes", { timeout: 900_000 }, () => {
  const first = checksums();
  expect(Object.keys(first)).toHaveLength(4);
  expect(checksums()).toEqual(first);
});
