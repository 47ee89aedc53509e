import { openHistoryStore } from "../../src/adapter/history/store.ts";
import { batchOf, eventOfAt, sampleOf } from "./history-batch.ts";

// Writes a batch after the other until it is killed, and says after each how many there are.
const [, , path = ""] = process.argv;
const store = openHistoryStore({ path, keepMs: 90 * 86_400_000, complain: (text) => process.stderr.write(text) });
const start = Date.now();
for (let count = 1; ; count += 1) {
  const at = start + count * 60_000;
  const usage = [{ uplink: "lte", period: "2026-10-01", received: count * 1000, sent: count }];
  const meters = [{ uplink: "lte", boot: "b", link: 3, received: count * 1000, sent: count }];
  await store.write(batchOf(at, { events: [eventOfAt(at)], samples: [sampleOf(at)], usage, meters }));
  process.stdout.write(`${count}\n`);
}
