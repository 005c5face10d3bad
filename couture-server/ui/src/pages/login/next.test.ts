import { expect, test } from "vitest";
import { targetOf } from "./next";

const leads = (next: string | null) => targetOf(next, "https://couture.example");

test.each(["/", "/dags", "/dags/a%2Fb/grid?run=x%09y&task=t#end", "/dags/à la carte"])(
  "a login leads to %j",
  (next) => {
    expect(leads(next)).toBe(next);
  },
);

test.each([
  null,
  "",
  "dags",
  "//evil.example/x",
  "/\t/evil.example/x",
  "/\n/evil.example",
  "\t//evil.example",
  "/\\evil.example",
  "/\u007f/evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "/%2e//evil.example",
  "//",
  "https://evil.example/",
  "javascript:alert(1)",
])("a login does not lead to %j", (next) => {
  expect(leads(next)).toBe("/dags");
});
