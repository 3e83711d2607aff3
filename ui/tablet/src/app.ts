import { getContext, setContext } from "svelte";
import type { CaucusView, View } from "@countersign/shared/gen_api";
import type { Controller } from "./controller.svelte";

const KEY = Symbol("controller");

/** Gives the controller to the screens below. */
export function provideController(controller: Controller): void {
  setContext(KEY, controller);
}

/** The controller, in a screen. */
export function useController(): Controller {
  return getContext<Controller>(KEY);
}

/** The view, in a screen that is only shown when there is one. */
export function viewOf(controller: Controller): View {
  if (controller.view === null) {
    throw new Error("a screen was shown before the first view");
  }
  return controller.view;
}

/** The open caucus, in a screen that is only shown when there is one. */
export function caucusOf(controller: Controller): CaucusView {
  const caucus = viewOf(controller).caucus;
  if (caucus === null) {
    throw new Error("a step was shown without a caucus");
  }
  return caucus;
}
