import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { now, pause } from "../../lab/clock.ts";
import type { Lab } from "../../lab/lab.ts";
import type { Child } from "../../lab/program.ts";

/** A server that runs in the lab, and what it has said so far. */
export interface Server {
  readonly child: Child;
  said(): string;
}

const START_MS = 10_000;

/** Starts a program in a role's namespace and waits until it has said something. */
export const serve = async (lab: Lab, role: string, argv: readonly string[]): Promise<Server> => {
  const child = lab.spawn(role, argv);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      said += chunk;
    });
  }
  const start = now();
  while (said === "") {
    if (now() - start > START_MS) throw new Error(`${argv.join(" ")} doesn't start`);
    await pause(10);
  }
  return { child, said: () => said };
};

/** The resolvers of the lab's internet, once there are any. */
export const RESOLVERS = ["9.9.9.9", "2001:4860:4860::8888"] as const;

/** Starts them: they know one name in `example.net`, and that there is no other. */
export const serveName = (lab: Lab, name: string, addresses: readonly string[]): Promise<Server> =>
  serve(lab, "internet", [
    ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--log-facility=-", "--user=root"],
    ...["--no-resolv", "--no-hosts", "--bind-interfaces", ...RESOLVERS.map((address) => `--listen-address=${address}`)],
    `--host-record=${[name, ...addresses].join(",")}`,
    "--local=/example.net/",
  ]);

/** A certificate that is its own authority, for `DNS:NAME` or `IP:ADDRESS`. */
export const makeCertificate = ({ plan }: Lab, name: string): { key: string; certificate: string } => {
  const [key, certificate] = [join(plan.directory, "key.pem"), join(plan.directory, "certificate.pem")];
  const subject = ["-subj", "/CN=lab", "-addext", `subjectAltName=${name}`];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, "-keyout", key, "-out", certificate, ...subject], { stdio: "ignore" });
  return { key, certificate };
};
