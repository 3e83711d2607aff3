// Holds published documents against what was worked out, cell by cell.

/** A published number, or text, that is not what was worked out. */
export class Difference extends Error {
  constructor(file, row, column, published, workedOut) {
    super(`${file}, ${row}, ${column}: published ${show(published)}, worked out ${show(workedOut)}`);
  }
}
const show = (value) => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Compares every value that was worked out with a JSON document, whose other fields are left alone. Gives how many there were. */
export function compareDocument(file, workedOut, text) {
  return compareValue(file, workedOut, JSON.parse(text), []);
}

function compareValue(file, workedOut, published, path) {
  const row = (names) => names.join('.') || 'the document';
  if (workedOut === null || typeof workedOut !== 'object') {
    if (workedOut === published) return 1;
    throw new Difference(file, row(path.slice(0, -1)), path.at(-1), published, workedOut);
  }
  const isWhole = published !== null && typeof published === 'object' && (!Array.isArray(workedOut) || workedOut.length === published.length);
  if (!isWhole) throw new Difference(file, row(path), 'length', published?.length ?? published, Object.keys(workedOut).length);
  let cells = 0;
  for (const [key, value] of Object.entries(workedOut)) {
    // A region or precinct in a list is called by its name.
    cells += compareValue(file, value, published[key], [...path, value?.region ?? value?.id ?? key]);
  }
  return cells;
}

/** Compares rows, {column: value}, with a CSV document, whose other columns are left alone. Gives how many cells there were. */
export function compareTable(file, rows, text) {
  const lines = text.split('\n');
  const columns = splitRow(lines[0]);
  let at = 1, cells = 0;
  for (const row of rows) {
    const published = lines[at] ? splitRow(lines[at]) : [];
    const name = [row.precinct_id ?? row.region, row.measure, row.candidate].filter(Boolean).join(' ');
    for (const [column, value] of Object.entries(row)) {
      const cell = published[columns.indexOf(column)];
      if (cell !== String(value)) throw new Difference(file, `row ${at} (${name})`, column, cell, String(value));
      cells += 1;
    }
    at += 1;
  }
  if (lines[at]) throw new Difference(file, `row ${at}`, columns[0], splitRow(lines[at])[0], undefined);
  return cells;
}

/** The cells of a row (RFC 4180, without line breaks in cells). */
function splitRow(line) {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return Array.from(cells, ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain);
}
