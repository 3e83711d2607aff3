// The words that published documents have for the numbers in messages, and how they write state delegate equivalents.

export const LAYERS = [, 'night', 'corrected', 'recanvass', 'recount', 'certified'];
export const COUNTS = [, 'firstAlignment', 'finalAlignment', 'delegates'];
export const CAUSES = [, 'precinct', 'typing', 'sheet', 'batch', 'objection', 'recanvass', 'recount'];
export const EVIDENCE = [, 'report', 'sheet', 'cards'];

/** Ten-thousandths as a text with four decimals. */
export function sde(tenThousandths) {
  const digits = String(Math.abs(tenThousandths)).padStart(5, '0');
  return `${tenThousandths < 0 ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** All national delegates together; they stand in the rows of the state. */
export function allNational(national) {
  const lists = national && [...national.districts.map(([, seats]) => seats), national.atLarge, national.pleo];
  return lists && lists.reduce((a, b) => a.map((seats, at) => seats + b[at]));
}
