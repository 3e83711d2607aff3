/**
 * A strict stand-in for the tablet behind the pages. It knows the few commands the tests of the
 * pages use, saves presses one at a time, and refuses everything else, so that a page that sends
 * what it should not is noticed. Rules and checks are the real tablet's; here they are given.
 */
import type { Cell, Command, Key, View } from "@countersign/shared/gen_api";
import type { Bridge, Reply } from "../src/bridge";
import { caucus } from "./fixture_views";

export class FixtureTablet implements Bridge {
  /** The state. */
  view: View;
  /** Commands as they came. */
  readonly commands: Command[] = [];
  /** Commands under way at this moment; never more than one. */
  atOnce = 0;
  /** The most that ever were. */
  mostAtOnce = 0;
  #changed: (() => void) | null = null;
  readonly #answers = new Map<Command["cmd"], Reply>();

  constructor(view: View) {
    this.view = view;
  }

  /** Gives a fixed reply to a kind of command. */
  answer(cmd: Command["cmd"], reply: Reply): void {
    this.#answers.set(cmd, reply);
  }

  /** The state changed by itself. */
  change(view: View): void {
    this.view = view;
    this.#changed?.();
  }

  onChanged(callback: () => void): void {
    this.#changed = callback;
  }

  async call(command: Command): Promise<Reply> {
    this.commands.push(command);
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    // An answer never comes within the same turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.atOnce -= 1;
    const fixed = this.#answers.get(command.cmd);
    if (fixed !== undefined) {
      return fixed;
    }
    this.#apply(command);
    return { ok: { answer: "view", view: this.view } };
  }

  #apply(command: Command): void {
    switch (command.cmd) {
      case "view":
        return;
      case "press":
        this.#set(command.cell, pressed(this.#get(command.cell), command.key));
        this.view = { ...this.view, caucus: { ...this.#open(), cell: command.cell } };
        return;
      case "nobodyInTheRest": {
        const open = this.#open();
        const counts = open.counts.map(({ cells }, at) => cells.map(({ value }) => (at === command.count ? (value ?? 0) : value)));
        this.#redraw(open.attendees, counts);
        return;
      }
      case "chooseCell":
        this.view = { ...this.view, caucus: { ...this.#open(), cell: command.cell } };
        return;
      case "goTo":
        this.view = { ...this.view, caucus: { ...this.#open(), step: command.step, cell: null } };
        return;
      case "closeCaucus":
        this.view = { ...this.view, caucus: null };
        return;
      case "attest":
        this.#attest(command.who.kind);
        return;
      case "setLanguage":
        this.view = { ...this.view, language: command.language };
        return;
      case "setTextScale":
        this.view = { ...this.view, textScale: command.percent };
        return;
      default:
        throw new Error(`the fixture does not know ${command.cmd}`);
    }
  }

  #open(): NonNullable<View["caucus"]> {
    if (this.view.caucus === null) {
      throw new Error("no caucus is open");
    }
    return this.view.caucus;
  }

  #get(cell: Cell): number | null {
    const open = this.#open();
    return cell.kind === "attendees" ? open.attendees : (open.counts[cell.count]?.cells[cell.group]?.value ?? null);
  }

  #set(cell: Cell, value: number | null): void {
    const open = this.#open();
    const counts = open.counts.map(({ cells }) => cells.map((one) => one.value));
    if (cell.kind === "attendees") {
      this.#redraw(value, counts);
      return;
    }
    const row = counts[cell.count];
    if (row === undefined) {
      throw new Error("no such count");
    }
    row[cell.group] = value;
    this.#redraw(open.attendees, counts);
  }

  #redraw(attendees: number | null, counts: (number | null)[][]): void {
    const open = this.#open();
    this.view = { ...this.view, caucus: { ...caucus(open.step, attendees, counts), cell: open.cell, room: open.room } };
  }

  #attest(kind: string): void {
    const open = this.#open();
    this.view = {
      ...this.view,
      caucus: {
        ...open,
        attestations: open.attestations.map((one) => (one.who.kind === kind ? { ...one, said: { kind: "standsBy" } } : one)),
      },
    };
  }
}

function pressed(value: number | null, key: Key): number | null {
  switch (key) {
    case "delete":
      return value === null || value < 10 ? null : Math.floor(value / 10);
    case "clear":
      return null;
    case "minus":
      return value === null ? null : Math.max(0, value - 1);
    case "plus":
      return (value ?? 0) + 1;
    default:
      return (value ?? 0) * 10 + Number(key.slice(1));
  }
}
