import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { connect, isIPv6, type Socket } from "node:net";
import { now } from "./clock.ts";
import { inputLines, writeLine } from "./lines.ts";
import type { MeasureLine, MeasureOrder, MeasureRenewal, Stream } from "./sample.ts";

/** One stream at work: its requests that wait for an answer. */
interface Course {
  readonly index: number;
  readonly stream: Stream;
  readonly timeoutMs: number;
  readonly write: (line: MeasureLine) => void;
}

/** A request under way. */
interface Request {
  readonly sequence: number;
  readonly sentAt: number;
  /** The answer's text, as the echo server writes it: `17 203.0.113.2`. */
  readonly answered: (text: string) => void;
}

type Send = (request: Request, done: (finish: () => void) => void) => void;

interface Sender {
  readonly send: Send;
  /** Ends a long flow and begins the next. */
  readonly renew: () => void;
}

/** How long a long TCP flow waits after a reset, before it begins anew. */
const RECONNECT_MS = 100;

const quiet = (): void => {};

const openUdp = (stream: Stream): UdpSocket => {
  const socket = createSocket(isIPv6(stream.address) ? "udp6" : "udp4");
  socket.on("error", quiet);
  return socket;
};

/** Each request has a socket of its own, which is closed when it is answered or given up. */
const newUdp =
  ({ stream }: Course): Send =>
  (request, done) => {
    const socket = openUdp(stream);
    socket.on("message", (message) => request.answered(message.toString()));
    socket.send(`${request.sequence}`, stream.port, stream.address, quiet);
    done(() => socket.close());
  };

const newTcp =
  ({ stream }: Course): Send =>
  (request, done) => {
    const socket = connect({ host: stream.address, port: stream.port, noDelay: true });
    socket.on("error", quiet);
    socket.on("data", (chunk) => request.answered(chunk.toString().trim()));
    socket.write(`${request.sequence}\n`);
    done(() => socket.resetAndDestroy());
  };

/** Answers to a long flow find their requests by number. */
const dispatcher = (): { expect: (request: Request) => () => void; arrive: (text: string) => void } => {
  const open = new Map<number, Request>();
  return {
    expect: (request) => {
      open.set(request.sequence, request);
      return () => {};
    },
    arrive: (text) => {
      const sequence = Number.parseInt(text, 10);
      open.get(sequence)?.answered(text);
      open.delete(sequence);
    },
  };
};

const longUdp = ({ stream, timeoutMs }: Course): Sender => {
  const { expect, arrive } = dispatcher();
  const open = (): UdpSocket => openUdp(stream).on("message", (message) => arrive(message.toString()));
  let socket = open();
  const send: Send = (request, done) => {
    socket.send(`${request.sequence}`, stream.port, stream.address, quiet);
    done(expect(request));
  };
  const renew = (): void => {
    const former = socket;
    setTimeout(() => former.close(), timeoutMs);
    socket = open();
  };
  return { send, renew };
};

const eachLine = (socket: Socket, onLine: (line: string) => void): void => {
  let text = "";
  socket.on("data", (chunk) => {
    const lines = (text + chunk.toString()).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
};

/** Tells when an established connection has broken, and in any case that it is over. */
const onEnd = (socket: Socket, told: { broken: (code: string) => void; over: () => void }): void => {
  let established = false;
  let code = "closed";
  socket.on("connect", () => {
    established = true;
    socket.setTimeout(0);
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    code = error.code ?? code;
  });
  socket.on("close", () => {
    if (established) told.broken(code);
    told.over();
  });
};

/** A connection that is kept up. */
interface Connection {
  readonly current: () => Socket;
  readonly renew: () => void;
}

/** Whenever the connection is over, or can't be established in time, the next is begun. One that was replaced is forgotten. */
const keepConnection = (course: Course, arrive: (text: string) => void): Connection => {
  const { stream, index, write } = course;
  const reset = (code: string): void => write({ kind: "reset", stream: index, reset: { at: now(), code } });
  const open = (): Socket => {
    const fresh = connect({ host: stream.address, port: stream.port, noDelay: true });
    const ifCurrent = (act: () => void): void => {
      if (fresh === socket) act();
    };
    fresh.setTimeout(course.timeoutMs, () => fresh.destroy());
    onEnd(fresh, {
      broken: (code) => ifCurrent(() => reset(code)),
      over: () => ifCurrent(() => setTimeout(() => ifCurrent(reopen), RECONNECT_MS)),
    });
    eachLine(fresh, arrive);
    return fresh;
  };
  const reopen = (): void => {
    socket = open();
  };
  let socket = open();
  const renew = (): void => {
    const former = socket;
    setTimeout(() => former.destroy(), course.timeoutMs);
    reopen();
  };
  return { current: () => socket, renew };
};

const longTcp = (course: Course): Sender => {
  const { expect, arrive } = dispatcher();
  const { current, renew } = keepConnection(course, arrive);
  const send: Send = (request, done) => {
    const socket = current();
    if (socket.readyState === "open" || socket.readyState === "opening") socket.write(`${request.sequence}\n`);
    done(expect(request));
  };
  return { send, renew };
};

const openSender = (course: Course): Sender => {
  const { flow, protocol } = course.stream;
  if (flow === "long") return protocol === "udp" ? longUdp(course) : longTcp(course);
  return { send: protocol === "udp" ? newUdp(course) : newTcp(course), renew: quiet };
};

/** One request from its sending to its answer, or to its being given up; a long flow's may still be answered after that. */
const request = (course: Course, send: Send, sequence: number): void => {
  const sentAt = now();
  let finish = quiet;
  let timer: NodeJS.Timeout | undefined;
  const tell = (answeredAt: number | null, source: string | null): void => {
    clearTimeout(timer);
    course.write({ kind: "sample", stream: course.index, sample: { sequence, sentAt, answeredAt, source } });
    finish();
  };
  timer = setTimeout(() => tell(null, null), course.timeoutMs);
  const answered = (text: string): void => tell(now(), text.split(" ")[1] ?? null);
  send({ sequence, sentAt, answered }, (given) => {
    finish = given;
  });
};

/** Requests at even distances, whatever the timer's own lateness. Gives what renews the flow. */
const pace = (course: Course, startAt: number): (() => void) => {
  const { send, renew } = openSender(course);
  const begin = now() + startAt;
  let sequence = 0;
  const next = (): void => {
    request(course, send, sequence);
    sequence++;
    setTimeout(next, Math.max(0, begin + sequence * course.stream.intervalMs - now()));
  };
  setTimeout(next, startAt);
  return renew;
};

/** Runs all streams, spread over an interval so that they don't come in bursts, until its standard input ends. */
export const runMeasure = (order: MeasureOrder): void => {
  const renewals = order.streams.map((stream, index) => {
    const startAt = (stream.intervalMs * index) / order.streams.length;
    return pace({ index, stream, timeoutMs: order.timeoutMs, write: writeLine }, startAt);
  });
  inputLines<MeasureRenewal>(({ renew }) => renewals[renew]?.());
  process.stdout.write("ready\n");
};
