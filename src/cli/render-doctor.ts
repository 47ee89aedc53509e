import { ConfigError, formatIssue } from "../config/mistake/issue.ts";
import type { Outcome } from "../core/doctor/doctor.ts";
import type { Finding, Level, Topic } from "../core/doctor/finding.ts";
import type { AppError } from "../error.ts";

/** What is to be shown. */
export interface Diagnosis {
  readonly configPath: string;
  /** null for a config without mistakes. */
  readonly configError: AppError | null;
  readonly outcomes: readonly Outcome[];
}

const configFinding = (path: string, error: AppError): Finding => ({
  level: "error",
  code: error.code,
  title: error.detail,
  detail: "The uplinks are not known, so that only the rest of the machine was examined.",
  remedy: error.code === "config-missing" ? `wan-failover init --config ${path}` : `wan-failover check ${path}`,
});

/** All findings; a config that has mistakes is the first of them. Never throws. */
export const findingsOf = ({ configPath, configError, outcomes }: Diagnosis): readonly Finding[] => [
  ...(configError === null ? [] : [configFinding(configPath, configError)]),
  ...outcomes.flatMap(({ findings }) => findings),
];

const issuesOf = (error: AppError | null) => (error instanceof ConfigError ? error.issues : []);

/** The diagnosis for programs. Never throws. */
export const asJson = (diagnosis: Diagnosis): object => ({
  config: { file: diagnosis.configPath, issues: issuesOf(diagnosis.configError) },
  findings: findingsOf(diagnosis),
  passed: passed(diagnosis.outcomes).map(({ topic, title }) => ({ topic, title })),
});

const passed = (outcomes: readonly Outcome[]): readonly Outcome[] =>
  outcomes.filter(({ findings }) => findings.length === 0);

/** The diagnosis for people: the config's mistakes, then what was found under each heading, then what is well. Never throws. */
export const asText = (diagnosis: Diagnosis): string =>
  [...configText(diagnosis), ...topicTexts(diagnosis.outcomes), conclusion(diagnosis)].join("\n\n");

const configText = ({ configPath, configError }: Diagnosis): readonly string[] => {
  if (configError === null) return [];
  const issues = issuesOf(configError).map((issue) => `    ${formatIssue(configPath, issue)}`);
  return [["Config", findingText(configFinding(configPath, configError)), ...issues].join("\n")];
};

const topicTexts = (outcomes: readonly Outcome[]): readonly string[] => {
  const topics = [...new Set(outcomes.map(({ topic }) => topic))];
  return topics.flatMap((topic) => topicText(topic, outcomes));
};

const RANK: Readonly<Record<Level, number>> = { error: 0, warning: 1, note: 2 };

const topicText = (topic: Topic, outcomes: readonly Outcome[]): readonly string[] => {
  const findings = outcomes
    .filter((outcome) => outcome.topic === topic)
    .flatMap((outcome) => outcome.findings)
    .sort((a, b) => RANK[a.level] - RANK[b.level]);
  return findings.length === 0 ? [] : [[topic, ...findings.map(findingText)].join("\n")];
};

/** Long lines are left to the terminal, so that a remedy can be pasted. */
const findingText = ({ level, code, title, detail, remedy }: Finding): string =>
  [`  ${level}: ${title} [${code}]`, `    ${detail}`, `    → ${remedy}`].join("\n");

const conclusion = (diagnosis: Diagnosis): string => {
  const findings = findingsOf(diagnosis);
  const well = passed(diagnosis.outcomes);
  const count = `${well.length} checks passed`;
  const words = findings.length === 0 ? `All is well: ${count}.` : `${tally(findings)}; ${count}.`;
  return [words, ...wellTexts(well)].join("\n");
};

const tally = (findings: readonly Finding[]): string =>
  (["error", "warning", "note"] as const)
    .map((level) => ({ level, count: findings.filter((finding) => finding.level === level).length }))
    .filter(({ count }) => count > 0)
    .map(({ level, count }) => `${count} ${level}${count === 1 ? "" : "s"}`)
    .join(", ");

const wellTexts = (well: readonly Outcome[]): readonly string[] =>
  [...new Set(well.map(({ topic }) => topic))].map((topic) => {
    const titles = well.filter((outcome) => outcome.topic === topic).map(({ title }) => title);
    return `  ${topic}: ${titles.join(" · ")}`;
  });
