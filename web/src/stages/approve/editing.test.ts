import { describe, expect, it } from "vitest";
import type { Schemas } from "../../api/client";
import { fieldsOf, real } from "./editing";

const post = { channel: "linkedin", content: "Hello", body: "Hello" } as Schemas["VariantOut"];
const mail = {
  channel: "email",
  content: "Dear",
  body: "Dear",
  subject: "S",
  preheader: null,
} as unknown as Schemas["VariantOut"];

describe("edits", () => {
  it("are of one text for a post and of three lines for a mail", () => {
    expect(fieldsOf(post).map((each) => each.field)).toEqual(["content"]);
    expect(fieldsOf(mail).map((each) => each.field)).toEqual(["subject", "preheader", "body"]);
  });
  it("count only where they say something else", () => {
    expect(
      real(
        { linkedin: { content: "Hello" }, email: { subject: "T", body: "Dear" }, gone: { content: "x" } },
        { linkedin: post, email: mail },
      ),
    ).toEqual({
      email: { subject: "T" },
    });
  });
});
