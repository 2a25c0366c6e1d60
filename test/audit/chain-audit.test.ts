import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';
import type { Anchor } from '../../shared/audit/anchor.ts';
import { readEntries, readLinks, readNewestLink } from '../../shared/audit/chain-rows.ts';
import { linkDigest } from '../../shared/audit/link.ts';
import { nextLink } from '../../shared/audit/next-link.ts';
import { verifyAudit } from '../../shared/audit/verify-audit.ts';
import { readWaiting } from '../../shared/ledger/audit.ts';
import { LedgerConflict } from '../../shared/ledger/conflict.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { openAudit } from './chained.ts';
import { evidenceOf } from './evidence.ts';

const opened: ReturnType<typeof openAudit>[] = [];
const open = (wrapped?: (ledger: Ledger) => Ledger) => {
  const story = openAudit(wrapped);
  opened.push(story);
  return story;
};
afterEach(() => {
  for (const story of opened.splice(0)) story.close();
});

const chained = async (ledger: Ledger): Promise<readonly string[]> => {
  const links = await readLinks(ledger, 0, 1000);
  const entries = await Promise.all(links.map(({ sequence }) => readEntries(ledger, sequence)));
  return entries.flat().map(({ entry }) => entry.text);
};
const whole = async (story: ReturnType<typeof openAudit>) => {
  const { outcome, findings } = verifyAudit(await evidenceOf(story));
  expect({ outcome, findings }).toEqual({ outcome: 'whole', findings: [] });
};

