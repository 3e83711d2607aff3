// What differs between two results: the rows of `changes.csv` and of `compare/<layer>-<layer>.csv`.

import { CAUSES, COUNTS, EVIDENCE, allNational, sde } from './words.mjs';

/** Precincts that are released before and are another after: {was, is}; `is` is missing where one was taken out. */
export function changes(before, after) {
  const now = new Map(after.rows.map((row) => [row.number, row]));
  const same = (was, is) => is && was.report === is.report && was.sde.join() === is.sde.join();
  return before.rows.map((was) => ({ was, is: now.get(was.number) })).filter(({ was, is }) => !same(was, is));
}

/** The rows: the state's sums, other regions that differ, precincts. `releases` are those that may have brought it about. */
export function* changeRows(night, contest, { before, after, releases, regions, precincts }) {
  const [state, stateNow] = [before.totals[0], after.totals[0]];
  yield row(contest, 'state', 'released', '', state.released, stateNow.released);
  yield* cells(contest, 'state', state, stateNow, true);
  const [national, nationalNow] = [before, after].map((one) => allNational(one.national));
  if (national || nationalNow) {
    for (const [at, key] of keys(contest)) yield row(contest, 'state', 'national', key, national?.[at], nationalNow?.[at]);
  }
  for (const [at, total] of regions.entries()) yield* cells(contest, total.name, before.totals[at + 1], total, false);
  for (const { was, is } of precincts) {
    const { number, precinct } = was ?? is, region = `precinct:${precinct.get(1)}`;
    const about = was?.report === is?.report ? {} : reasons(night, number, releases);
    yield { region, measure: 'report', candidate: '', before: was?.stands.report ?? '', after: is?.stands.report ?? '', difference: '', ...about };
    yield* cells(contest, region, was && numbers(was), is && numbers(is), false, about);
  }
}

const keys = (contest) => contest.get(6).map((group, at) => [at, group.get(1)]);
const numbers = ({ report, official, sde: worth }) => ({ attendees: report.attendees, counts: report.counts, official, sde: worth });

/** Why a precinct's report is another one. Not where something was withheld that may have said it. */
function reasons(night, precinct, releases) {
  if (night.withheld.size > 0) return {};
  const named = releases.flatMap(({ id, precincts }) => precincts.filter((one) => one.precinct === precinct).map((one) => ({ ...one, id })));
  const words = (word) => named.map(word).filter(Boolean).join(' ');
  return {
    causes: words(({ cause }) => CAUSES[cause]),
    evidence: words(({ decision }) => EVIDENCE[night.evidence.get(decision)]),
    releases: words(({ id }) => id),
  };
}

/** The rows of one region: `all` of them, or those that differ. A number that is not there differs from all but nought. */
function* cells(contest, region, was, is, all, about) {
  const differs = (a, b) => all || (a ?? 0) !== (b ?? 0);
  if (differs(was?.attendees, is?.attendees)) yield row(contest, region, 'attendees', '', was?.attendees, is?.attendees, about);
  const measures = [
    ...contest.get(7).map((kind, at) => [COUNTS[kind], (one) => one?.counts[at], String]),
    ['official', (one) => one?.official, String],
    ...(was ?? is).sde.length ? [['sde', (one) => one?.sde, sde]] : [],
  ];
  for (const [measure, of, written] of measures) {
    for (const [at, key] of keys(contest)) {
      const [a, b] = [of(was)?.[at], of(is)?.[at]];
      if (differs(a, b)) yield row(contest, region, measure, key, a, b, about, written);
    }
  }
}

function row(contest, region, measure, candidate, was, is, about = {}, written = String) {
  const cell = (value) => (value === undefined ? '' : written(value));
  const difference = was === undefined || is === undefined ? undefined : is - was;
  return { region, measure, candidate, before: cell(was), after: cell(is), difference: cell(difference), ...about };
}
