import { connect, type Socket } from "node:net";
import { activeCallsIn, decodeMessages, encodeAction, type ManagerMessage } from "../../codec/manager.ts";
import type { AskAsterisk } from "../../core/command.ts";
import type { AsteriskAnswered } from "../../core/event.ts";
import type { AsteriskAccess } from "../../core/settings.ts";
import { readSecret, withoutSecrets } from "../file/secret.ts";
import { runScript } from "../process/script.ts";

/** Asterisk has so long (ms) for an answer. */
const ANSWER_MS = 5000;

/** Far more than any answer that we ask for (characters). */
const ANSWER_MAX = 65_536;

const REGISTER = "pjsip send register *all";
const COUNT = "core show channels count";

type Manager = Extract<AsteriskAccess, { kind: "manager" }>;

/** Asks Asterisk. What goes wrong is part of the answer. Never rejects. */
export const askAsterisk = async ({ question, access }: AskAsterisk): Promise<AsteriskAnswered> => {
  try {
    const calls =
      access.kind === "manager" ? await askManager(access, question) : await askProgram(access.path, question);
    return { kind: "asterisk-answered", question, calls, problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { kind: "asterisk-answered", question, calls: 0, problem };
  }
};

const askProgram = async (path: string, question: AskAsterisk["question"]): Promise<number> => {
  const lines: string[] = [];
  const words = question === "calls" ? COUNT : REGISTER;
  const outcome = await runScript({
    path,
    arguments: ["-rx", words],
    variables: {},
    timeoutMs: ANSWER_MS,
    onLine: (line) => lines.push(line),
  });
  if (outcome.kind === "absent") throw new Error(`there is no program ${path}`);
  if (outcome.kind === "failed") throw new Error(`${path}: ${outcome.problem}`);
  if (outcome.code !== 0) throw new Error(lines[0] ?? `${path} ended with the exit code ${outcome.code}`);
  return question === "calls" ? countIn(activeCallsIn(lines.join("\n"))) : 0;
};

const countIn = (calls: number | null): number => {
  if (calls === null) throw new Error("its answer doesn't say how many calls are active");
  return calls;
};

const askManager = async (access: Manager, question: AskAsterisk["question"]): Promise<number> => {
  const secret = await readSecret({ kind: "file", path: access.secretFile });
  const session = openSession(access);
  try {
    await session.act({ Action: "Login", Username: access.user, Secret: secret, Events: "off" });
    if (question === "register") await session.act({ Action: "Command", Command: REGISTER });
    else return countIn(countOf(await session.act({ Action: "CoreStatus" })));
    return 0;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`${access.host}:${access.port}: ${withoutSecrets(words, [secret])}`, { cause: error });
  } finally {
    session.close();
  }
};

const countOf = ({ corecurrentcalls = "" }: ManagerMessage): number | null =>
  /^\d+$/.test(corecurrentcalls) ? Number(corecurrentcalls) : null;

interface Session {
  /** Rejects where it is refused, or not answered in time. */
  act(fields: Readonly<Record<string, string>>): Promise<ManagerMessage>;
  close(): void;
}

const openSession = ({ host, port }: Manager): Session => {
  const socket = connect({ host, port });
  const waiting = new Map<string, (message: ManagerMessage) => void>();
  const ended = endOf(socket);
  let last = 0;
  listen(socket, (message) => waiting.get(message.actionid ?? "")?.(message));
  return {
    act: async (fields) => {
      last += 1;
      const id = String(last);
      const answered = new Promise<ManagerMessage>((resolve) => waiting.set(id, resolve));
      socket.write(encodeAction({ ...fields, ActionID: id }));
      const message = await Promise.race([answered, ended]);
      if (message.response === "Error") throw new Error(message.message ?? "it refuses");
      return message;
    },
    close: () => socket.destroy(),
  };
};

/** Rejects when nothing more can come. */
const endOf = (socket: Socket): Promise<never> => {
  const ended = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
    socket.once("error", reject);
    socket.once("close", () => {
      clearTimeout(timer);
      reject(new Error("it closed the connection"));
    });
  });
  ended.catch(() => {});
  return ended;
};

const listen = (socket: Socket, hear: (message: ManagerMessage) => void): void => {
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const { messages, rest } = decodeMessages(text + chunk);
    text = rest;
    messages.forEach(hear);
    if (text.length > ANSWER_MAX) socket.destroy();
  });
};
