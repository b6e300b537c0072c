import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { ChatText, outward } from "./ChatText";

afterEach(cleanup);
const shown = (text: string) => render(<ChatText text={text} />).container;

test("html is shown as it was written and makes no element", () => {
  const box = shown('Before <img src=x onerror="alert(1)"> after\n\n<script>alert(2)</script>\n\n- <b>bold</b>');
  expect(box.querySelector("img, script, b")).toBeNull();
  expect(box.textContent).toContain('<img src=x onerror="alert(1)">');
  expect(box.textContent).toContain("<script>alert(2)</script>");
  expect(box.textContent).toContain("<b>bold</b>");
});

test("a link leads to http and https and to nothing else", () => {
  const box = shown("[good](https://example.org/a) [bad](javascript:alert(1)) [data](data:text/html,x) [near](/queue)");
  const links = [...box.querySelectorAll("a")];
  expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://example.org/a"]);
  expect(links[0]?.getAttribute("rel")).toContain("noopener");
  expect(box.textContent).toContain("[bad](javascript:alert(1))");
  expect(outward(" java\nscript:alert(1)")).toBe(false);
});

test("a picture is named and never fetched", () => {
  const box = shown("![the chart](https://example.org/pixel.png)");
  expect(box.querySelector("img")).toBeNull();
  expect(box.textContent).toBe("the chart");
});

test("paragraphs, lists, tables, emphasis and code are drawn", () => {
  const box = shown(
    "**March** was *best*.\n\n1. one\n2. two\n   - inside\n\n| month | revenue |\n|---|--:|\n| March | 150 |\n\n```\n<a>\n```\n\nuse `code`",
  );
  expect(box.querySelector("strong")?.textContent).toBe("March");
  expect(box.querySelectorAll("ol > li")).toHaveLength(2);
  expect(box.querySelector("ol ul li")?.textContent).toBe("inside");
  expect(box.querySelector("td.right")?.textContent).toBe("150");
  expect(box.querySelector("pre code")?.textContent).toBe("<a>");
});

test("a text that is cut anywhere can be drawn", () => {
  const whole = "## Months\n\n| a | b |\n|---|---|\n| [x](https://e.org) | **y** |\n\n- `z`\n\n> said\n\n```js\nlet a";
  for (let end = 0; end <= whole.length; end++) shown(whole.slice(0, end));
});
