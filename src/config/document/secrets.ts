import { isMap, isPair, isScalar, isSeq, parseDocument, type Scalar, visit } from "yaml";
import { configJsonSchema, optionAt } from "../option.ts";
import { HIDDEN, hidePassword, holdsPassword } from "./hidden.ts";

interface Secret {
  /** The option, as a text that is the same before and after an edit: entries of lists by their name. */
  readonly at: string;
  readonly node: Scalar;
  /** Whether the whole value is the secret, rather than the password within it. */
  readonly whole: boolean;
}

/** The text with each secret hidden, all else as it was; null where the text isn't YAML, so that nobody knows. Never throws. */
export const hideSecrets = (text: string): string | null => {
  const secrets = findSecrets(text);
  return secrets === null ? null : replace(text, secrets, (secret) => hide(String(secret.node.value), secret.whole));
};

/** The text with what was hidden put back, out of the text before. What was hidden nowhere there stays hidden. Never throws. */
export const restoreSecrets = (text: string, before: string): string => {
  const known = new Map((findSecrets(before) ?? []).map((secret) => [secret.at, String(secret.node.value)]));
  const restorable = (findSecrets(text) ?? []).filter(({ at, node, whole }) => {
    const old = known.get(at);
    return old !== undefined && String(node.value) === hide(old, whole);
  });
  return replace(text, restorable, ({ at, node }) => known.get(at) ?? String(node.value));
};

const hide = (value: string, whole: boolean): string => (whole ? HIDDEN : hidePassword(value));

const findSecrets = (text: string): readonly Secret[] | null => {
  const document = parse(text);
  if (document === null || document.errors.length > 0) return null;
  const schema = configJsonSchema();
  const secrets: Secret[] = [];
  visit(document, {
    Scalar: (key, node, ancestors) => {
      if (key === "key" || typeof node.value !== "string") return;
      const path = pathTo(ancestors, node);
      const whole = optionAt(schema, path.keys)?.secret === true;
      if (whole || holdsPassword(node.value)) secrets.push({ at: path.names, node, whole });
    },
  });
  return secrets;
};

const parse = (text: string) => {
  try {
    return parseDocument(text, { logLevel: "error", uniqueKeys: false });
  } catch {
    return null;
  }
};

/** Where a scalar is: the keys that lead to it, and the same as a text with names for places in lists. */
const pathTo = (ancestors: readonly unknown[], node: unknown): { keys: PropertyKey[]; names: string } => {
  const keys: PropertyKey[] = [];
  const names: string[] = [];
  const line = [...ancestors, node];
  for (const [index, one] of line.entries()) {
    const inner = line[index + 1];
    if (isPair(one)) {
      const key = String(isScalar(one.key) ? one.key.value : one.key);
      keys.push(key);
      names.push(key);
    } else if (isSeq(one)) {
      const place = one.items.indexOf(inner);
      keys.push(place);
      names.push(`[${(isMap(inner) && inner.get("name")) ?? place}]`);
    }
  }
  return { keys, names: names.join(".") };
};

/** From the end on, so that the places before stay where they are. JSON's texts are YAML's as well. */
const replace = (text: string, secrets: readonly Secret[], textFor: (secret: Secret) => string): string =>
  secrets.reduceRight((result, secret) => {
    const [from, to] = secret.node.range ?? [0, 0];
    return `${result.slice(0, from)}${JSON.stringify(textFor(secret))}${result.slice(to)}`;
  }, text);
