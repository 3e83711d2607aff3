import { SvelteSet } from "svelte/reactivity";
import type { Standing } from "./api/types";

/** How one looks at the board. Kept while one is at another screen, so that coming back is coming back. */
class BoardView {
  query = $state("");
  needing = $state(false);
  /** Only who was asked and did not reply yet. */
  asked = $state(false);
  order = $state<"county" | "age">("county");
  readonly standings = new SvelteSet<Standing>();
  /** Counties that were opened where all are closed, and closed where all are open. */
  readonly opened = new SvelteSet<number>();
  readonly closed = new SvelteSet<number>();
  /** Where the list was, and the line that one left it by. */
  scrolled = 0;
  left: string | null = null;
  /** Somebody at another screen pressed the key for the search. */
  wantsSearch = false;

  /** Shows every precinct again. */
  clear(): void {
    this.query = "";
    this.needing = false;
    this.asked = false;
    this.standings.clear();
    this.closed.clear();
    this.left = null;
  }
}

export const boardView = new BoardView();
