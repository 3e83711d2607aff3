import type { PrecinctView } from "@countersign/shared/gen_api";
import type { EnrolStage } from "./navigation";

/** Length of a code. */
export const CODE_LENGTH = 20;
/** Length of a PIN. */
export const PIN_LENGTH = 6;

/** A code and a PIN on their way to becoming an invitation on this tablet. Nothing of it is kept. */
export class Enrolment {
  /** How far it has come. */
  stage = $state<EnrolStage>("code");
  /** The letters and digits typed. */
  code = $state("");
  /** What the tablet said the code is for. */
  preview = $state.raw<{ precinct: PrecinctView; alreadyHere: boolean } | null>(null);
  /** The PIN being typed. */
  pin = $state("");
  /** The two PINs were not the same. */
  differs = $state(false);
  /** The PIN as first typed. */
  #chosen = "";

  /** Begins again with a code. */
  reset(): void {
    this.stage = "code";
    this.code = "";
    this.preview = null;
    this.pin = "";
    this.differs = false;
    this.#chosen = "";
  }

  /** Back by one stage; false at the first. */
  back(): boolean {
    this.pin = "";
    this.differs = false;
    switch (this.stage) {
      case "code":
        return false;
      case "confirm":
        this.stage = "code";
        return true;
      case "choose":
        this.stage = "confirm";
        return true;
      case "repeat":
        this.stage = this.#chosen === "" ? "confirm" : "choose";
        this.#chosen = "";
        return true;
    }
  }

  /** The place is right: on to the PIN. A tablet that has one asks only for that. */
  confirm(hasPin: boolean): void {
    this.pin = "";
    this.stage = hasPin ? "repeat" : "choose";
  }

  /** A new PIN was typed once. */
  choose(): void {
    this.#chosen = this.pin;
    this.pin = "";
    this.differs = false;
    this.stage = "repeat";
  }

  /** The second PIN is the first; else both are asked for again. */
  agrees(hasPin: boolean): boolean {
    if (hasPin || this.pin === this.#chosen) {
      return true;
    }
    this.stage = "choose";
    this.pin = "";
    this.#chosen = "";
    this.differs = true;
    return false;
  }
}
