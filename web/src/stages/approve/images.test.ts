import { expect, test } from "vitest";
import { differs, form, type Image, moved, switched, wanted } from "./images";

const image = (name: string, more: Partial<Image> = {}): Image => ({
  image: name,
  url: `/api/images/${name}`,
  alt: "A chart.",
  type: "jpeg",
  width: 1200,
  height: 800,
  bytes: 310_200,
  frames: 1,
  channels: null,
  ...more,
});

test("an image moves one place, and not beyond the ends", () => {
  expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
});

test("an image without words is not sent, and is no difference", () => {
  const kept = [image("a")];
  const hand = [image("a"), image("b", { alt: "  " })];
  expect(wanted(hand)).toEqual([{ image: "a", alt: "A chart.", channels: null }]);
  expect(differs(hand, kept)).toBe(false);
  expect(differs([image("a", { alt: "Another." })], kept)).toBe(true);
  expect(differs([image("b"), image("a")], [image("a"), image("b")])).toBe(true);
});

test("channels are switched one by one; all of them is none named, and one always stays", () => {
  const names = ["linkedin", "x", "email"];
  expect(switched(image("a"), "x", names)).toEqual(["linkedin", "email"]);
  expect(switched(image("a", { channels: ["linkedin", "email"] }), "x", names)).toBe(null);
  expect(switched(image("a", { channels: ["email"] }), "email", names)).toEqual(["email"]);
});

test("an image's form is said in words", () => {
  expect(form(image("a"))).toBe("1200 × 800, JPEG, 311 kB");
  expect(form(image("a", { type: "gif", frames: 3, bytes: 2_400_000 }))).toBe("1200 × 800, GIF, moves, 2.4 MB");
});
