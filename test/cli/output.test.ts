import { expect, test } from "vitest";
import { processOutput } from "../../src/cli/output.ts";

test("a terminal gets line ends, tabs and colours, and nothing else that would steer it", () => {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) };
  const output = processOutput({ stdout: stream, stderr: stream });
  output.write("a\tb\r\nc \u001b[31mred\u001b[0m");
  output.complain("\u001b]0;title\u0007 \u001b[2J \u202eback\u009b31m\u0000");
  expect(written).toEqual(["a\tb\r\nc \u001b[31mred\u001b[0m\n", " ]0;title   [2J  back 31m \n"]);
});
