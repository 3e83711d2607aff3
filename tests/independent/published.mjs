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

/** The documents of a release that never change, as its list of hashes names them. */
const DOCUMENTS = ['results.json', 'precincts.csv', 'totals.csv', 'nist-1500-100.json', 'changes.csv'];

/** How long a release may wait for witnesses before it is published without them, in milliseconds. */
const WAIT = 30 * 60_000;

/**
 * Compares all that is published; gives how many `cells` were the same, and which files were `left` out because they are not there. With
 * nothing released nothing has to be. `lastTime` is that of the log's last entry.
 */
export async function comparePublished(night, file, lastTime) {
  const published = new Published(night, file);
  for (const release of night.releases) await published.release(release);
  await published.list(lastTime);
  for (const release of night.releases) await published.status(release);
  await published.layers();
  await published.national();
  return published;
}

class Published {
  cells = 0;
  left = new Set();

  constructor(night, file) {
    this.night = night;
    this.shown = night; // the same with those releases alone that are published
    this.file = file;
  }

  /** Compares a file; where it is not there it is left. */
  async compare(name, compared) {
    const bytes = await this.read(name);
    if (!bytes) return this.left.add(name);
    this.cells += await compared(name, bytes.toString());
  }

  /** The bytes of a file; `null` where it is not there. */
  async read(name) {
    try {
      return await this.file(name);
    } catch (error) {
      if (error instanceof NotThere) return null;
      throw error;
    }
  }

  /** Files of a result that nothing in effect gives any more, or yet. */
  async isNotThere(names, why) {
    for (const name of names) if (await this.read(name)) throw new Error(`${name} is there, and ought not to be: ${why}`);
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
    const sums = `${folder}/SHA256SUMS`;
    await this.compare(sums, (name, list) => this.hashes(release, name, list));
    if (!this.left.has(sums)) return;
    // Of this form nothing but the hash is looked at, and what is signed is the list.
    this.left.add(`${folder}/nist-1500-100.json`);
    if (this.signer()) this.left.add(`${sums}.note`);
  }

  /** The list of hashes: of the files beside it, and signed by the key that the package names for it. */
  async hashes(release, name, list) {
    const folder = folderOf(release), listed = new Map(list.trimEnd().split('\n').map((line) => line.split('  ').reverse()));
    for (const beside of DOCUMENTS) {
      const hash = listed.get(beside);
      listed.delete(beside);
      await this.compare(`${folder}/${beside}`, async (file) => {
        const found = hex(sha256(await this.file(file)));
        if (found !== hash) throw new Difference(name, beside, 'hash', hash, found);
        return 1;
      });
      // Folders from before there were tables of changes do without.
      if (!hash && beside !== 'changes.csv') throw new Error(`${name} does not list ${beside}`);
    }
    if (listed.size > 0) throw new Error(`${name} lists ${[...listed.keys()].join(', ')}, which is no document of a release`);
    const key = this.signer();
    const note = (text) => {
      const said = openNote(text, key.get(2), [key.get(3)]);
      const list_ = `countersign/v1/documents\n${key.get(2)}\n${release.id}\n${list}`;
      if (said !== list_) throw new Difference(`${name}.note`, 'text', 'list', said, list_);
      return 1;
    };
    if (key) await this.compare(`${name}.note`, (_, text) => note(text));
    return 0;
  }

  /** The key that signs lists of hashes, and its name; `undefined` where the package names none. */
  signer() {
    return this.night.contest.get(27)?.find((one) => one.get(1) === OFFICIAL);
  }

  status(release) {
    return this.document(`${folderOf(release)}/status.json`, statusOf(this.shown, release));
  }

  /** The list of releases. Those at its end that may still wait for witnesses may be missing: then they are left. */
  async list(lastTime) {
    const { night } = this, { contest, room, releases } = night, name = 'releases.json';
    const bytes = await this.read(name);
    if (!bytes && releases.length > 0) this.left.add(name);
    if (!bytes) return;
    const text = bytes.toString(), published = JSON.parse(text).releases?.length, waiting = releases.slice(published);
    if (waiting.every((release) => release.contest.has(26) && lastTime < release.effective.time + WAIT)) {
      this.shown = Object.assign(Object.create(night), { releases: releases.slice(0, published) });
      if (waiting.length > 0) this.left.add(`${name} (the last ${waiting.length} of ${releases.length} releases)`);
    }
    const list = { format: 1, contest: contest.get(1), made_up: contest.get(25) === MADE_UP, room };
    const statuses = this.shown.releases.map((release) => statusOf(this.shown, release));
    this.cells += compareDocument(name, { ...list, releases: statuses }, text);
  }

  /** Every two layers in which something is in effect, side by side; of others nothing may be there. */
  async layers() {
    const { shown } = this, { contest } = shown, of = new Map(layersIn(shown).map((layer) => [layer, results(shown, contest, layer, Infinity)]));
    const effective = layersIn(this.night);
    for (const [earlier, later] of pairs([1, 2, 3, 4, 5])) {
      const name = `compare/${LAYERS[earlier]}-${LAYERS[later]}`, before = of.get(earlier), after = of.get(later);
      if (before && after) await this.table(`${name}.csv`, this.sideBySide(earlier, later, before, after));
      else if (!effective.includes(earlier) || !effective.includes(later)) {
        await this.isNotThere([`${name}.csv`, `${name}.html`, `es/${name}.html`], 'in one of the two layers no release is in effect');
      }
    }
  }

  sideBySide(earlier, later, before, after) {
    const { shown } = this, releases = inEffect(shown).filter((release) => release.layer > earlier && release.layer <= later);
    const isNew = ({ number }) => !before.rows.some((row) => row.number === number);
    const precincts = [...changes(before, after), ...after.rows.filter(isNew).map((is) => ({ is }))];
    precincts.sort((a, b) => (a.was ?? a.is).number - (b.was ?? b.is).number);
    return changeRows(shown, shown.contest, { before, after, releases, regions: after.totals.slice(1), precincts });
  }

  /** National delegates are on no page before enough is released, nor once that was withdrawn. */
  async national() {
    const last = (night) => results(night, night.contest, layersIn(night).at(-1) ?? 1, Infinity).national;
    if (last(this.night) || last(this.shown)) return;
    await this.isNotThere(['national.html', 'es/national.html'], 'there is not enough in effect for national delegates');
  }
}

/** Releases in effect, those of earlier layers first. */
const inEffect = ({ releases }) => releases.filter((one) => !one.withdrawn).sort((a, b) => a.layer - b.layer || a.number - b.number);
const layersIn = (night) => [...new Set(inEffect(night).map((release) => release.layer))];
const pairs = (layers) => layers.flatMap((later) => layers.filter((layer) => layer < later).map((earlier) => [earlier, later]));

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
