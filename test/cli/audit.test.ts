import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { headName, headText } from '../../shared/audit/anchor.ts';
import { readNewestLink } from '../../shared/audit/chain-rows.ts';
import { headOf } from '../../shared/audit/link.ts';
import { openRollout } from '../../shared/ledger/rollouts.ts';
import { openAudit } from '../audit/chained.ts';
import { auditConsole } from '../console/audit-console.ts';
import { serve } from '../console/serve.ts';
import { ran as runCommand } from './recording-terminal.ts';

const story = openAudit();
let url = '';
let close = async (): Promise<void> => undefined;
let pem = '';

beforeAll(async () => {
  const row = { rollout: 'ro-1', repository: 'acme/fleet', commit: 'c', startedBy: 'ana', authors: [] };
  await story.event('first');
  await openRollout(story.ledger, { ...row, startedAt: story.clock.now() });
  await story.freeze('eks-a');
  await story.chain();
  await story.event('second', 'eks-a');
  await story.chain();
  const site = auditConsole(story);
  ({ url, close } = await serve(site.fetch));
  pem = join(story.dir, 'audit.pem');
  writeFileSync(pem, await story.tools.signer.publicKey());
});
afterAll(async () => {
  await close();
  story.close();
});

const ran = (...args: readonly string[]) =>
  runCommand(['audit', ...args, '--url', url], { env: { TIDEGATE_TOKEN: 'ana' }, directory: story.dir });
/** Without an instance. */
const offline = (...args: readonly string[]) => runCommand(['audit', 'verify', ...args], { directory: story.dir });

