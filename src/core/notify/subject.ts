import type { NoticeKind } from "./notice.ts";

/** A message's subject. Those of a failover and a failback are AstLinux's, to the letter. Never throws. */
export const subjectOf = (
  {
    kind,
    uplink,
    active,
  }: { readonly kind: NoticeKind; readonly uplink: string | null; readonly active: string | null },
  host: string,
): string => {
  switch (kind) {
    case "failover":
      return `Primary WAN link failed on '${host}'. Switched to secondary link.`;
    case "failback":
      return `Primary WAN link OK on '${host}'. Switched back to primary link.`;
    case "moved":
      return `Secondary WAN link ${uplink} failed on '${host}'. Switched to ${active}.`;
    case "ordered":
      return `WAN link moved by order on '${host}'. Switched to ${active}.`;
    case "offline":
      return `All WAN links failed on '${host}'.`;
    case "online":
      return `WAN link OK on '${host}'. The internet is back over ${active}.`;
    case "standby-down":
      return `Standby WAN link ${uplink} is not usable on '${host}'.`;
    case "standby-up":
      return `Standby WAN link ${uplink} is usable again on '${host}'.`;
    case "cap-near":
      return `WAN link ${uplink} nears the end of its cap on '${host}'.`;
    case "cap-used":
      return `WAN link ${uplink} has used up its cap on '${host}'.`;
    case "rehearsal-passed":
      return `Rehearsal of a WAN failover passed on '${host}'.`;
    case "rehearsal-failed":
      return `Rehearsal of a WAN failover FAILED on '${host}'.`;
    case "test":
      return `Test message of WAN failover on '${host}'.`;
  }
};
