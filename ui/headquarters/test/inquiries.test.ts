import { describe, expect, it } from "vitest";
import { ROLES } from "../src/api/types";
import { inquiriesInOrder } from "../src/inquiries";
import { may } from "../src/may";
import { inquiries } from "./fixtures";

describe("inquiries", () => {
  it("stand with those first that wait the longest for a response", () => {
    const numbers = inquiriesInOrder(inquiries.inquiries).map(({ id }) => inquiries.inquiries.findIndex((one) => one.id === id));
    expect(numbers).toEqual([1, 3, 2, 0]);
  });

  it("are asked, responded to and followed by notices of those who may", () => {
    expect(ROLES.filter((role) => may.inquire(role))).toEqual(["observer"]);
    expect(ROLES.filter((role) => may.respond(role))).toEqual(["reviewer", "release-manager"]);
    expect(ROLES.filter((role) => may.notify(role))).toEqual(["release-manager"]);
  });
});
