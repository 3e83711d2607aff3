import { innerHeight, innerWidth } from "svelte/reactivity/window";
import { layout, type Layout, type PadKind } from "./layout";

/** The window's size and text scale, as a value that screens can depend on. */
export class Viewport {
  /** Text size in percent. */
  textScale = $state(100);

  /** The layout of a screen with this keypad in the window as it is now. */
  layout(pad: PadKind, letters?: number): Layout {
    return layout({
      width: innerWidth.current ?? 1366,
      height: innerHeight.current ?? 1024,
      textScale: this.textScale,
      pad,
      letters,
    });
  }
}

/** The one window. */
export const viewport = new Viewport();
