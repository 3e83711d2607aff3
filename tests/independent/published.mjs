// Everything published of releases, compared with what was worked out (docs/formats.md, "Results").

import { changeRows, changes } from './changes.mjs';
import { Difference, compareDocument, compareTable } from './compare.mjs';
import { hex, openNote, sha256 } from './log.mjs';
import { results } from './results.mjs';
import { NotThere } from './source.mjs';
import { COUNTS, LAYERS, allNational, sde } from './words.mjs';

const COLUMNS = [, 'first', 'final', 'delegates'];
const OFFICIAL = 1;
const MADE_UP = 1;

/** Compares all that is published; gives how many `cells` were the same, and which files were `left` because they are not there. */
export async function comparePublished(night, file) {
  const published = new Published(night, file);
  for (const release of night.releases) await published.release(release);
  for (const release of night.releases) await published.status(release);
  await published.list();
  await published.layers();
  return published;
}

class Published {
  cells = 0;
  left = [];

  constructor(night, file) {
    this.night = night;
    this.file = file;
  }

  /** Compares a file, where it is there. */
  async compare(name, compared) {
    let bytes;
    try {
      bytes = await this.file(name);
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
      return this.left.push(name);
    }
    this.cells += await compared(name, bytes.toString());
  }

  document(name, workedOut) {
    return this.compare(name, (_, text) => compareDocument(name, workedOut, text));
  }

  table(name, rows) {
    return this.compare(name, (_, text) => compareTable(name, rows, text));
  }

  async release(release) {
    const { night } = this, { contest, layer, effective } = release, folder = folderOf(release);
    const before = results(night, contest, layer, effective.index - 1), after = results(night, contest, layer, effective.index);
    const precincts = changes(before, after);
    // Another report corrects; another worth alone, since another site of the pool came, does not.
    release.corrected = precincts.filter(({ was, is }) => was.report !== is?.report).map(({ was }) => was.stands.release);
    release.corrects = release.corrected.length > 0;
    await this.document(`${folder}/results.json`, documentOf(night, release, after));
    await this.table(`${folder}/precincts.csv`, precinctRows(contest, after));
    await this.table(`${folder}/totals.csv`, totalRows(contest, after));
    const rows = changeRows(night, contest, { before, after, releases: [release], regions: [], precincts });
    await this.table(`${folder}/changes.csv`, release.corrects ? rows : []);
    await this.compare(`${folder}/SHA256SUMS`, (name, list) => this.hashes(release, name, list));
  }

  /** The list of hashes: of the files beside it, and signed by the key that the package names for it. */
  async hashes(release, name, list) {
    const folder = folderOf(release), lines = list.trimEnd().split('\n');
    for (const line of lines) {
      const [hash, beside] = line.split('  ');
      await this.compare(`${folder}/${beside}`, async (file) => {
        const found = hex(sha256(await this.file(file)));
        if (found !== hash) throw new Difference(name, beside, 'hash', hash, found);
        return 1;
      });
    }
    const key = this.night.contest.get(27)?.find((one) => one.get(1) === OFFICIAL);
    const note = (text) => {
      const said = openNote(text, key.get(2), [key.get(3)]);
      const list_ = `countersign/v1/documents\n${key.get(2)}\n${release.id}\n${list}`;
      if (said !== list_) throw new Difference(`${name}.note`, 'text', 'list', said, list_);
      return 1;
    };
    if (key) await this.compare(`${name}.note`, (_, text) => note(text));
    return 0;
  }

  status(release) {
    return this.document(`${folderOf(release)}/status.json`, statusOf(this.night, release));
  }

  list() {
    const { contest, room, releases } = this.night;
    const list = { format: 1, contest: contest.get(1), made_up: contest.get(25) === MADE_UP, room };
    return this.document('releases.json', { ...list, releases: releases.map((release) => statusOf(this.night, release)) });
  }

