/** The program's one sense of time and its one deadline. */
export interface Clock {
  /** Milliseconds since boot in steps of 0.001 (CLOCK_MONOTONIC); the same base after a restart of the process. Never throws. */
  now(): number;
  /**
   * Replaces the deadline: `callback` runs once, when `now()` has reached `at` and the sockets that are readable by then
   * have been read. Infinity: no deadline. Never throws.
   */
  wakeAt(at: number, callback: () => void): void;
}

interface Alarm {
  deadline: number;
  callback: () => void;
  timer: NodeJS.Timeout | undefined;
  /** When `timer` fires. */
  timerAt: number;
  /** A check is queued behind the reading of the sockets. */
  queued: boolean;
}

/** The longest that setTimeout can; longer delays would fire at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** `CLOCK_MONOTONIC` in milliseconds, in whole microseconds: more would be noise, and no journal could hold it. Never throws. */
export const monotonicMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds * 1e6 + Math.floor(nanoseconds / 1e3)) / 1e3;
};

const disarm = (alarm: Alarm): void => {
  clearTimeout(alarm.timer);
  alarm.timer = undefined;
  alarm.timerAt = Number.POSITIVE_INFINITY;
};

/** Node runs timers before it reads sockets: looking at the deadline only in an immediate lets the sockets go first. */
const queueCheck = (alarm: Alarm): void => {
  if (alarm.queued) return;
  alarm.queued = true;
  setImmediate(() => {
    alarm.queued = false;
    check(alarm);
  });
};

/** A timer that fires too early is kept, for moving one costs more than a needless wake-up. */
const arm = (alarm: Alarm): void => {
  const now = monotonicMs();
  if (alarm.deadline <= now) queueCheck(alarm);
  else if (alarm.timerAt > alarm.deadline) startTimer(alarm, now);
};

const startTimer = (alarm: Alarm, now: number): void => {
  disarm(alarm);
  const delay = Math.min(Math.ceil(alarm.deadline - now), LONGEST_TIMEOUT_MS);
  alarm.timerAt = now + delay;
  alarm.timer = setTimeout(() => {
    disarm(alarm);
    queueCheck(alarm);
  }, delay);
};

const check = (alarm: Alarm): void => {
  if (alarm.deadline === Number.POSITIVE_INFINITY) return;
  if (alarm.deadline > monotonicMs()) {
    arm(alarm);
    return;
  }
  alarm.deadline = Number.POSITIVE_INFINITY;
  alarm.callback();
};

/** A clock with no deadline yet. Never throws. */
export const openClock = (): Clock => {
  const alarm: Alarm = {
    deadline: Number.POSITIVE_INFINITY,
    callback: () => {},
    timer: undefined,
    timerAt: Number.POSITIVE_INFINITY,
    queued: false,
  };
  const wakeAt = (at: number, callback: () => void): void => {
    alarm.deadline = at;
    alarm.callback = callback;
    if (at === Number.POSITIVE_INFINITY) disarm(alarm);
    else arm(alarm);
  };
  return { now: monotonicMs, wakeAt };
};
