import { monotonicMs } from "../clock.ts";
import { openSocket, sendTo } from "../libc/libc.ts";
import { AF_UNIX, SOCK_DGRAM } from "../libc/linux.ts";
import { unixAddress } from "../libc/unix-address.ts";

/** What systemd (or another manager that speaks sd_notify(3)) is told. Nothing happens where there is none. */
export interface ServiceManager {
  /** How often `alive` is to be called: half of what the manager waits (sd_watchdog_enabled(3)); null: never. */
  readonly aliveIntervalMs: number | null;
  /** Started up, or done with reloading. Never throws. */
  ready(): void;
  /** The event loop turns. Never throws. */
  alive(): void;
  /** The config is being read again. Never throws. */
  reloading(): void;
  /** About to end. Never throws. */
  stopping(): void;
  /** One line for `systemctl status`. Never throws. */
  status(text: string): void;
}

const CONTROL_CHARACTERS = /\p{Cc}+/gu;

const openNotifier = (path: string | undefined): ((text: string) => void) => {
  const address = unixAddress(path ?? "");
  if (address === null) return () => {};
  const fd = openSocket({ domain: AF_UNIX, type: SOCK_DGRAM, protocol: 0 });
  return (text) => {
    sendTo(fd, Buffer.from(text), address);
  };
};

const aliveInterval = (environment: NodeJS.ProcessEnv): number | null => {
  const microseconds = Number(environment.WATCHDOG_USEC);
  const forUs = (environment.WATCHDOG_PID ?? String(process.pid)) === String(process.pid);
  return forUs && microseconds > 0 ? microseconds / 2000 : null;
};

/** The service manager that the environment names, for as long as the process lives. Throws SystemError. */
export const openServiceManager = (environment: NodeJS.ProcessEnv = process.env): ServiceManager => {
  const notify = openNotifier(environment.NOTIFY_SOCKET);
  return {
    aliveIntervalMs: aliveInterval(environment),
    ready: () => notify("READY=1"),
    alive: () => notify("WATCHDOG=1"),
    reloading: () => notify(`RELOADING=1\nMONOTONIC_USEC=${Math.round(monotonicMs() * 1e3)}`),
    stopping: () => notify("STOPPING=1"),
    status: (text) => notify(`STATUS=${text.replace(CONTROL_CHARACTERS, " ")}`),
  };
};
