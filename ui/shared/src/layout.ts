/**
 * Where things stand in a window of a given size: pure arithmetic, so that every size can be
 * tested without a browser. Everything is in CSS pixels.
 *
 * The keypad comes first. What it leaves is shared out among the rest; when that becomes too
 * little, the steps go, then the top line and the bottom bar move into the scrolling column.
 */

/** A key is never smaller than this on either side. */
export const KEY_LEAST = 44;
/** A key has at least this size where the window allows. */
export const KEY_GOOD = 48;
/** A key is never higher than this: larger ones only make the way longer. */
export const KEY_MOST = 120;

/** What stands beside or above the scrolling column. */
export type PadKind = "none" | "numbers" | "letters";

/** The window as far as the layout depends on it. */
export interface Window {
  /** Inner width. */
  width: number;
  /** Inner height. */
  height: number;
  /** Text size in percent: 100, 150 or 200. */
  textScale: number;
  /** Which keypad the screen has. */
  pad: PadKind;
  /** Number of one-cell keys of a letter keypad, to break it into rows. */
  letters?: number;
}

/** The answer. */
export interface Layout {
  /** Root font size. */
  rem: number;
  /** The keypad stands to the right of the list (`true`) or under it. */
  beside: boolean;
  /** Top line, question and bottom bar scroll with the list. */
  compact: boolean;
  /** The line of steps is shown. */
  steps: boolean;
  /** Keypad columns: 3 (telephone) or 4 (telephone with the actions at the right); letters: 10 or fewer. */
  columns: number;
  /** Keypad rows. */
  rows: number;
  /** Height of a key. */
  keyHeight: number;
  /** Width of the keypad with its padding, when it stands beside. */
  padWidth: number;
  /** Space between two keys. */
  gap: number;
  /** Space around the keys. */
  padding: number;
  /** Height of the line that shows what is being typed. */
  readout: number;
}

const clamp = (least: number, value: number, most: number): number =>
  Math.max(least, Math.min(value, most));

/** Root font size: 20 px from a short side of 768, down to 16, up to 26; then times the text scale. */
export function rootSize(width: number, height: number, textScale: number): number {
  const short = Math.min(width, height);
  const base =
    short < 768
      ? clamp(16, 16 + ((short - 320) * 4) / 448, 20)
      : clamp(20, 20 + ((short - 768) * 6) / 1280, 26);
  return Math.round(((base * textScale) / 100) * 100) / 100;
}

/** Columns of the letter keypad: a whole QWERTY where ten keys fit, else a grid of as many as do. */
function letterColumns(width: number, gap: number, padding: number): number {
  return Math.min(10, Math.floor((width - 2 * padding + gap) / (KEY_LEAST + gap)));
}

/** Rows of a letter keypad: four rows of a typewriter and one of actions, or as many as the grid needs. */
function letterRows(columns: number, letters: number): number {
  if (columns === 10) {
    return 5;
  }
  return Math.ceil(letters / columns) + (actionsShareRow(columns, letters) ? 0 : 1);
}

/** Columns that delete, space and next need beside the last letters of a grid. */
const ACTIONS_LEAST = 6;

/** Whether the action keys stand in the row of the last letters of a grid. */
export function actionsShareRow(columns: number, letters: number): boolean {
  const rest = letters % columns;
  return rest > 0 && columns - rest >= ACTIONS_LEAST;
}

/** Works the layout out. */
export function layout(window: Window): Layout {
  const { width, height, textScale, pad } = window;
  const rem = rootSize(width, height, textScale);
  const small = Math.min(width, height) < 600;
  const gap = small ? 4 : clamp(6, width / 110, 12);
  const padding = small ? 4 : clamp(8, width / 64, 22);
  const readout = clamp(38, Math.min(rem * 2.1, height * 0.13), 96);

  if (pad === "none") {
    const compact = height < 480 || height - chrome(width, rem) - stepsLine(width, rem) < rem * 9;
    return {
      rem, beside: false, compact, steps: !compact && stepLines(width, rem) <= 2 && height - chrome(width, rem) - stepsLine(width, rem) > rem * 12,
      columns: 0, rows: 0, keyHeight: 0, padWidth: 0, gap, padding, readout: 0,
    };
  }
  if (pad === "letters") {
    return lettersLayout(window, { rem, gap, padding, readout });
  }
  return numbersLayout(window, { rem, gap, padding, readout });
}

