import { execFileSync } from "node:child_process";
import { ROOT } from "../prepare.mjs";

/** What the product is made of (CycloneDX 1.5), without what differs from run to run. */
export const billOfMaterials = () => {
  const said = execFileSync("npm", ["sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const { serialNumber: _random, metadata, components, ...bom } = JSON.parse(said);
  const { timestamp: _now, tools: _tools, ...steady } = metadata;
  return `${JSON.stringify({ ...bom, metadata: steady, components: components.map(withoutSource) }, null, 2)}\n`;
};

/** Where it was fetched from says nothing about what it is: the checksum does. */
const withoutSource = ({ externalReferences = [], ...component }) => ({
  ...component,
  externalReferences: externalReferences.filter(({ type }) => type !== "distribution"),
});
