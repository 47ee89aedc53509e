import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openConfigKeeper, tagOf } from "../../src/api/config/keeper.ts";
import { takeBackUnconfirmed } from "../../src/daemon/config-store.ts";
import { until } from "../adapter/until.ts";
import { ask, openSite, storeOf, temporaryFolder } from "./site.ts";

const folder = temporaryFolder();
const TEXT = `# mine
uplinks:
  - { name: fiber, interface: eth0 } # good
  - { name: lte, interface: wwan0 }
`;
const CHANGED = TEXT.replace("wwan0", "wwan1");

let files = 0;
/** A site with a config file, whose owner sends requests over the socket's stand-in: a control token. */
const configured = async (text = TEXT) => {
  files += 1;
  const path = join(folder, `config-${files}.yaml`);
  writeFileSync(path, text, { mode: 0o640 });
  const applied: string[] = [];
  const complaints: string[] = [];
  const site = await openSite(folder, { configStore: storeOf(path, applied, complaints) });
  const { token } = await site.client.addToken({ name: "test", scope: "control" });
  const send = async (method: string, where: string, body?: object, headers: object = {}) => {
    const answer = await ask(site.port, {
      method,
      path: `/api/v1/config${where}`,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { ...answer, body: JSON.parse(answer.text) };
  };
  const get = () => send("GET", "");
  const put = (body: object, tag = `"${tagOf(readFileSync(path, "utf8"))}"`) =>
    send("PUT", "", body, tag === "" ? {} : { "if-match": tag });
  const onDisk = () => readFileSync(path, "utf8");
  return { ...site, path, applied, complaints, send, get, put, onDisk };
};

test("the config is shown as text and as value, with a tag", async () => {
  const { get, path } = await configured();
  const { code, headers, body } = await get();
  expect([code, headers.etag]).toEqual([200, `"${tagOf(TEXT)}"`]);
  expect(body).toMatchObject({ file: path, yaml: TEXT, issues: [], confirmLeftMs: null });
  expect(body.value.uplinks[1]).toEqual({ name: "lte", interface: "wwan0" });
});

test("a change of the text is written, put into force, and told as a difference", async () => {
  const { put, onDisk, applied, path } = await configured();
  const { code, headers, body } = await put({ yaml: CHANGED });
  expect([code, headers.etag]).toEqual([200, `"${tagOf(CHANGED)}"`]);
  expect(body).toMatchObject({ applied: true, confirmLeftMs: null });
  expect(body.difference.filter(({ kind }: { kind: string }) => kind !== "same")).toEqual([
    { kind: "removed", line: 4, text: "  - { name: lte, interface: wwan0 }" },
    { kind: "added", line: 4, text: "  - { name: lte, interface: wwan1 }" },
  ]);
  expect([onDisk(), applied]).toEqual([CHANGED, [CHANGED]]);
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test("a change of the value keeps the comments", async () => {
  const { put, get, onDisk } = await configured();
  const { value } = (await get()).body;
  value.uplinks[1].interface = "wwan1";
  expect((await put({ value })).code).toBe(200);
  expect(onDisk()).toBe(CHANGED);
});

test("a dry run says what would change, and changes nothing", async () => {
  const { put, onDisk, applied } = await configured();
  const { code, headers, body } = await put({ yaml: CHANGED, dryRun: true });
  expect([code, headers.etag, body.applied, body.difference.length]).toEqual([200, `"${tagOf(TEXT)}"`, false, 6]);
  expect([onDisk(), applied]).toEqual([TEXT, []]);
});

test("mistakes are listed with their lines, and nothing is written", async () => {
  const { put, onDisk } = await configured();
  const { code, body } = await put({ yaml: TEXT.replace("interface: wwan0", "interfce: wwan0") });
  expect(code).toBe(422);
  expect(body.issues).toContainEqual(
    expect.objectContaining({ path: "uplinks[1].interfce", line: 4, remedy: "did you mean interface?" }),
  );
  for (const yaml of ["", "{", "\0", "[".repeat(100_000), "x".repeat(200_000)])
    expect((await put({ yaml })).code).toBe(422);
  expect(onDisk()).toBe(TEXT);
});

test("of two who change the config at once, the second is told to read again", async () => {
  const { put, onDisk } = await configured();
  const tag = `"${tagOf(TEXT)}"`;
  const other = TEXT.replace("eth0", "eth1");
  const codes = await Promise.all([put({ yaml: CHANGED }, tag), put({ yaml: other }, tag)]);
  expect(codes.map(({ code }) => code).sort()).toEqual([200, 412]);
  expect([CHANGED, other]).toContain(onDisk());
  expect((await put({ yaml: TEXT }, "")).code).toBe(428);
  expect((await put({ yaml: TEXT }, "*")).code).toBe(200);
});

test("a change that is confirmed in time stays", async () => {
  const { put, send, get, onDisk, path } = await configured();
  const { body } = await put({ yaml: CHANGED, confirm: "60s" });
  expect(body.confirmLeftMs).toBeGreaterThan(59_000);
  expect((await get()).body.confirmLeftMs).toBeGreaterThan(50_000);
  expect((await put({ yaml: TEXT })).code).toBe(409);
  expect((await send("POST", "/confirm")).code).toBe(200);
  expect((await send("POST", "/confirm")).code).toBe(409);
  expect([onDisk(), existsSync(`${path}.unconfirmed`)]).toEqual([CHANGED, false]);
});

test("a change that is taken back leaves what was before, to the letter", async () => {
  const { put, send, onDisk, applied } = await configured();
  await put({ yaml: CHANGED, confirm: "60s" });
  expect((await send("POST", "/revert")).code).toBe(200);
  expect([onDisk(), applied]).toEqual([TEXT, [CHANGED, TEXT]]);
});

test("a change that nobody confirms goes back by itself, and says so", async () => {
  files += 1;
  const path = join(folder, `config-${files}.yaml`);
  writeFileSync(path, TEXT);
  const [applied, complaints]: [string[], string[]] = [[], []];
  const keeper = openConfigKeeper(storeOf(path, applied, complaints));
  await keeper.change((current) => keeper.put(current, CHANGED, 50));
  await until(() => complaints.length > 0);
  expect(applied).toEqual([CHANGED, TEXT]);
  expect(complaints[0]).toContain("not confirmed in time");
  expect(keeper.confirmLeftMs()).toBeNull();
});

test("what somebody edits by hand meanwhile is not lost", async () => {
  const { put, send, path, onDisk } = await configured();
  await put({ yaml: CHANGED, confirm: "60s" });
  const byHand = `${CHANGED}# by hand\n`;
  writeFileSync(path, byHand);
  await send("POST", "/revert");
  expect(onDisk()).toBe(byHand);
});

test("a daemon that starts again takes back what was never confirmed", async () => {
  const state = join(folder, "state");
  mkdirSync(state);
  const path = join(folder, "restarted.yaml");
  const directories = { runtime: join(folder, "nowhere"), state, configuration: folder };
  expect(await takeBackUnconfirmed(path, directories)).toBeNull();
  writeFileSync(path, CHANGED);
  writeFileSync(join(state, "config.unconfirmed"), JSON.stringify({ before: TEXT, tag: tagOf(CHANGED) }));
  expect(await takeBackUnconfirmed(path, directories)).toContain("not confirmed");
  expect(readFileSync(path, "utf8")).toBe(TEXT);
  expect(await takeBackUnconfirmed(path, directories)).toBeNull();
});

test("a file that can't be written or read is a conflict with its reason", async () => {
  const { put, get, path } = await configured();
  mkdirSync(`${path}.new`);
  writeFileSync(join(`${path}.new`, "x"), "");
  const { code, body } = await put({ yaml: CHANGED });
  expect([code, body.detail]).toEqual([409, expect.stringContaining("can't be written")]);
  writeFileSync(path, Buffer.from([0xff, 0xfe]));
  chmodSync(path, 0o600);
  expect((await get()).body.detail).toContain("isn't UTF-8");
});

test("no secret is shown, and one that stays hidden stays", async () => {
  const secret = `${TEXT}# \nnotify: { email: { relay: "smtp://u:hunter2@h.example" } }\n`;
  const { get, put } = await configured(secret);
  const { text, body } = await get();
  expect(text).not.toContain("hunter2");
  const answer = await put({ yaml: body.yaml.replace("wwan0", "wwan1"), dryRun: true });
  expect(answer.text).not.toContain("hunter2");
});

test("the scripts' calls are shown, and the schema of the config", async () => {
  const { send, port, client } = await configured();
  expect((await send("GET", "/schema")).body.properties.uplinks.type).toBe("array");
  const { token } = await client.addToken({ name: "x", scope: "control" });
  const dry = { method: "POST", path: "/api/v1/scripts/dry-run", headers: { authorization: `Bearer ${token}` } };
  expect(JSON.parse((await ask(port, dry)).text)).toEqual({
    calls: [{ script: "change", path: "/bin/true", arguments: ["PRIMARY"], variables: { A: "b" }, file: "ready" }],
  });
});