describe('what was done', () => {
  it('waits, and has its place in the chain with the next run, in the order in which it was done', async () => {
    const story = open();
    for (const text of ['one', 'two', 'three']) await story.event(text);
    await story.freeze('eks-a');
    expect(await story.chain()).toEqual({ entries: 4, head: 1 });
    expect(await chained(story.ledger)).toEqual(['one', 'two', 'three', 'target eks-a is frozen: upgrade']);
    expect(await readWaiting(story.ledger, {})).toEqual([]);
    await whole(story);
  });

  it('is a link of its own for each 49, however many there are, and no link where there is nothing', async () => {
    const story = open();
    for (let number = 0; number < 120; number += 1) await story.event(`event ${String(number).padStart(3, '0')}`);
    expect(await story.chain()).toEqual({ entries: 120, head: 3 });
    expect((await readLinks(story.ledger, 0, 10)).map(({ link }) => link.entries.length)).toEqual([49, 49, 22]);
    expect(await story.chain()).toEqual({ entries: 0, head: 3 });
    expect(await chained(story.ledger)).toEqual([...(await chained(story.ledger))].sort());
    await whole(story);
  });

  it('says who did it, on what, and names the row that holds all of it by its digest', async () => {
    const story = open();
    await story.freeze('eks-a');
    await story.chain();
    const [found] = await readEntries(story.ledger, 1);
    expect(found?.entry).toEqual({
      id: '001772442060000#set#freeze#target#eks-a',
      at: Date.parse('2026-03-02T09:01:00Z'),
      actor: 'ana',
      action: 'freeze',
      text: 'target eks-a is frozen: upgrade',
      target: 'eks-a',
      fact: {
        partition: 'hold-history',
        sort: '001772442060000#set#freeze#target#eks-a',
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
      salt: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('is kept outside as its newest head, in a file of its owner alone', async () => {
    const story = open();
    await story.event('one');
    await story.chain();
    await story.event('two');
    await story.chain();
    const newest = await readNewestLink(story.ledger);
    const heads = await story.anchor.list();
    expect(heads.map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(heads.at(-1)?.link).toBe(newest && linkDigest(newest));
    const file = join(story.dir, 'heads.jsonl');
    expect([readFileSync(file, 'utf8').split('\n').length, statSync(file).mode & 0o777]).toEqual([3, 0o600]);
  });

  it('is there after one that a death cut off in the middle', async () => {
    const story = open();
    writeFileSync(join(story.dir, 'heads.jsonl'), '{"sequence":1,"li');
    await story.event('one');
    await story.chain();
    expect((await story.anchor.list()).map(({ sequence }) => sequence)).toEqual([1]);
  });
});

test('a clock that goes back makes no link older than the one before it', () => {
  const first = nextLink(undefined, [], 5_000, 'sha256:k');
  expect([first.sequence, nextLink(first, [], 4_000, 'sha256:k').at]).toEqual([1, 5_000]);
});

describe('two chainers at once', () => {
  it.each([2, 3])('of %s, each thing is chained once, in one chain', async (count) => {
    const story = open();
    for (let number = 0; number < 120; number += 1) await story.event(`event ${number}`);
    const runs = await Promise.all(Array.from({ length: count }, () => story.chain()));
    expect(runs.reduce((sum, { entries }) => sum + entries, 0)).toBe(120);
    const texts = await chained(story.ledger);
    expect([texts.length, new Set(texts).size]).toEqual([120, 120]);
    await whole(story);
  });
});

it('waits out a step that asks for its entry again while that is chained', async () => {
  let conflicts = 2;
  const story = open((bare) => ({
    ...bare,
    transact: async (changes) => {
      const [first] = changes;
      if (first?.partition === 'audit-links' && conflicts > 0) {
        conflicts -= 1;
        throw new LedgerConflict(first);
      }
      return bare.transact(changes);
    },
  }));
  await story.event('one');
  expect(await story.chain()).toEqual({ entries: 1, head: 1 });
  await whole(story);
});

/** A ledger and an anchor that die before or after their nth write. */
const dying = (at: { left: number; when: 'before' | 'after' }) => {
  const writing = async <Result>(write: () => Promise<Result>): Promise<Result> => {
    at.left -= 1;
    if (at.left === 0 && at.when === 'before') throw new Error('died');
    const result = await write();
    if (at.left === 0) throw new Error('died');
    return result;
  };
  const ledger = (bare: Ledger): Ledger => ({
    ...bare,
    put: (write) => writing(() => bare.put(write)),
    transact: (changes) => writing(() => bare.transact(changes)),
    remove: (key) => writing(() => bare.remove(key)),
  });
  const anchor = (bare: Anchor): Anchor => ({ ...bare, put: (link) => writing(() => bare.put(link)) });
  return { ledger, anchor };
};

describe('a run that dies', () => {
  const points = [1, 2, 3, 4, 5].flatMap((left) => (['before', 'after'] as const).map((when) => [when, left] as const));
  it.each(points)('%s its write %s loses nothing and does nothing twice', async (when, left) => {
    const at = { left: 1_000, when };
    const { ledger, anchor } = dying(at);
    const story = open(ledger);
    const tools = { ...story.tools, anchor: anchor(story.anchor) };
    await story.event('before');
    await story.chain(tools);
    for (let number = 0; number < 60; number += 1) await story.event(`event ${number}`);
    at.left = left;
    await story.chain(tools).catch((error: unknown) => expect(String(error)).toBe('Error: died'));
    at.left = 1_000;
    await story.chain(tools);
    const texts = await chained(story.ledger);
    expect([texts.length, new Set(texts).size]).toEqual([61, 61]);
    const newest = await readNewestLink(story.ledger);
    expect((await story.anchor.list()).at(-1)?.link).toBe(newest && linkDigest(newest));
    await whole(story);
  });
});

it('does not go on from a ledger that ends before what was anchored', async () => {
  const story = open();
  for (const text of ['one', 'two']) {
    await story.event(text);
    await story.chain();
  }
  await story.ledger.remove({ partition: 'audit-links', sort: '000000000002', expect: 1 });
  await story.event('three');
  await expect(story.chain()).rejects.toThrow(/the ledger ends with link 1, and link 2 was anchored; run `tidegate/);
  expect((await readWaiting(story.ledger, {})).length).toBe(1);
});
