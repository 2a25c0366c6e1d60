import { createHash } from 'node:crypto';
import { deleteRef, indexPack, writeRef } from 'isomorphic-git';
import { flush, packet, readPackets, sideBand, textOf } from './pkt-line.ts';
import { selectObjects } from './reachable.ts';
import { historyOf, noCommit, type Repository, refsOf, typeOf } from './repository.ts';

/** One ref to move. `from` or `to` is `noCommit` where the ref is made or removed. */
export interface RefUpdate {
  readonly ref: string;
  readonly from: string;
  readonly to: string;
}

/** What a push may not do to the branch that is released. */
export interface Protection {
  readonly branch: string;
}

/** `no-thin`: what is stored must stand alone, so that stock git can read the folder. */
export const receivePackCapabilities: readonly string[] = [
  'report-status',
  'delete-refs',
  'side-band-64k',
  'ofs-delta',
  'no-thin',
];

/** Whether `name` is a branch or tag name that git itself would take (git-check-ref-format). */
export const isRefName = (name: string): boolean =>
  /^refs\/(heads|tags)\/[^\s~^:?*[\\\p{Cc}]+$/u.test(name) &&
  !/\.\.|@\{|\/\/|\/$|\.$|(^|\/)\.|\.lock(\/|$)/.test(name) &&
  name.length <= 255;

interface Pushed {
  readonly updates: readonly RefUpdate[];
  readonly sideBand: boolean;
  readonly pack: Uint8Array;
}

const parsePush = (body: Uint8Array): Pushed | string => {
  const { packets, next } = readPackets(body, (read) => read === 'flush');
  const updates: RefUpdate[] = [];
  let capabilities: readonly string[] = [];
  for (const read of packets) {
    if (read === 'flush') break;
    const [line = '', given] = textOf(read).split('\0');
    if (given !== undefined) capabilities = given.trim().split(' ');
    if (line.startsWith('shallow ')) continue;
    const [from = '', to = '', ref = ''] = line.split(' ');
    if (!/^[0-9a-f]{40}$/.test(from) || !/^[0-9a-f]{40}$/.test(to))
      return `unexpected line ${JSON.stringify(line.slice(0, 60))}`;
    updates.push({ ref, from, to });
  }
  return { updates, sideBand: capabilities.includes('side-band-64k'), pack: body.subarray(next) };
};

/** Stores and indexes the pack; the answer is what git reports as its unpacking: `ok` or a reason. */
const storePack = async (repository: Repository, pack: Uint8Array): Promise<string> => {
  const header = Buffer.from(pack.subarray(0, 12));
  if (pack.length < 32 || header.toString('latin1', 0, 4) !== 'PACK') return 'the pack is missing or cut short';
  if (header.readUInt32BE(8) === 0) return 'ok';
  const checksum = Buffer.from(pack.subarray(-20)).toString('hex');
  if (createHash('sha1').update(pack.subarray(0, -20)).digest('hex') !== checksum)
    return 'the pack does not match its checksum';
  const path = `objects/pack/pack-${checksum}`;
  const { promises } = repository.fs;
  await promises.mkdir(`${repository.gitdir}/objects/pack`, { recursive: true });
  await promises.writeFile(`${repository.gitdir}/${path}.pack`, pack);
  try {
    await indexPack({ ...repository, dir: repository.gitdir, filepath: `${path}.pack` });
    return 'ok';
  } catch (error) {
    await promises.unlink(`${repository.gitdir}/${path}.pack`);
    return `the pack can not be read: ${error instanceof Error ? error.message : 'unknown error'}`;
  }
};

/** Why a branch can not point to `oid`: the commit or something it needs is not here. `undefined` when all of it is. */
const missingFor = async (
  repository: Repository,
  oid: string,
  known: readonly string[],
): Promise<string | undefined> => {
  if ((await typeOf(repository, oid)) === undefined) return 'missing necessary objects';
  try {
    const { objects } = await selectObjects(repository, { wants: [oid], haves: known, shallow: new Set() });
    for (const object of objects)
      if ((await typeOf(repository, object)) === undefined) return 'missing necessary objects';
    return undefined;
  } catch {
    return 'missing necessary objects';
  }
};

const refusalOf = async (
  repository: Repository,
  update: RefUpdate,
  refs: ReadonlyMap<string, string>,
  protection: Protection,
): Promise<string | undefined> => {
  if (!isRefName(update.ref)) return 'funny refname';
  if ((refs.get(update.ref) ?? noCommit) !== update.from) return 'fetch first';
  const isProtected = update.ref === `refs/heads/${protection.branch}`;
  if (update.to === noCommit) return isProtected ? 'protected branch: deletion is not allowed' : undefined;
  const commits = await Promise.all(
    [...refs.values()].map(async (oid) => [oid, await typeOf(repository, oid)] as const),
  );
  const known = commits.flatMap(([oid, type]) => (type === 'commit' ? [oid] : []));
  const missing = await missingFor(repository, update.to, known);
  if (missing !== undefined) return missing;
  const type = await typeOf(repository, update.to);
  if (update.ref.startsWith('refs/heads/') && type !== 'commit') return 'a branch must name a commit';
  if (isProtected && update.from !== noCommit && !(await historyOf(repository, [update.to])).has(update.from)) {
    return 'protected branch: not a fast-forward';
  }
  return undefined;
};

/**
 * Answers `POST git-receive-pack` with its report (gitprotocol-pack, report-status) and says which refs moved. Nothing moves when
 * the pack is bad; a ref that is refused leaves the others to be done. Throws `BadPacket`.
 */
export const receivePack = async (
  repository: Repository,
  body: Uint8Array,
  protection: Protection,
): Promise<{ readonly response: Uint8Array; readonly updates: readonly RefUpdate[] }> => {
  if (body.length === 4) return { response: flush, updates: [] };
  const pushed = parsePush(body);
  if (typeof pushed === 'string') return { response: packet(`ERR receive-pack: ${pushed}`), updates: [] };
  const needsPack = pushed.updates.some(({ to }) => to !== noCommit);
  const unpacked = needsPack ? await storePack(repository, pushed.pack) : 'ok';
  const report = [packet(`unpack ${unpacked}\n`)];
  const updates: RefUpdate[] = [];
  for (const update of pushed.updates) {
    const refused =
      unpacked === 'ok' ? await refusalOf(repository, update, await refsOf(repository), protection) : 'unpacker error';
    if (refused === undefined) {
      await moveRef(repository, update);
      updates.push(update);
    }
    report.push(packet(refused === undefined ? `ok ${update.ref}\n` : `ng ${update.ref} ${refused}\n`));
  }
  const whole = Buffer.concat([...report, flush]);
  return { response: pushed.sideBand ? Buffer.concat([...sideBand(whole), flush]) : whole, updates };
};

/** Makes, moves or removes the ref; twice is safe. */
export const moveRef = async (repository: Repository, update: RefUpdate): Promise<void> => {
  if (update.to === noCommit) await deleteRef({ ...repository, ref: update.ref });
  else await writeRef({ ...repository, ref: update.ref, value: update.to, force: true });
};