  /** Every two layers in which something is in effect, side by side. */
  async layers() {
    const { night } = this, { contest } = night;
    const inEffect = night.releases.filter((release) => !release.withdrawn).sort((a, b) => a.layer - b.layer || a.number - b.number);
    const layers = [...new Set(inEffect.map((release) => release.layer))];
    const of = new Map(layers.map((layer) => [layer, results(night, contest, layer, Infinity)]));
    for (const later of layers) {
      for (const earlier of layers.filter((layer) => layer < later)) {
        const before = of.get(earlier), after = of.get(later);
        const releases = inEffect.filter((release) => release.layer > earlier && release.layer <= later);
        const isNew = ({ number }) => !before.rows.some((row) => row.number === number);
        const precincts = [...changes(before, after), ...after.rows.filter(isNew).map((is) => ({ is }))];
        precincts.sort((a, b) => (a.was ?? a.is).number - (b.was ?? b.is).number);
        const rows = changeRows(night, contest, { before, after, releases, regions: after.totals.slice(1), precincts });
        await this.table(`compare/${LAYERS[earlier]}-${LAYERS[later]}.csv`, rows);
      }
    }
  }
}

const folderOf = (release) => `data/${String(release.number).padStart(3, '0')}-${release.id.slice(0, 8)}`;

/** What is said of a release, and what became of it. */
function statusOf(night, release) {
  const { withdrawn } = release;
  const correcting = night.releases.filter((one) => one.number > release.number && !one.withdrawn && one.corrected.includes(release));
  return {
    format: 1, number: release.number, name: release.name, message: release.id, folder: folderOf(release), layer: LAYERS[release.layer],
    precincts: release.precincts.length, effective_ms: release.effective.time, corrects: release.corrects,
    status: withdrawn ? 'withdrawn' : 'in-effect', withdrawn_ms: withdrawn?.time ?? null, why: withdrawn?.why ?? null,
    corrected_by: correcting.map((one) => one.number),
  };
}

/** What `results.json` has to say. */
function documentOf(night, release, { rows, totals, covered, national }) {
  const { contest } = release;
  const worked = (of) => ({ official_delegates: of.official, sde: of.sde.map(sde), provisional: of.provisional });
  return {
    format: 1, contest: contest.get(1), made_up: contest.get(25) === MADE_UP, room: night.room, layer: LAYERS[release.layer],
    release: {
      number: release.number, name: release.name, message: release.id, effective_ms: release.effective.time, corrects: release.corrects,
    },
    log_size: release.effective.index + 1,
    groups: contest.get(6).map((group) => ({ key: group.get(1), name: group.get(3) })),
    counts: contest.get(7).map((kind) => COUNTS[kind]),
    precincts_total: contest.get(11).length, precincts_released: rows.length, covered,
    totals: totals.map((total) => ({
      region: total.name, precincts_total: total.precincts, precincts_released: total.released, attendees: total.attendees,
      counts: total.counts, early_attendees: total.earlyAttendees, early: total.early, ...worked(total),
    })),
    national_delegates: national && { districts: national.districts, at_large: national.atLarge, pleo: national.pleo, tie: national.tie },
    precincts: rows.map((row) => ({
      id: row.precinct.get(1), county: row.county.get(1), release: row.stands.release.id, report: row.stands.report,
      decision: row.stands.decision ?? null, attendees: row.report.attendees, counts: row.report.counts, by_the_rules: row.byTheRules,
      ...(row.votes && { early_attendees: row.votes.get(2), early: row.early }), ...worked(row),
    })),
  };
}

function* precinctRows(contest, { rows }) {
  for (const row of rows) {
    for (const [group, key] of contest.get(6).entries()) {
      yield {
        precinct_id: row.precinct.get(1), candidate: key.get(1), attendees: row.report.attendees,
        ...counted(contest, row.report.counts, group), sde: row.sde.length ? sde(row.sde[group]) : '',
        ...(row.votes && { early_attendees: row.votes.get(2), early_first: row.votes.get(3)[group], early_final: row.votes.get(4)[group] }),
        ...(contest.get(25) === MADE_UP && { made_up: 'yes' }),
      };
    }
  }
}

function* totalRows(contest, { totals, covered, national }) {
  for (const total of totals) {
    for (const [group, key] of contest.get(6).entries()) {
      yield {
        region: total.name, candidate: key.get(1), precincts_released: total.released, precincts: total.precincts, attendees: total.attendees,
        covered: covered ? 'yes' : 'no', ...counted(contest, total.counts, group), official_delegates: total.official[group],
        sde: total.sde.length ? sde(total.sde[group]) : '',
        national_delegates: total.name === 'state' ? allNational(national)?.[group] ?? '' : '',
        ...(contest.get(25) === MADE_UP && { made_up: 'yes' }),
      };
    }
  }
}

const counted = (contest, counts, group) => Object.fromEntries(contest.get(7).map((kind, at) => [COLUMNS[kind], counts[at][group]]));
