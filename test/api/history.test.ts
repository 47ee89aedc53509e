import { expect, onTestFinished, test, vi } from "vitest";
import { AppError } from "../../src/error.ts";
import { ask, noHistory, openSite, temporaryFolder } from "./site.ts";

const folder = temporaryFolder();

test("a report comes as JSON, as a page that may load nothing, and as CSV", async () => {
  const { port } = await openSite(folder);
  const get = (as: string) => ask(port, { path: `/api/v1/report?month=2026-10&as=${as}` });
  const [json, html, csv, other] = await Promise.all(["json", "html", "csv", "pdf"].map(get));
  expect(JSON.parse(json?.text ?? "")).toMatchObject({ uplinks: [] });
  expect(html?.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(html?.headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}';/);
  expect(html?.text).toContain("No uplink answered in this time.");
  expect(csv?.headers["content-disposition"]).toBe('attachment; filename="outages-2026-10.csv"');
  expect(csv?.text).toBe("uplink,family,begin,end,seconds,cause");
  expect(other?.code).toBe(400);
});

test("a report's file bears the month that the router's clock shows", async () => {
  vi.stubEnv("TZ", "Europe/Vienna");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { port } = await openSite(folder);
  const { headers } = await ask(port, { path: "/api/v1/report?month=2026-10&as=csv" });
  expect(headers["content-disposition"]).toBe('attachment; filename="outages-2026-10.csv"');
});

test("a history that can't be read is told with what helps, and not taken for nonsense", async () => {
  const broken = () => Promise.reject(new AppError("history-failed", "database or disk is full"));
  const { client } = await openSite(folder, { history: { ...noHistory, ask: broken, report: broken } });
  for (const answer of [client.history({ since: "7d", resolution: "none" }), client.report({})])
    await expect(answer).rejects.toMatchObject({
      code: "order-refused",
      detail: expect.stringMatching(/^database or disk is full. Look at the disk: /),
    });
});

test("why traffic goes where it goes is told without a history too", async () => {
  const full = () => Promise.reject(new AppError("history-failed", "The disk is full"));
  const { client } = await openSite(folder, { history: { ...noHistory, ask: full } });
  const { explanation, causes, problem } = await client.explain();
  expect(explanation.join()).toContain("traffic has taken fiber");
  expect({ causes, problem }).toEqual({ causes: [], problem: "The disk is full" });
});
