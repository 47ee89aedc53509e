/**
 * Every error that the product raises on purpose, by code: what it means and what to do about it.
 * `docs/errors.md` is generated from this table.
 */
export const CATALOGUE = {
  "config-missing": {
    means: "The config file does not exist.",
    remedy: "Name another file, or create it: `wan-failover init` proposes one.",
  },
  "config-unreadable": {
    means: "The config file exists but can't be read.",
    remedy: "Look at its permissions and at the disk.",
  },
  "config-invalid": {
    means: "The config has mistakes; each is listed with its line, its path and what would be right.",
    remedy: "Mend each of them; `wan-failover check` says when none is left.",
  },
  "not-permitted": {
    means: "The process lacks CAP_NET_ADMIN or CAP_NET_RAW, or may not use the daemon's socket.",
    remedy:
      "Run it as root; the daemon through the systemd unit, other commands as a member of the group wan-failover.",
  },
  "netlink-failed": {
    means: "The kernel refused a netlink request; its own words follow.",
    remedy: "`wan-failover doctor` names the usual causes.",
  },
  "platform-unsupported": {
    means: "This machine's processor or C library is not one that we can run on.",
    remedy: "Use a 64-bit x86, ARM or RISC-V Linux, and install the package with its optional dependencies.",
  },
  "interface-missing": {
    means: "An interface that the config names does not exist.",
    remedy: "Nothing, if it will appear later; else mend its name in the config.",
  },
  "system-call-failed": {
    means: "A system call failed; its name and the error follow.",
    remedy: "`wan-failover doctor` names the usual causes.",
  },
  "malformed-message": {
    means: "Bytes from the wire or the kernel don't have the form that they should.",
    remedy: "Restart the daemon if it is older than the command; else report it, with the kernel's version.",
  },
  "nft-missing": {
    means: "Neither libnftables nor the nft command is there.",
    remedy: "Install the package nftables.",
  },
  "nft-failed": {
    means: "nftables refused our table; its own words follow.",
    remedy: "`wan-failover doctor` names the usual causes.",
  },
  "no-daemon": {
    means: "No daemon answers on the socket.",
    remedy: "Start it: `systemctl start wan-failover`, or `wan-failover run`.",
  },
  "daemon-running": {
    means: "A daemon is running on this socket.",
    remedy: "Stop it first.",
  },
  "service-failed": {
    means: "The daemon could not be started or stopped; what happened follows.",
    remedy: "The system log says more, and so does `wan-failover run`.",
  },
  "order-refused": {
    means: "The daemon can't do what was asked; the reason follows.",
    remedy: "`wan-failover status` shows the uplinks and their state.",
  },
  "journal-missing": {
    means: "There is no journal at that place.",
    remedy: "Name the journal's folder or one of its files; a daemon writes it to `journal` in its state directory.",
  },
  "journal-unreadable": {
    means: "The journal exists but can't be read.",
    remedy: "Look at its permissions and at the disk.",
  },
  "journal-damaged": {
    means: "The file is no journal, or nothing in it can be replayed; the reason follows.",
    remedy: "Take the journal along once more; one that another version wrote needs that version.",
  },
  "journal-unfit": {
    means: "The journal can't say how that config would have done; the reason follows.",
    remedy: "Ask about a config with uplinks that the journal knows.",
  },
  "history-unavailable": {
    means: "There is no history; the reason follows.",
    remedy: "Let `history.file` name a file, and install the package libsqlite3-0; docs/history.md says more.",
  },
  "history-failed": {
    means: "The history's database can't be used; SQLite's own words follow.",
    remedy: "Look at the disk: is it full, read-only or broken? Traffic is switched without a history as with one.",
  },
  "import-failed": {
    means: "What was to be imported can't be read, or is not of that system; what is wrong follows.",
    remedy: "Name the folder or the files that hold its settings.",
  },
  "init-failed": {
    means: "No first config could be proposed or written; why not follows.",
    remedy: "Bring the uplinks up first, or name another file with --config.",
  },
  "wireguard-failed": {
    means: "The program wg is missing or made no keys; its own words follow.",
    remedy: "Install the package wireguard-tools.",
  },
  usage: {
    means: "The command line can't be understood.",
    remedy: "`wan-failover help COMMAND` shows what a command takes.",
  },
  "lab-unavailable": {
    means: "The lab can't be built here; what is missing follows.",
    remedy: "Run as root, with iproute2 and nftables installed.",
  },
  "invariant-broken": {
    means: "The program found itself in a state that should be impossible.",
    remedy: "Report it; the service manager restarts the daemon, which adopts what is in place.",
  },
} as const;

export type ErrorCode = keyof typeof CATALOGUE;

/** The only kind of error raised on purpose. `detail` is one sentence for people, without the code. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(detail, options);
    this.name = new.target.name;
    this.code = code;
    this.detail = detail;
  }
}

/** Our own mistake: ends the process; the service manager restarts it and start-up reconciles. */
export class InvariantError extends AppError {
  constructor(detail: string) {
    super("invariant-broken", detail);
  }
}

/** What an error that was raised on purpose says to people; throws all others again, our own mistakes among them. */
export const wordsOf = (error: unknown): string => {
  if (error instanceof AppError && !(error instanceof InvariantError)) return error.detail;
  throw error;
};
