import { reportText } from "../../src/core/report-text.ts";
import { randomPrograms, type Scenario } from "./scenario.ts";
import { type Failure, simulate } from "./simulate.ts";
import { openWorld, START } from "./world.ts";

/** A failed scenario without the happenings that the failure doesn't need. */
export const shrink = (scenario: Scenario): Scenario => {
  let shortest = scenario;
  for (let index = scenario.script.length - 1; index >= 0; index -= 1) {
    const shorter = { ...shortest, script: shortest.script.filter((_, place) => place !== index) };
    if (simulate(shorter).failure !== null) shortest = shorter;
  }
  return shortest;
};

/** A failure and how it came about, for people. */
export const tellFailure = (scenario: Scenario, failure: Failure): string =>
  [
    `seed ${scenario.seed}, after ${failure.at.toFixed(0)} ms: ${failure.message}`,
    "what happened:",
    ...scenario.script.map(([at, happening]) => `  ${at} ${JSON.stringify(happening)}`),
    "what was told:",
    ...tellReports(scenario, failure.at).map((line) => `  ${line}`),
    "with these uplinks:",
    ...scenario.settings.uplinks.map(
      ({ name, tier, detection, families }) =>
        `  ${name}: tier ${tier}, ${detection.kind}, ${JSON.stringify(families.ipv6.method)} for IPv6`,
    ),
    `and ${JSON.stringify(scenario.settings.failover)}`,
    "the kernel then:",
    failure.kernel,
    "",
  ].join("\n");

const tellReports = (scenario: Scenario, untilMs: number): readonly string[] => {
  const lines: string[] = [];
  const world = openWorld({
    ...scenario,
    programs: randomPrograms(scenario.seed),
    watcher: {
      onStep: ({ now, commands }) => {
        for (const command of commands) {
          if (command.kind === "report") lines.push(`${(now - START).toFixed(0)} ${reportText(command.report).text}`);
          if (command.kind === "answer-order") lines.push(`${(now - START).toFixed(0)} ${command.message}`);
        }
      },
      onQuiet: () => {},
      onStart: () => {
        lines.push("the daemon starts");
      },
    },
  });
  try {
    world.agenda.run(START + untilMs);
  } catch (error) {
    lines.push(String(error));
  }
  return lines;
};
