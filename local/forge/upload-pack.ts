import { packObjects } from 'isomorphic-git';
import { flush, type Packet, packet, readPackets, sideBand, textOf } from './pkt-line.ts';
import { firstUnreachable, peeled, type Request, selectObjects } from './reachable.ts';
import { noCommit, type Repository, refsOf, typeOf } from './repository.ts';

const agent = 'agent=tidegate-forge';

/**
 * The refs with the service's capabilities on the first line, as `GET info/refs?service=git-upload-pack` answers in protocol
 * version 0 (gitprotocol-http, gitprotocol-pack). A client that offers a later version falls back to it.
 */
export const advertise = async (
  repository: Repository,
  service: 'git-upload-pack' | 'git-receive-pack',
  capabilities: readonly string[],
  branch: string,
): Promise<Uint8Array> => {
  const refs = await refsOf(repository);
  const head = refs.get(`refs/heads/${branch}`);
  const reading = service === 'git-upload-pack';
  const lines: string[] = [];
  if (reading && head !== undefined) lines.push(`${head} HEAD`);
  for (const [name, oid] of refs) {
    lines.push(`${oid} ${name}`);
    const commit = reading && name.startsWith('refs/tags/') ? await peeled(repository, oid) : oid;
    if (commit !== oid) lines.push(`${commit} ${name}^{}`);
  }
  const [first = `${noCommit} capabilities^{}`, ...others] = lines;
  return Buffer.concat([
    packet(`# service=${service}\n`),
    flush,
    packet(`${first}\0${[...capabilities, agent].join(' ')}\n`),
    ...others.map((line) => packet(`${line}\n`)),
    flush,
  ]);
};

/** Neither multi_ack (so a client names all it has, then `done`) nor thin packs: packs here are whole and undeltified. */
export const uploadPackCapabilities = (branch: string): readonly string[] => [
  'shallow',
  'no-progress',
  'side-band-64k',
  'allow-tip-sha1-in-want',
  'allow-reachable-sha1-in-want',
  `symref=HEAD:refs/heads/${branch}`,
];

interface Asked extends Request {
  readonly sideBand: boolean;
  /** What followed the wants: haves, flushes and `done`. */
  readonly negotiation: readonly Packet[];
}

/** Reads the body of `POST git-upload-pack`; a string is what is wrong with it. */
const parseRequest = (packets: readonly Packet[]): Asked | string => {
  const end = packets.indexOf('flush');
  if (end < 0) return 'the wants do not end with a flush packet';
  const wants: string[] = [];
  const shallow = new Set<string>();
  let capabilities: readonly string[] = [];
  let depth: number | undefined;
  for (const line of packets.slice(0, end).map((read) => (read === 'flush' ? '' : textOf(read)))) {
    const [word, value = '', ...rest] = line.split(' ');
    if (word === 'want' && /^[0-9a-f]{40}$/.test(value)) {
      if (wants.length === 0) capabilities = rest;
      wants.push(value);
    } else if (word === 'shallow' && /^[0-9a-f]{40}$/.test(value)) shallow.add(value);
    else if (word === 'deepen' && /^[0-9]+$/.test(value)) depth = Number(value) || undefined;
    else return `unexpected line ${JSON.stringify(line.slice(0, 60))}`;
  }
  const negotiation = packets.slice(end + 1);
  const haves = negotiation.flatMap((read) => {
    const [word, oid = ''] = read === 'flush' ? [] : textOf(read).split(' ');
    return word === 'have' ? [oid] : [];
  });
  const asked = { wants, haves, shallow, negotiation, sideBand: capabilities.includes('side-band-64k') };
  return depth === undefined ? asked : { ...asked, depth };
};

/** The answers to one round of haves without multi_ack: the first common one is acknowledged, a round without one is not. */
const acknowledge = (negotiation: readonly Packet[], common: string | undefined): readonly Uint8Array[] => {
  const nak = packet('NAK\n');
  const answers: Uint8Array[] = [];
  let acknowledged = false;
  for (const read of negotiation) {
    const line = read === 'flush' ? 'flush' : textOf(read);
    if (line === `have ${common}` && !acknowledged) {
      answers.push(packet(`ACK ${common}\n`));
      acknowledged = true;
    } else if ((line === 'flush' || line === 'done') && !acknowledged) answers.push(nak);
  }
  return answers;
};

/**
 * Answers `POST git-upload-pack`: where the client's history is cut, what is common, and, once it has said `done`, the pack. Only
 * what a ref leads to can be asked for. A request that can not be served is answered with an `ERR` packet. Throws `BadPacket`.
 */
export const uploadPack = async (repository: Repository, body: Uint8Array): Promise<Uint8Array> => {
  if (body.length === 4) return flush;
  const asked = parseRequest(readPackets(body).packets);
  if (typeof asked === 'string') return packet(`ERR upload-pack: ${asked}`);
  const refs = await refsOf(repository);
  const foreign = await firstUnreachable(repository, refs, asked.wants);
  if (foreign !== undefined) return packet(`ERR upload-pack: not our ref ${foreign}`);

  const haves: string[] = [];
  for (const oid of asked.haves) if ((await typeOf(repository, oid)) === 'commit') haves.push(oid);
  const selection = await selectObjects(repository, { ...asked, haves });
  const boundary =
    asked.depth === undefined
      ? []
      : [
          ...selection.shallow.map((oid) => packet(`shallow ${oid}\n`)),
          ...selection.unshallow.map((oid) => packet(`unshallow ${oid}\n`)),
          flush,
        ];
  const answers = acknowledge(asked.negotiation, haves[0]);
  const done = asked.negotiation.some((read) => read !== 'flush' && textOf(read) === 'done');
  if (!done) return Buffer.concat([...boundary, ...answers]);
  const { packfile = new Uint8Array() } = await packObjects({ ...repository, oids: [...selection.objects] });
  return Buffer.concat([...boundary, ...answers, ...(asked.sideBand ? [...sideBand(packfile), flush] : [packfile])]);
};
