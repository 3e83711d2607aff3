// Results, worked out from signed reports alone, as they were when a release took effect (docs/formats.md, "Results").
// State delegate equivalents are whole numbers of ten-thousandths.

import { SATELLITE, award, nationalDelegates, rounded, seatsOf } from './rules.mjs';

const [FIRST, FINAL, DELEGATES] = [1, 2, 3];
const OFFICIAL_BY_RULES = 2;
const add = (a, b) => a.map((number, at) => number + b[at]);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** What each precinct's numbers are, in a layer, by the releases that were in effect after entry `index`. */
function standing(releases, layer, index) {
  const stands = new Map();
  const inEffect = releases.filter((one) => one.effective.index <= index && !(one.withdrawn?.index <= index));
  // Later layers go over earlier ones, later releases over earlier ones of the same layer.
  for (const release of inEffect.filter((one) => one.layer <= layer).sort((a, b) => a.layer - b.layer || a.number - b.number)) {
    for (const named of release.precincts) stands.set(named.precinct, { ...named, release });
  }
  for (const [precinct, { report }] of stands) if (!report) stands.delete(precinct);
  return stands;
}

/** Results of a layer after entry `index`, by the rules of `contest`. */
export function results(night, contest, layer, index) {
  const groups = contest.get(6).length, kinds = contest.get(7), counties = contest.get(9), roster = contest.get(11);
  const none = Array(groups).fill(0), noCounts = kinds.map(() => none);
  const earlyOf = new Map((contest.get(24) ?? []).map((one) => [one.get(1), one]));
  const hasSde = kinds.includes(DELEGATES) && counties.some((county) => county.get(5) > 0);

  const rows = new Map();
  for (const [number, stands] of standing(night.releases, layer, index)) {
    const precinct = roster[number], county = counties[precinct.get(3)], report = night.reports.get(stands.report);
    if (!report) throw new Error(`the report of ${precinct.get(1)} is withheld, so results cannot be worked out`);
    const votes = earlyOf.get(number);
    const early = votes ? kinds.map((kind) => (kind === DELEGATES ? none : votes.get(kind === FINAL ? 4 : 3))) : noCounts;
    const present = report.attendees + (votes?.get(2) ?? 0);
    const last = kinds.includes(FINAL) ? kinds.indexOf(FINAL) : kinds.indexOf(FIRST);
    const people = add(report.counts[last], early[last]);
    const seats = seatsOf(contest, precinct, present);
    const byTheRules = seats === null ? null : award(contest.get(8), seats, present, people, report.lots);
    const signed = report.counts[kinds.indexOf(DELEGATES)];
    const official = contest.get(23)?.get(3) === OFFICIAL_BY_RULES ? byTheRules ?? signed : signed;
    rows.set(number, { number, precinct, county, stands, report, votes, early, present, byTheRules, official, provisional: false });
  }
  for (const row of rows.values()) worth(row, rows, roster, hasSde);

  const inOrder = [...rows.values()].sort((a, b) => a.number - b.number);
  const districtOf = (precinct) => precinct.get(7) ?? counties[precinct.get(3)].get(4);
  const region = (name, belongs) => {
    const own = inOrder.filter(({ precinct }) => belongs(precinct));
    const total = {
      name, precincts: roster.filter(belongs).length, released: own.length, attendees: 0, counts: noCounts,
      earlyAttendees: 0, early: noCounts, official: none, sde: hasSde ? none : [], provisional: own.some((row) => row.provisional),
    };
    for (const row of own) {
      total.attendees += row.report.attendees;
      total.earlyAttendees += row.votes?.get(2) ?? 0;
      total.counts = total.counts.map((count, at) => add(count, row.report.counts[at]));
      total.early = total.early.map((count, at) => add(count, row.early[at]));
      total.official = add(total.official, row.official);
      if (hasSde) total.sde = add(total.sde, row.sde);
    }
    return total;
  };
  const districts = [...new Set(roster.map(districtOf))].filter((district) => district !== undefined).sort((a, b) => a - b);
  const totals = [
    region('state', () => true),
    ...districts.map((district) => region(`district:${district}`, (precinct) => districtOf(precinct) === district)),
    ...counties.map((county, at) => region(`county:${county.get(1)}`, (precinct) => precinct.get(3) === at)),
  ];
  const part = contest.get(23)?.get(2) ?? new Map([[1, 1], [2, 2]]);
  const covered = rows.size > 0 && rows.size * part.get(2) >= roster.length * part.get(1);
  return { rows: inOrder, totals, covered, national: covered ? national(contest, totals) : null };
}

/** State delegate equivalents of a place: delegates as parts of its county's, or of what its satellite pool is worth. */
function worth(row, rows, roster, hasSde) {
  const state = row.county.get(5) * 10_000;
  if (row.precinct.get(4) !== SATELLITE) {
    row.sde = row.official.map((delegates) => rounded(delegates * state, row.county.get(6) ?? 1));
  } else {
    const pool = roster.flatMap((precinct, number) => (precinct.get(3) === row.precinct.get(3) ? [number] : []));
    const parts = sum(pool.map((number) => rows.get(number)?.report.attendees ?? 0)) * sum(row.official);
    const share = (delegates) => BigInt(state) * BigInt(row.report.attendees) * BigInt(delegates);
    row.sde = row.official.map((delegates) => (parts ? rounded(share(delegates), parts) : 0));
    row.provisional = pool.some((number) => !rows.has(number));
  }
  if (!hasSde) row.sde = [];
}

function national(contest, totals) {
  const at = contest.get(10);
  if (!at) return null;
  const worthOf = (name) => {
    const total = totals.find((one) => one.name === name);
    return at.get(4) ? total.official : total.sde;
  };
  const threshold = contest.get(8).get(7);
  const districts = at.get(1).map((one) => [one.get(1), nationalDelegates(one.get(2), worthOf(`district:${one.get(1)}`), threshold)]);
  const atLarge = nationalDelegates(at.get(2), worthOf('state'), threshold), pleo = nationalDelegates(at.get(3), worthOf('state'), threshold);
  return { districts: districts.map(([number, { seats }]) => [number, seats]), atLarge: atLarge.seats, pleo: pleo.seats,
    tie: [...districts.map(([, split]) => split), atLarge, pleo].some((split) => split.tie) };
}