describe('tidegate audit', () => {
  test('lists what was done, newest first, by who, what and when', async () => {
    const lines = async (...args: readonly string[]) =>
      (await ran(...args, '--json')).out.map((line) => JSON.parse(line).text);
    const frozen = 'target eks-a is frozen: upgrade';
    expect(await lines()).toEqual(['second', frozen, 'first']);
    expect(await lines('--actor', 'ana')).toEqual([frozen]);
    expect(await lines('--target', 'eks-a')).toEqual(['second', frozen]);
    expect(await lines('--rollout', 'ro-1', '--since', '2026-03-02T09:02:00Z')).toEqual(['second']);
    expect((await ran()).out[1]).toBe(`2026-03-02T09:02:00.000Z  ana freeze: ${frozen}  (eks-a, link 1)`);
    expect(await ran('--actor', 'nobody')).toMatchObject({
      exitCode: 0,
      out: [],
      said: ['nothing of this kind was done'],
    });
  });

  test.each([
    [['check'], 'audit check: expected nothing, or verify'],
    [['--since', '5'], '--since 5: expected how long ago, as 12h or 7d, or a time, as 2026-03-01T12:00:00Z'],
    [
      ['--since', 'yesterday'],
      '--since yesterday: expected how long ago, as 12h or 7d, or a time, as 2026-03-01T12:00:00Z',
    ],
    [['verify', '--key', 'none.pem'], 'none.pem: can not be read'],
    [['verify', '--file', 'audit.pem'], 'audit.pem:1: expected one JSON object; the export was cut off or changed'],
    [
      ['verify', '--heads', 'audit.pem'],
      'audit.pem: has no heads; expected objects of the bucket, or one head per line',
    ],
  ])('refuses %j', async (args, message) => {
    const { exitCode, said } = await ran(...args);
    expect([exitCode, said.join('\n')]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('tidegate audit verify', () => {
  test('says how far it is whole, and what that rests on', async () => {
    const newest = await readNewestLink(story.ledger);
    const [head] = (await story.anchor.list()).slice(-1);
    const { exitCode, out } = await ran('verify', '--key', 'audit.pem');
    expect([exitCode, out]).toEqual([
      0,
      [
        'WHOLE  2 links, 3 entries as they were chained',
        `  up to link 2 of 2026-03-02T09:03:00.000Z: ${head?.link}`,
        '  anchored up to link 2',
        `  signed by your key ${newest?.key}`,
      ],
    ]);
    expect((await ran('verify')).out.at(-1)).toMatch(
      /^ {2}signed by key sha256:\S+, which the instance itself says is right; /,
    );
  });

  test('says so as one object', async () => {
    const { out } = await ran('verify', '--json');
    expect(out.map((line) => JSON.parse(line))).toEqual([
      {
        verification: {
          ...{ outcome: 'whole', findings: 0, links: 2, keysFrom: 'instance', lookedForUnchained: true },
          entries: { verified: 3, hidden: 0, expired: 0, waiting: 0 },
          head: { sequence: 2, link: expect.stringMatching(/^sha256:/), at: Date.parse('2026-03-02T09:03:00Z') },
          anchored: { sequence: 2, at: Date.parse('2026-03-02T09:03:00Z') },
          keys: [expect.stringMatching(/^sha256:/)],
        },
      },
    ]);
  });

  test('verifies an export without the instance, and finds what was changed in it', async () => {
    expect(await ran('--export', 'all.jsonl')).toMatchObject({ exitCode: 0, out: [] });
    const file = join(story.dir, 'all.jsonl');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await ran('--export', 'all.jsonl')).toMatchObject({ exitCode: 2 });
    expect(await offline('--file', 'all.jsonl', '--key', 'audit.pem')).toMatchObject({ exitCode: 0 });
    const text = readFileSync(file, 'utf8');
    writeFileSync(join(story.dir, 'edited.jsonl'), text.replace('"text":"first"', '"text":"\\u001b[2Jforged"'));
    const { exitCode, out } = await offline('--file', 'edited.jsonl', '--key', 'audit.pem');
    expect([exitCode, out.slice(0, 2)]).toEqual([
      3,
      [
        'DAMAGED  1 finding; 2 links, 2 entries as they were chained',
        expect.stringMatching(
          /^ {2}entry-edited {2}entry 1 of link 1 \(deployment by Tidegate, 2026-03-02T09:01:00.000Z\): its digest is /,
        ),
      ],
    ]);
    writeFileSync(join(story.dir, 'cut.jsonl'), text.slice(0, text.length - 20));
    expect(await offline('--file', 'cut.jsonl')).toMatchObject({ exitCode: 2 });
  });

  test('finds an old export by heads that somebody keeps, as a folder of the bucket or a file', async () => {
    await ran('--export', 'old.jsonl');
    await story.event('third');
    await story.chain();
    const newest = await readNewestLink(story.ledger);
    if (newest === undefined) throw new Error('a link');
    mkdirSync(join(story.dir, 'kept', 'heads'), { recursive: true });
    writeFileSync(join(story.dir, 'kept', 'heads', headName(headOf(newest))), headText(newest));
    for (const heads of ['kept', 'heads.jsonl']) {
      const { exitCode, out } = await offline('--file', 'old.jsonl', '--key', 'audit.pem', '--heads', heads, '--json');
      expect([exitCode, JSON.parse(out[0] ?? '').finding]).toEqual([
        3,
        {
          code: 'truncated',
          where: 'link 2',
          because:
            'the chain ends here, and link 3 was anchored at 2026-03-02T09:04:00.000Z: its end was cut off, or this is an old copy',
        },
      ]);
    }
    expect(await ran('verify', '--heads', 'kept', '--key', 'audit.pem')).toMatchObject({ exitCode: 0 });
  });

  test('of nothing is neither well nor bad', async () => {
    writeFileSync(
      join(story.dir, 'none.jsonl'),
      `${JSON.stringify({ kind: 'start', start: { format: 1, madeAt: 0, keys: [], withheld: false } })}\n`,
    );
    expect(await offline('--file', 'none.jsonl')).toMatchObject({
      exitCode: 7,
      out: expect.arrayContaining(['NOTHING  nothing is chained yet, so nothing was verified']),
    });
  });
});
