import { flushSync } from "svelte";
import { describe, expect, it } from "vitest";
import type { Command } from "@countersign/shared/gen_api";
import type { NumberKey } from "@countersign/shared/keys";
import { Controller } from "../src/controller.svelte";
import { FixtureTablet } from "./fixture_tablet";
import { caucus, first, home, report } from "./fixture_views";

const empty = first.map(() => null);

/** A controller with its first view, and what it talks to. */
async function opened(view = home): Promise<{ app: Controller; tablet: FixtureTablet }> {
  const tablet = new FixtureTablet(view);
  const app = new Controller(tablet, () => undefined);
  await app.send({ cmd: "view" });
  tablet.commands.length = 0;
  return { app, tablet };
}

function type(app: Controller, keys: string): Promise<number> {
  let answered = 0;
  for (const key of keys) {
    app.press((key === ">" ? "next" : `d${key}`) as NumberKey, () => {
      answered += 1;
    });
  }
  // A refresh waits its turn behind the presses, and leaves a problem to be read.
  return app.refresh().then(() => answered);
}

describe("presses", () => {
  it("are saved one after the other in their order, and none is dropped", async () => {
    const { app, tablet } = await opened({ ...home, caucus: caucus("attendance", null, [empty, empty, empty]) });
    expect(await type(app, "704")).toBe(3);
    expect(tablet.mostAtOnce).toBe(1);
    expect(app.view?.caucus?.attendees).toBe(704);
    expect(tablet.commands.filter(({ cmd }) => cmd === "press")).toHaveLength(3);
  });

  it("go to the cell that is chosen when their turn comes, however fast they are", async () => {
    const { app } = await opened({ ...home, caucus: caucus("firstAlignment", 704, [empty, empty, empty]) });
    await type(app, "12>7>305");
    expect(app.view?.caucus?.counts[0]?.cells.slice(0, 4).map(({ value }) => value)).toEqual([12, 7, 305, null]);
  });

  it("lead with Next from the last number to the way on", async () => {
    const { app } = await opened({ ...home, caucus: caucus("attendance", null, [empty, empty, empty]) });
    const before = app.wayOnCalls;
    await type(app, "9>");
    expect(app.wayOnCalls).toBe(before + 1);
  });

  it("are not painted as saved when they were not", async () => {
    const { app, tablet } = await opened({ ...home, caucus: caucus("attendance", 7, [empty, empty, empty]) });
    tablet.answer("press", { problem: { code: "diskFull", retry: true } });
    expect(await type(app, "0")).toBe(0);
    expect(app.view?.caucus?.attendees).toBe(7);
    expect(app.problem?.code).toBe("diskFull");
  });
});

describe("the way on", () => {
  it("names a gap, asks once, and then goes on", async () => {
    const { app } = await opened({ ...home, caucus: caucus("attendance", null, [empty, empty, empty]) });
    await app.goOn();
    expect(app.view?.caucus?.step).toBe("attendance");
    expect(app.asked).toBe("attendance");
    await app.goOn();
    expect(app.view?.caucus?.step).toBe("firstAlignment");
    expect(app.asked).toBeNull();
  });

  it("fills the rest with a visible zero when everyone is counted", async () => {
    const counted = first.map((value) => (value === 0 ? null : value));
    const { app, tablet } = await opened({ ...home, caucus: caucus("firstAlignment", 704, [counted, empty, empty]) });
    await app.goOn();
    expect(tablet.commands.map(({ cmd }) => cmd)).toEqual(["nobodyInTheRest", "goTo"]);
    expect(app.view?.caucus?.counts[0]?.cells.map(({ value }) => value)).toEqual(first);
  });
});

describe("signing", () => {
  it("shows where the new report stands", async () => {
    const { app, tablet } = await opened({ ...home, caucus: caucus("sign", 704, [first, first, first]) });
    tablet.answer("sign", { ok: { answer: "view", view: { ...home, reports: [report] } } });
    await app.sign("123456");
    flushSync();
    expect(app.screen).toEqual({ is: "place", place: { at: "stands", report: report.id } });
  });

  it("stays where it is with a wrong PIN", async () => {
    const { app, tablet } = await opened({ ...home, caucus: caucus("sign", 704, [first, first, first]) });
    tablet.answer("sign", { problem: { code: "pinWrong", retry: true, waitMs: 1000 } });
    await app.sign("123456");
    flushSync();
    expect(app.screen).toEqual({ is: "step", step: "sign" });
    expect(app.problem?.code).toBe("pinWrong");
    expect(app.busy).toBeNull();
  });
});

describe("a reply to headquarters", () => {
  const to = { at: "reply", report: report.id, question: "cd".repeat(32), reason: { code: "recount" } } as const;
  const question = { id: to.question, atMs: 1, words: "Is it so?", findings: [], reply: null };
  const asked = { ...home, reports: [{ ...report, question }] };

  it("takes the reason to the screen of the PIN, and shows where it stands once it is signed", async () => {
    const { app, tablet } = await opened(asked);
    await app.giveReason({ kind: "reply", report: report.id, question: to.question }, to.reason);
    flushSync();
    expect(tablet.commands).toEqual([]);
    expect(app.screen).toEqual({ is: "place", place: to });
    const replied = { ...report, question: { ...question, reply: { reason: to.reason, standing: { state: "savedHere" } } } } as const;
    tablet.answer("reply", { ok: { answer: "view", view: { ...home, reports: [replied] } } });
    await app.reply(to, "123456");
    flushSync();
    expect(tablet.commands).toEqual([{ cmd: "reply", question: to.question, reason: to.reason, pin: "123456" }]);
    expect(app.screen).toEqual({ is: "place", place: { at: "stands", report: report.id } });
  });

  it("stays where it is with a wrong PIN", async () => {
    const { app, tablet } = await opened(asked);
    app.move({ go: to });
    tablet.answer("reply", { problem: { code: "pinWrong", retry: true, waitMs: 1000 } });
    await app.reply(to, "123456");
    flushSync();
    expect(app.screen).toEqual({ is: "place", place: to });
    expect(app.problem?.code).toBe("pinWrong");
  });
});

describe("changes that come by themselves", () => {
  it("are shown, and keep the problem that is being read", async () => {
    const { app, tablet } = await opened({ ...home, reports: [report] });
    tablet.answer("syncNow", { problem: { code: "notPossibleNow", retry: true } });
    await app.send({ cmd: "syncNow" });
    const done = { ...report, standing: { state: "countersigned", logIndex: 5, enteredMs: 1 } } as const;
    tablet.change({ ...home, reports: [done] });
    const sentinel: Command = { cmd: "setLanguage", language: "es" };
    expect(app.problem?.code).toBe("notPossibleNow");
    await app.send(sentinel);
    expect(app.view?.reports[0]?.standing.state).toBe("countersigned");
  });

  it("ask for the view once, however many they are while one waits", async () => {
    const { app, tablet } = await opened();
    for (let change = 0; change < 20; change += 1) {
      tablet.change(home);
    }
    await app.send({ cmd: "setTextScale", percent: 150 });
    expect(tablet.commands.filter(({ cmd }) => cmd === "view").length).toBeLessThanOrEqual(2);
  });
});

describe("a host that cannot be reached", () => {
  it("is said, and the last view stays", async () => {
    const { app, tablet } = await opened();
    tablet.call = () => Promise.reject(new Error("gone"));
    await app.send({ cmd: "syncNow" });
    expect(app.lost).toBe(true);
    expect(app.view).toEqual(home);
  });
});
