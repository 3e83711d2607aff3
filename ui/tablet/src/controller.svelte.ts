import type {
  Answer, Attester, Cell, Command, HostView, Key, Problem, ReasonChoice, RoomName, Step, View,
} from "@countersign/shared/gen_api";
import type { NumberKey } from "@countersign/shared/keys";
import { PressQueue } from "@countersign/shared/press_queue";
import type { Bridge } from "./bridge";
import { chosenCell, gapsOf, nextEmpty, restIsNobody, sameCell, stepAfter, stepBefore } from "./caucus";
import { Enrolment } from "./enrolment.svelte";
import { move, screenOf, type Move, type Place, type ReasonAbout, type Screen } from "./navigation";

/** What takes a noticeable moment, so that the screen can say so. */
export type Busy = "pin" | "sign" | null;

/**
 * What the screens talk to: it sends commands in order, keeps the last view, and knows the places
 * that only the page has. Every number comes from the tablet; nothing here works one out.
 */
export class Controller {
  /** The last view. */
  view = $state.raw<View | null>(null);
  /** When it came, on the page's monotonic clock. */
  viewAt = $state(0);
  /** Why the last command did not do what was asked. */
  problem = $state.raw<Problem | null>(null);
  /** When that was. */
  problemAt = $state(0);
  /** The host cannot be reached any more. */
  lost = $state(false);
  /** Something slow is under way. */
  busy = $state<Busy>(null);
  /** The step whose gap has been named and asked about. */
  asked = $state<Step | null>(null);
  /** Counts up when the way on should get the focus. */
  wayOnCalls = $state(0);
  /** The code and PIN being typed. */
  readonly enrolment = new Enrolment();

  #stack = $state.raw<readonly Place[]>([]);
  readonly #queue = new PressQueue();
  readonly #bridge: Bridge;
  readonly #touch: () => void;
  #viewWanted = false;

