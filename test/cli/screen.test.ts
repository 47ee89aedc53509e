import { expect, test } from "vitest";
import { span } from "../../src/cli/line.ts";
import { changedRows, openScreen } from "../../src/cli/screen.ts";

test("only rows that changed are written", () => {
  expect(changedRows(["a", "b", "c"], ["a", "B", "c"])).toBe("\u001b[2;1HB\u001b[K");
  expect(changedRows(["a"], ["a"])).toBe("");
});

test("rows that are gone are erased", () => {
  expect(changedRows(["a", "b"], ["a"])).toBe("\u001b[2;1H\u001b[K");
});

const opened = () => {
  const written: string[] = [];
  const terminal = {
    size: () => ({ columns: 80, rows: 24 }),
    write: (text: string) => void written.push(text),
    listen: () => () => {},
  };
  return { screen: openScreen({ terminal, colours: false }), written };
};

test("a screen that stays the same writes nothing", () => {
  const { screen, written } = opened();
  screen.draw([[span("one")]]);
  const before = written.length;
  screen.draw([[span("one")]]);
  expect(written).toHaveLength(before);
});

test("after a resize every row is written again", () => {
  const { screen, written } = opened();
  screen.draw([[span("one")]]);
  screen.forget();
  screen.draw([[span("one")]]);
  expect(written.at(-1)).toContain("\u001b[1;1Hone");
});

test("the terminal is restored once, and nothing is drawn over it", () => {
  const { screen, written } = opened();
  screen.close();
  screen.close();
  screen.draw([[span("late")]]);
  expect(written.filter((text) => text.includes("\u001b[?1049l"))).toHaveLength(1);
  expect(written.join("")).not.toContain("late");
});