interface Base {
  rem: number;
  gap: number;
  padding: number;
  readout: number;
}

function numbersLayout({ width, height }: Window, base: Base): Layout {
  const { rem, gap, padding, readout } = base;
  const beside = width > height;
  if (beside) {
    // The column is as high as the window, less top line and bottom bar while those stay.
    const compact = height < 480 || height - chrome(width * 0.6, rem) < Math.max(5 * (KEY_GOOD + gap) + readout + 3 * padding, rem * 9);
    const steps = !compact && height - chrome(width, rem) - stepsLine(width, rem) > Math.max(5 * (56 + gap) + readout + 3 * padding, rem * 11);
    const free = height - (compact ? 0 : chrome(width, rem) + (steps ? stepsLine(width, rem) : 0)) - readout - 3 * padding;
    const columns = (free + gap) / 5 - gap >= 60 ? 3 : 4;
    const rows = columns === 3 ? 5 : 4;
    const keyHeight = Math.floor(clamp(KEY_LEAST, (free + gap) / rows - gap, KEY_MOST));
    const least = columns * 46 + (columns - 1) * gap + 2 * padding;
    const padWidth = Math.floor(clamp(least, width * 0.38, Math.max(520, rem * 26, width * 0.3)));
    return { rem, beside, compact, steps, columns, rows, keyHeight, padWidth, gap, padding, readout };
  }
  const rows = 4;
  const share = height * 0.42 - readout - 3 * padding;
  const keyHeight = Math.floor(clamp(KEY_GOOD, (share + gap) / rows - gap, 96));
  const padHeight = readout + rows * keyHeight + (rows - 1) * gap + 3 * padding;
  const left = height - padHeight - chrome(width, rem);
  const compact = height < 480 || left < Math.max(rem * 9, 160);
  const steps = !compact && stepLines(width, rem) <= 2 && left - stepsLine(width, rem) > rem * 20;
  return { rem, beside, compact, steps, columns: 4, rows, keyHeight, padWidth: width, gap, padding, readout };
}

function lettersLayout({ width, height, letters = 36 }: Window, base: Base): Layout {
  const { rem, padding, readout } = base;
  const gap = Math.min(base.gap, 8, Math.max(3, Math.floor((width - 2 * padding - 10 * KEY_LEAST) / 9)));
  const columns = letterColumns(width, gap, padding);
  const rows = letterRows(columns, letters);
  const share = height * 0.5 - readout - 3 * padding;
  const keyHeight = Math.floor(clamp(height < 480 || columns < 10 ? KEY_LEAST : KEY_GOOD, (share + gap) / rows - gap, 84));
  const padHeight = readout + rows * keyHeight + (rows - 1) * gap + 3 * padding;
  const compact = height < 480 || height - padHeight - chrome(width, rem) < rem * 9;
  return { rem, beside: false, compact, steps: false, columns, rows, keyHeight, padWidth: width, gap, padding, readout };
}

/** A guess at top line and bottom bar together; what they really take comes out of the list, never out of the keypad. */
function chrome(width: number, rem: number): number {
  const top = width >= rem * 42 ? 3.4 : 5.6;
  const bar = width >= rem * 34 ? 4.6 : 7;
  return (top + bar) * rem;
}

/** Lines that the names of all steps take. */
function stepLines(width: number, rem: number): number {
  return Math.ceil((rem * 62) / width);
}

function stepsLine(width: number, rem: number): number {
  return stepLines(width, rem) * rem * 2.6;
}
