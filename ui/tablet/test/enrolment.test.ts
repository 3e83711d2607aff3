import { describe, expect, it } from "vitest";
import { Enrolment } from "../src/enrolment.svelte";

function atPin(): Enrolment {
  const enrolment = new Enrolment();
  enrolment.stage = "confirm";
  enrolment.confirm(false);
  enrolment.pin = "123456";
  enrolment.choose();
  return enrolment;
}

describe("enrolment", () => {
  it("asks for a new PIN twice and takes it when both are the same", () => {
    const enrolment = atPin();
    expect(enrolment.stage).toBe("repeat");
    expect(enrolment.pin).toBe("");
    enrolment.pin = "123456";
    expect(enrolment.agrees(false)).toBe(true);
  });

  it("begins the PIN again when they differ, and says so", () => {
    const enrolment = atPin();
    enrolment.pin = "123457";
    expect(enrolment.agrees(false)).toBe(false);
    expect(enrolment.stage).toBe("choose");
    expect(enrolment.pin).toBe("");
    expect(enrolment.differs).toBe(true);
    // The first PIN is forgotten: typing it once is not enough.
    enrolment.pin = "123456";
    enrolment.choose();
    enrolment.pin = "123457";
    expect(enrolment.agrees(false)).toBe(false);
  });

  it("asks a tablet that has a PIN only for that", () => {
    const enrolment = new Enrolment();
    enrolment.stage = "confirm";
    enrolment.confirm(true);
    expect(enrolment.stage).toBe("repeat");
    enrolment.pin = "654321";
    expect(enrolment.agrees(true)).toBe(true);
    enrolment.back();
    expect(enrolment.stage).toBe("confirm");
  });

  it("goes back stage by stage and keeps the code", () => {
    const enrolment = atPin();
    enrolment.code = "ABCD";
    const stages: string[] = [];
    while (enrolment.back()) {
      stages.push(enrolment.stage);
    }
    expect(stages).toEqual(["choose", "confirm", "code"]);
    expect(enrolment.code).toBe("ABCD");
  });
});
