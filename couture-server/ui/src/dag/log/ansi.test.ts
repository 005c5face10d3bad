import { expect, test } from "vitest";
import { piecesOf, plainText } from "./ansi";

test.each([
  ["plain", [["plain", ""]]],
  [
    "\x1b[31mred\x1b[0m rest",
    [
      ["red", "ansi-1"],
      [" rest", ""],
    ],
  ],
  [
    "\x1b[1;92mbold\x1b[22m thin",
    [
      ["bold", "ansi-10 ansi-bold"],
      [" thin", "ansi-10"],
    ],
  ],
  ["\x1b[44;3mon\x1b[m", [["on", "ansi-on-4 ansi-italic"]]],
  ["\x1b[2K\x1b[1Gmoved", [["moved", ""]]],
  ["\x1b]0;title\x07text", [["text", ""]]],
  ["10%\r50%\r100%", [["100%", ""]]],
  ["a\x00b\x07c", [["abc", ""]]],
  ["\x1b[31", [["[31", ""]]],
  ["", [["", ""]]],
])("%j", (line, expected) => {
  expect(piecesOf(line).map(({ text, style }) => [text, style])).toEqual(expected);
});

test.each([
  ["\x1b[38;5;208mx", "rgb(255 135 0)"],
  ["\x1b[38;2;1;2;300mx", "rgb(1 2 255)"],
  ["\x1b[38;5;244mx", "rgb(128 128 128)"],
])("own colours: %j", (line, color) => {
  expect(piecesOf(line)[0]!.color).toBe(color);
});

test("what is searched is the text alone", () => {
  expect(plainText("\x1b[31mre\x1b[32md\x1b[0m")).toBe("red");
});
