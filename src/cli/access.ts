import type { AccessClient, TokenEntry, TokenRequest } from "../api/access/contract.ts";
import { EXIT } from "./error-text.ts";
import type { Output } from "./output.ts";
import { readSecret, type SecretSource } from "./secret.ts";

/** What each of these commands needs. */
export interface AccessCommand {
  readonly client: AccessClient;
  readonly json: boolean;
  readonly output: Output;
}

/** `wan-failover password`. Returns the exit code. Throws AppError. */
export const runPassword = async (source: SecretSource, { client, json, output }: AccessCommand): Promise<number> => {
  await client.setPassword(await readSecret(source));
  output.write(json ? JSON.stringify({ done: true }) : "The password is set. Whoever was logged in is logged out.");
  return EXIT.done;
};

/** `wan-failover token create`. The token alone on standard output, so that a script can take it from there. */
export const runTokenCreate = async (
  request: TokenRequest,
  { client, json, output }: AccessCommand,
): Promise<number> => {
  const created = await client.addToken(request);
  if (!json) output.complain(`The token ${created.id} may ${request.scope}. It is shown this once:`);
  output.write(json ? JSON.stringify(created) : created.token);
  return EXIT.done;
};

/** `wan-failover token list` */
export const runTokenList = async ({ client, json, output }: AccessCommand): Promise<number> => {
  const tokens = await client.tokens();
  const lines = tokens.length === 0 ? ["There are no tokens."] : tokens.map(lineOf);
  output.write(json ? JSON.stringify({ tokens }) : lines.join("\n"));
  return EXIT.done;
};

const lineOf = ({ id, name, scope, createdAt }: TokenEntry): string =>
  `${id}  ${scope.padEnd(7)}  ${createdAt.slice(0, 10)}  ${name}`;

/** `wan-failover token revoke` */
export const runTokenRevoke = async (id: string, { client, json, output }: AccessCommand): Promise<number> => {
  await client.removeToken(id);
  output.write(json ? JSON.stringify({ done: true }) : `The token ${id} is revoked.`);
  return EXIT.done;
};
