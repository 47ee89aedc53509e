import type {
  AskAsterisk,
  AskGateway,
  CheckWay,
  Command,
  RunClient,
  RunScript,
  SendProbe,
  ShapeUplink,
  UseResolvers,
} from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { Family } from "../core/family.ts";
import type { Edit, EditFailure, KernelState } from "../core/kernel/kernel.ts";
import type { Memory } from "../core/memory.ts";
import type { Report } from "../core/report.ts";

/** The effects that commands have, one port each. */
export interface Ports {
  /** Throws AppError. */
  readKernel(sysctlNames: readonly string[]): KernelState;
  /** What was refused, and our table as nft lists it now if it was touched. Never throws. */
  editKernel(edits: readonly Edit[]): {
    readonly failures: readonly EditFailure[];
    readonly firewall: string | null | undefined;
  };
  /** Outcomes come as events later; null, or why it could not even be sent. Never throws. */
  sendProbe(probe: SendProbe): string | null;
  /** Never throws. */
  askGateway(gateway: AskGateway): "asked" | "silent" | "unknown";
  /** Never throws. */
  flushFlows(flows: { readonly family: Family; readonly mark: number; readonly mask: number }): void;
  /** What it says, and its end, come as events. Never throws. */
  runClient(client: RunClient): void;
  /** Its end comes as an event. Never throws. */
  runScript(script: RunScript): void;
  /** What became of it comes as an event. Never throws. */
  shapeUplink(order: ShapeUplink): void;
  /** What became of it comes as an event. Never throws. */
  useResolvers(resolvers: UseResolvers): void;
  /** Its answer comes as an event. Never throws. */
  askAsterisk(question: AskAsterisk): void;
  /** What it found comes as an event. Never throws. */
  checkWay(check: CheckWay): void;
  /** Never throws. */
  saveMemory(memory: Memory): void;
  /** Never throws. */
  report(report: Report): void;
  /** Never throws. */
  answerOrder(answer: { readonly id: number; readonly accepted: boolean; readonly message: string }): void;
  /** Something went wrong that no event tells. Never throws. */
  complain(error: unknown): void;
}

/** Carries a command out through its port; what comes of it at once is an event. Never throws. */
export const perform = (ports: Ports, command: Command): Event | null => {
  switch (command.kind) {
    case "read-kernel":
      return readKernel(ports, command.sysctlNames);
    case "edit-kernel":
      return { kind: "kernel-edited", ...ports.editKernel(command.edits) };
    case "send-probe": {
      const error = ports.sendProbe(command);
      const { uplink, family, seq } = command;
      return error === null ? null : { kind: "probe-refused", uplink, family, seq, error };
    }
    case "ask-gateway":
      return askGateway(ports, command);
    default:
      begin(ports, command);
      return null;
  }
};

/** The commands of which nothing comes at once. */
type Begun = Exclude<Command, { readonly kind: "read-kernel" | "edit-kernel" | "send-probe" | "ask-gateway" }>;

const begin = (ports: Ports, command: Begun): void => {
  switch (command.kind) {
    case "flush-flows":
      ports.flushFlows(command);
      break;
    case "run-client":
      ports.runClient(command);
      break;
    case "run-script":
      ports.runScript(command);
      break;
    case "shape-uplink":
      ports.shapeUplink(command);
      break;
    case "use-resolvers":
      ports.useResolvers(command);
      break;
    case "ask-asterisk":
      ports.askAsterisk(command);
      break;
    case "check-way":
      ports.checkWay(command);
      break;
    case "save-memory":
      ports.saveMemory(command.memory);
      break;
    case "report":
      ports.report(command.report);
      break;
    case "answer-order":
      ports.answerOrder(command);
  }
};

/** A reading that fails is repeated a second later. */
const readKernel = (ports: Ports, sysctlNames: readonly string[]): Event | null => {
  try {
    return { kind: "kernel-read", kernel: ports.readKernel(sysctlNames) };
  } catch (error) {
    ports.complain(error);
    return null;
  }
};

const askGateway = (ports: Ports, command: AskGateway): Event | null => {
  const { link, address } = command;
  const said = ports.askGateway(command);
  if (said === "unknown") return null;
  return { kind: said === "asked" ? "gateway-asked" : "gateway-unresolved", link, address };
};
