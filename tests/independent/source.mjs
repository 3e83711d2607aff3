// Where public files are: a folder that `log export` and `export` wrote, or a server's public address.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that cannot be read, which says nothing about what stands in it. */
export class Unreadable extends Error {}

/** A file that is not there. */
export class NotThere extends Unreadable {}

/** Opens a folder or address. Each gives the bytes of a file by its name: any file, a message by its id, one of the results. */
export async function open(place, room) {
  const base = place.replace(/\/+$/, '');
  const file = /^https?:\/\//.test(place) ? (name) => download(`${base}/${name}`) : (name) => load(join(place, name));
  // A web host that carries the folder has the same names as the folder; a server has others. Which it is does not rest on any of the
  // files that are compared, so that taking them away sends nobody elsewhere.
  const isServer = await isThere(file, 'v1/status');
  return {
    file,
    message: (id) => file(isServer ? `v1/${room}/messages/${id}` : `messages/${id}.cose`),
    results: (name) => file(isServer ? `results/${name}` : name),
  };
}

async function isThere(file, name) {
  try {
    await file(name);
    return true;
  } catch (error) {
    if (error instanceof NotThere) return false;
    throw error;
  }
}

async function load(path) {
  try {
    return await readFile(path);
  } catch (error) {
    throw ['ENOENT', 'ENOTDIR'].includes(error.code) ? new NotThere(`${path} is not there`) : new Unreadable(error.message);
  }
}

/** A server that is busy (503), such as making its pages, is asked again for half a minute. */
async function download(url, triesLeft = 30) {
  let answer;
  try {
    answer = await fetch(url);
    if (answer.status === 503 && triesLeft > 0) {
      await answer.body?.cancel();
      await new Promise((resume) => setTimeout(resume, 1_000));
      return download(url, triesLeft - 1);
    }
    if (answer.ok) return Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    throw new Unreadable(`${url}: ${error.cause?.message ?? error.message}`);
  }
  throw [404, 410].includes(answer.status) ? new NotThere(`${url} is not there`) : new Unreadable(`${url}: ${answer.status}`);
}

/** Runs `work` over `items`, some at a time; the results are in the order of the items. */
export async function inTurns(items, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return results;
}