  /** The screen to show. */
  readonly screen: Screen = $derived(
    screenOf(this.view, this.#stack, this.enrolment.stage, this.problem !== null || this.lost),
  );

  /** `touch` is called whenever a view comes: countdowns begin there. */
  constructor(bridge: Bridge, touch: () => void) {
    this.#bridge = bridge;
    this.#touch = touch;
    bridge.onChanged(() => void this.refresh());
    void this.refresh();
  }

  /** What the host can do. */
  get host(): HostView {
    return this.view?.host ?? { saveFile: false };
  }

  /** Asks for the view; requests that wait already are one. */
  refresh(): Promise<void> {
    if (this.#viewWanted) {
      return Promise.resolve();
    }
    this.#viewWanted = true;
    return this.#queue.add(async () => {
      this.#viewWanted = false;
      const quiet = this.view !== null;
      await this.#run({ cmd: "view" }, quiet);
    });
  }

  /** Sends one command after those before it. Null when it did not do what was asked; then `problem` says why. */
  send(command: Command): Promise<Answer | null> {
    return this.#queue.add(() => this.#run(command));
  }

  async #run(command: Command, quiet = false): Promise<Answer | null> {
    try {
      const reply = await this.#bridge.call(command);
      this.lost = false;
      if ("problem" in reply) {
        this.problem = reply.problem;
        this.problemAt = performance.now();
        if (this.view !== null && command.cmd !== "view") {
          await this.#run({ cmd: "view" }, true);
        }
        return null;
      }
      if (!quiet) {
        this.problem = null;
      }
      if (reply.ok.answer === "view") {
        this.#show(reply.ok.view);
      }
      return reply.ok;
    } catch {
      this.lost = true;
      return null;
    }
  }

  #show(view: View): void {
    if (this.view?.caucus?.step !== view.caucus?.step) {
      this.asked = null;
    }
    this.view = view;
    this.viewAt = performance.now();
    this.#touch();
    this.#stack = move(this.#stack, { saw: view });
  }

  /** Moves among the places of the page. */
  move(made: Move): void {
    this.problem = null;
    this.#stack = move(this.#stack, made);
  }

  /**
   * One press of the number keypad. It goes to the cell that is chosen when its turn comes, so
   * that presses made quickly after one another mean what they would mean slowly.
   */
  press(key: NumberKey, answered: () => void): void {
    void this.#queue.add(async () => {
      const caucus = this.view?.caucus;
      const cell = caucus ? chosenCell(caucus) : null;
      if (!caucus || cell === null) {
        return;
      }
      if (key === "next") {
        await this.#next(cell);
        return;
      }
      if ((await this.#run({ cmd: "press", cell, key: key satisfies Key })) !== null) {
        answered();
      }
    });
  }

  async #next(from: Cell): Promise<void> {
    const caucus = this.view?.caucus;
    const cell = caucus ? nextEmpty(caucus, from) : null;
    if (cell === null) {
      this.wayOnCalls += 1;
    } else {
      await this.#run({ cmd: "chooseCell", cell });
    }
  }

  /** Chooses a cell of the list. */
  choose(cell: Cell): void {
    void this.#queue.add(async () => {
      const caucus = this.view?.caucus;
      const now = caucus ? chosenCell(caucus) : null;
      if (caucus?.cell == null || now === null || !sameCell(now, cell)) {
        await this.#run({ cmd: "chooseCell", cell });
      }
    });
  }

  /** The way on. Where a number is missing it names the gap and asks once. */
  async goOn(): Promise<void> {
    await this.#queue.add(async () => {
      const caucus = this.view?.caucus;
      const next = caucus ? stepAfter(caucus) : null;
      if (!caucus || next === null) {
        return;
      }
      const entered = caucus.counts.findIndex((count) => count.kind === caucus.step);
      if (restIsNobody(caucus)) {
        if ((await this.#run({ cmd: "nobodyInTheRest", count: entered })) === null) {
          return;
        }
      }
      const now = this.view?.caucus;
      if (now && gapsOf(now, now.step).length > 0 && this.asked !== now.step) {
        this.asked = now.step;
        return;
      }
      await this.#run({ cmd: "goTo", step: next });
    });
  }

  /** One step back; from the first, home. */
  async goBack(): Promise<void> {
    const caucus = this.view?.caucus;
    const before = caucus ? stepBefore(caucus) : null;
    await this.send(before === null ? { cmd: "closeCaucus" } : { cmd: "goTo", step: before });
  }

  /** Goes to a step. */
  async goTo(step: Step): Promise<void> {
    await this.send({ cmd: "goTo", step });
  }

  /** Opens a precinct's caucus in a room. */
  async openCaucus(precinct: number, room: RoomName): Promise<void> {
    if ((await this.send({ cmd: "openCaucus", precinct, room })) !== null) {
      this.move("home");
    }
  }

  /** Everyone who has to attest stands by it; then on to signing. */
  async allStandBy(who: readonly Attester[]): Promise<void> {
    for (const each of who) {
      if ((await this.send({ cmd: "attest", who: each })) === null) {
        return;
      }
    }
    await this.goOn();
  }

  /** Gives a reason for what it was asked for. */
  async giveReason(about: ReasonAbout, reason: ReasonChoice): Promise<void> {
    if (about.kind === "reply") {
      // It is signed with the PIN, on a screen of its own.
      this.move({ go: { at: "reply", report: about.report, question: about.question, reason } });
      return;
    }
    const done = await this.send(reasonCommand(about, reason));
    if (done === null) {
      return;
    }
    this.move(about.kind === "correction" ? "home" : "back");
  }

  /** What the code is for. */
  async preview(): Promise<void> {
    const answer = await this.send({ cmd: "previewInvitation", code: this.enrolment.code });
    if (answer?.answer === "invitation") {
      this.enrolment.preview = { precinct: answer.precinct, alreadyHere: answer.alreadyHere };
      this.enrolment.stage = "confirm";
    }
  }

  /** Takes the invitation with the PIN that was typed. */
  async enrol(): Promise<void> {
    this.busy = "pin";
    const pin = this.enrolment.pin;
    const answer = await this.send({ cmd: "enrol", code: this.enrolment.code, pin });
    this.busy = null;
    this.enrolment.pin = "";
    if (answer !== null) {
      this.enrolment.reset();
      this.move("home");
    }
  }

  /** Opens the app. */
  async unlock(pin: string): Promise<void> {
    this.busy = "pin";
    await this.send({ cmd: "unlock", pin });
    this.busy = null;
  }

  /** Signs, queues, and shows where the new report stands. */
  async sign(pin: string): Promise<void> {
    const before = this.view?.reports.map((report) => report.id) ?? [];
    this.busy = "sign";
    const answer = await this.send({ cmd: "sign", pin });
    this.busy = null;
    const signed = answer?.answer === "view" ? answer.view.reports.find((report) => !before.includes(report.id)) : undefined;
    if (signed !== undefined) {
      this.#stack = [{ at: "stands", report: signed.id }];
    }
  }

  /** Signs the reply that the numbers stand, queues it, and shows where it stands. */
  async reply(to: Extract<Place, { at: "reply" }>, pin: string): Promise<void> {
    this.busy = "sign";
    const answer = await this.send({ cmd: "reply", question: to.question, reason: to.reason, pin });
    this.busy = null;
    if (answer !== null) {
      this.#stack = [{ at: "stands", report: to.report }];
    }
  }
}

function reasonCommand(about: Exclude<ReasonAbout, { kind: "reply" }>, reason: ReasonChoice): Command {
  switch (about.kind) {
    case "finding":
      return { cmd: "acknowledge", finding: about.key, reason };
    case "objection":
      return { cmd: "attest", who: about.who, objection: reason };
    case "attendance":
      return { cmd: "explainAttendance", reason };
    case "correction":
      return { cmd: "beginCorrection", report: about.report, reason };
  }
}
