import { execFileSync } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { runWireguardPair } from "../../src/action/wireguard-pair.ts";
import { makeKeyPair } from "../../src/adapter/process/wireguard-keys.ts";
import { GUIDE, LEAST } from "../wireguard/fixture.ts";

const { PATH } = process.env;

afterEach(() => {
  process.env.PATH = PATH;
});

test("a public key is made of its private one, by wg, and both are new each time", () => {
  const { privateKey, publicKey } = makeKeyPair();
  expect(execFileSync("wg", ["pubkey"], { input: privateKey, encoding: "utf8" }).trim()).toBe(publicKey);
  expect(makeKeyPair().privateKey).not.toBe(privateKey);
});

test("without wg there are no keys, and what to install is said", () => {
  process.env.PATH = "/nowhere";
  expect(makeKeyPair).toThrow(
    expect.objectContaining({ code: "wireguard-failed", detail: "the program wg is missing" }),
  );
});

/** What the command writes, and the private keys in it. */
const printed = (options: typeof LEAST): { text: string; complaints: string; keys: readonly string[] } => {
  const [written, complaints]: [string[], string[]] = [[], []];
  const output = {
    write: (text: string) => void written.push(text),
    complain: (text: string) => void complaints.push(text),
  };
  expect(runWireguardPair({ options, json: false, output })).toBe(0);
  const text = written.join("\n");
  return {
    text,
    complaints: complaints.join("\n"),
    keys: [...text.matchAll(/^PrivateKey = (.*)$/gm)].map(([, key = ""]) => key),
  };
};

test("the command prints both ends with their own keys, each once, and the other's public one", () => {
  const { text, complaints, keys } = printed(GUIDE);
  expect(keys).toHaveLength(2);
  const publicKeys = keys.map((key) => execFileSync("wg", ["pubkey"], { input: key, encoding: "utf8" }).trim());
  expect([...text.matchAll(/^PublicKey = (.*)$/gm)].map(([, key]) => key)).toEqual(publicKeys.toReversed());
  for (const key of keys) expect(text.split(key)).toHaveLength(2);
  expect(complaints).toContain("private keys");
});

test("for a static end that is there it makes the router's key alone", () => {
  const { text, keys } = printed({ ...LEAST, staticKey: makeKeyPair().publicKey });
  expect(keys).toHaveLength(1);
  expect(text).toContain("### On the static end: add to the end of /etc/wireguard/wg0.conf");
});
