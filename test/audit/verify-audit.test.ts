import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../../shared/audit/evidence.ts';
import { headOf, messageOf } from '../../shared/audit/link.ts';
import { fingerprintOf, secretSigner } from '../../shared/audit/signing.ts';
import { verifyAudit } from '../../shared/audit/verify-audit.ts';
import { keepAlerts } from '../../shared/ledger/alerts.ts';
import { openRollout } from '../../shared/ledger/rollouts.ts';
import { minute, openAudit, seedSecret } from './chained.ts';
import { evidenceOf } from './evidence.ts';

type Story = ReturnType<typeof openAudit>;

/** Three links of two entries each; the last entry is of a private target. */
const told = async (): Promise<Story> => {
  const story = openAudit();
  const row = { rollout: 'ro-1', repository: 'acme/fleet', commit: 'c', startedBy: 'ana', authors: [] };
  for (const [first, second] of [
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'f'],
  ] as const) {
    await story.event(first);
    if (first === 'a') await openRollout(story.ledger, { ...row, startedAt: story.clock.now() });
    await story.event(second, second === 'f' ? 'secret-prod' : undefined);
    await story.chain();
  }
  return story;
};

/** Changes made by hand in the file, past everything. */
const byHand = (story: Story, sql: string): void => {
  const database = new DatabaseSync(story.file);
  database.exec(sql);
  database.close();
};
const found = async (story: Story, pinned?: readonly string[]) => {
  const { outcome, findings } = verifyAudit(await evidenceOf(story), pinned);
  return { outcome, findings: findings.map(({ code, where }) => `${code}: ${where}`) };
};

const entry = (sort: string) => `partition = 'audit-entries' AND sort = '${sort}'`;
const link = (number: number) => `partition = 'audit-links' AND sort = '${String(number).padStart(12, '0')}'`;
const two = '000000000002';
const three = '000000000003';
const edited = 'data = replace(data, \'"text":"c"\', \'"text":"C"\')';
const cutTail = `DELETE FROM ledger WHERE ${link(3)}; DELETE FROM ledger WHERE partition = 'audit-entries' AND sort LIKE '${three}#%';
  DELETE FROM ledger WHERE partition = 'audit-anchored';`;
const cOf = 'entry 1 of link 2 (deployment by Tidegate, 2026-03-02T09:03:00.000Z)';
const dOf = 'entry 2 of link 2 (deployment by Tidegate, 2026-03-02T09:04:00.000Z)';

/** What somebody did to the file, and what is found of it. */
const tampered: Readonly<Record<string, { readonly sql: string; readonly found: readonly (string | RegExp)[] }>> = {
  'an entry is edited': {
    sql: `UPDATE ledger SET ${edited} WHERE ${entry(`${two}#000`)}`,
    found: [`entry-edited: ${cOf}`],
  },
  'the event that an entry is about is edited': {
    sql: `UPDATE ledger SET ${edited} WHERE partition = 'rollout#ro-1' AND sort LIKE 'event#%'`,
    found: [`fact-edited: ${cOf}`],
  },
  'the event that an entry is about is taken out': {
    sql: `DELETE FROM ledger WHERE partition = 'rollout#ro-1' AND sort LIKE 'event#%' AND data LIKE '%"text":"c"%'`,
    found: [`fact-gone: ${cOf}`],
  },
  'an entry is taken out': {
    sql: `DELETE FROM ledger WHERE ${entry(`${two}#001`)}`,
    found: ['entry-gone: entry 2 of link 2', /^fact-unchained: row rollout#ro-1 event#/],
  },
  'two entries change places': {
    sql: `UPDATE ledger SET sort = 'x' WHERE ${entry(`${two}#000`)}; UPDATE ledger SET sort = '${two}#000' WHERE ${entry(`${two}#001`)};
      UPDATE ledger SET sort = '${two}#001' WHERE ${entry('x')}`,
    found: [`entry-moved: ${dOf.replace('entry 2', 'entry 1')}`, `entry-moved: ${cOf.replace('entry 1', 'entry 2')}`],
  },
  'an entry is put in': {
    sql: `INSERT INTO ledger SELECT partition, '${two}#002', version, replace(data, '"id":"', '"id":"x'), expires_at FROM ledger WHERE ${entry(`${two}#000`)}`,
    found: [`entry-extra: ${cOf.replace('entry 1', 'entry 3')}`],
  },
  'an entry is put in a second time': {
    sql: `INSERT INTO ledger SELECT partition, '${three}#002', version, data, expires_at FROM ledger WHERE ${entry(`${two}#000`)}`,
    found: [`entry-extra: ${cOf.replace('entry 1 of link 2', 'entry 3 of link 3')}`, 'entry-twice: entry 3 of link 3'],
  },
  'an event is put in by hand': {
    sql: `INSERT INTO ledger VALUES ('rollout#ro-1', 'event#001772442300000#11#forged', 1, '{"at":1772442300000,"kind":"approval","text":"approved by bo"}', NULL)`,
    found: ['fact-unchained: row rollout#ro-1 event#001772442300000#11#forged'],
  },
  'a link is taken out': {
    sql: `DELETE FROM ledger WHERE ${link(2)}; DELETE FROM ledger WHERE partition = 'audit-entries' AND sort LIKE '${two}#%'`,
    found: ['link-missing: link 3', /^fact-unchained/, /^fact-unchained/],
  },
  'two links change places': {
    sql: `UPDATE ledger SET sort = 'x' WHERE ${link(2)}; UPDATE ledger SET sort = '${two}' WHERE ${link(3)};
      UPDATE ledger SET sort = '${three}' WHERE partition = 'audit-links' AND sort = 'x'`,
    found: [
      ...['link-misplaced: link 2', 'link-unlinked: link 2', 'link-misplaced: link 3', 'link-unlinked: link 3'],
      ...[/^entry-edited: entry 1 of link 2/, /^entry-edited: entry 2 of link 2/],
      ...[/^entry-edited: entry 1 of link 3/, /^entry-edited: entry 2 of link 3/],
      ...['forked: link 2', 'forked: link 3'],
    ],
  },
  'a link is put in the place of the next': {
    sql: `UPDATE ledger SET data = (SELECT data FROM ledger WHERE ${link(2)}) WHERE ${link(3)}`,
    found: [
      ...['link-misplaced: link 3', 'link-unlinked: link 3'],
      ...[/^entry-edited: entry 1 of link 3/, /^entry-edited: entry 2 of link 3/, 'forked: link 3'],
    ],
  },
  'the time of a link is edited': {
    sql: `UPDATE ledger SET data = json_set(data, '$.at', 5) WHERE ${link(2)}`,
    found: ['link-edited: link 2', 'link-unlinked: link 3', 'forked: link 2'],
  },
  'the end is cut off': {
    sql: cutTail,
    found: [/^fact-unchained/, /^fact-unchained/, 'truncated: link 2'],
  },
  'the end is cut off, with the events that it is about': {
    sql: `${cutTail} DELETE FROM ledger WHERE partition = 'rollout#ro-1' AND (data LIKE '%"text":"e"%' OR data LIKE '%"text":"f"%')`,
    found: ['truncated: link 2'],
  },
  'all of it is thrown away': {
    sql: "DELETE FROM ledger WHERE partition LIKE 'audit-%'",
    found: ['truncated: link 0'],
  },
};

describe('what somebody does to the ledger by hand', () => {
  it.each(Object.entries(tampered))('is found and named: %s', async (_, { sql, found: expected }) => {
    const story = await told();
    expect(await found(story)).toEqual({ outcome: 'whole', findings: [] });
    // So long that nothing is under way any more.
    story.clock.move(60 * minute);
    byHand(story, sql);
    const { outcome, findings } = await found(story);
    story.close();
    expect(outcome).toBe('damaged');
    expect(findings).toEqual(expected.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))));
  });
});

describe('a chain', () => {
  let story: Story;
  let evidence: Evidence;
  beforeAll(async () => {
    story = await told();
    evidence = await evidenceOf(story);
  });
  afterAll(() => story.close());

  it('verifies as it is, and says what that is worth', async () => {
    const pem = await story.tools.signer.publicKey();
    expect(verifyAudit(evidence, [pem])).toEqual({
      outcome: 'whole',
      findings: [],
      links: 3,
      entries: { verified: 6, hidden: 0, expired: 0, waiting: 0 },
      head: { sequence: 3, link: evidence.heads.at(-1)?.link, at: evidence.links.at(-1)?.link.at },
      anchored: { sequence: 3, at: evidence.heads.at(-1)?.at },
      keys: [fingerprintOf(pem)],
      keysFrom: 'asker',
      lookedForUnchained: true,
    });
    expect(verifyAudit(evidence).keysFrom).toBe('instance');
  });

  it('verifies for whoever may not see a target, who is given the digest of what is about it and no more', async () => {
    const seen = await evidenceOf(story, new Set(['secret-prod']));
    expect(JSON.stringify(seen)).not.toContain('secret-prod');
    const { outcome, entries, lookedForUnchained } = verifyAudit(seen);
    expect({ outcome, entries, lookedForUnchained }).toEqual({
      outcome: 'whole',
      entries: { verified: 5, hidden: 1, expired: 0, waiting: 0 },
      lookedForUnchained: false,
    });
  });

  it('of entries past their retention counts them, and calls nothing of it damage', () => {
    const late = { ...evidence.start, madeAt: evidence.start.madeAt + 401 * 24 * 3_600_000 };
    const links = evidence.links.map((each) => ({ ...each, entries: [] }));
    const { outcome, entries } = verifyAudit({ ...evidence, start: late, links, facts: [] });
    expect({ outcome, entries }).toEqual({
      outcome: 'whole',
      entries: { verified: 0, hidden: 0, expired: 6, waiting: 0 },
    });
  });

  it('of entries that went while it was read counts them, and calls nothing of it damage', () => {
    const at = evidence.links.map(({ link: { at: made } }) => made + 400 * 24 * 3_600_000);
    const madeAt = Math.min(...at) - 1_000;
    const [first, ...others] = evidence.links;
    if (first === undefined) throw new Error('three links');
    const verified = (start: number) =>
      verifyAudit({
        ...{ ...evidence, start: { ...evidence.start, madeAt: start }, facts: [] },
        links: [{ ...first, entries: [] }, ...others],
      });
    expect(verified(madeAt)).toMatchObject({ outcome: 'whole', entries: { verified: 4, expired: 2 } });
    expect(verified(madeAt - 2 * 3_600_000).findings.map(({ code }) => code)).toEqual(['entry-gone', 'entry-gone']);
  });

  it('that is an old copy is found by newer heads', () => {
    const old = { ...evidence, links: evidence.links.slice(0, 2), heads: evidence.heads.slice(0, 2), facts: [] };
    expect(verifyAudit(old).outcome).toBe('whole');
    expect(verifyAudit({ ...old, heads: evidence.heads }).findings).toEqual([
      {
        code: 'truncated',
        where: 'link 2',
        because: expect.stringMatching(/^the chain ends here, and link 3 was anchored at 2026-03-02T09:06:00.000Z: /),
      },
    ]);
  });

  it('that holds a link twice is found, wherever it comes from', () => {
    const [first, second, third] = evidence.links;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three links');
    const { findings } = verifyAudit({ ...evidence, links: [first, second, second, third] });
    expect(findings.map(({ code, where }) => `${code}: ${where}`)).toEqual([
      'link-again: link 2',
      'entry-twice: entry 1 of link 2',
      'entry-twice: entry 2 of link 2',
    ]);
  });

  it('that is signed anew by another key is found, also where that key stands in the ledger', async () => {
    const own = await story.tools.signer.publicKey();
    const other = secretSigner(seedSecret('2'));
    const pem = await other.publicKey();
    const [first, second, third] = evidence.links;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three links');
    const body = { ...third.link, key: fingerprintOf(pem) };
    const forged = { ...third, link: { ...body, signature: await other.sign(messageOf(body)) } };
    const changed = { ...evidence, links: [first, second, forged], heads: evidence.heads.slice(0, 2) };
    const codes = (given: Evidence, pinned?: readonly string[]) =>
      verifyAudit(given, pinned).findings.map(({ code, where }) => `${code}: ${where}`);
    expect(codes({ ...changed, start: { ...changed.start, keys: [own, pem] } })).toEqual(['other-key: link 3']);
    expect(codes(changed, [own])).toEqual(['other-key: link 3']);
    expect(codes(changed, [own, pem])).toEqual([]);
    // The head that was anchored before is of the link that is gone.
    expect(codes({ ...changed, heads: evidence.heads }, [own, pem])).toEqual(['forked: link 3']);
    // Its key named as ours, and signed by theirs.
    const claimed = { ...forged, link: { ...forged.link, key: fingerprintOf(own) } };
    expect(codes({ ...changed, links: [first, second, claimed] }, [own])).toEqual(['link-edited: link 3']);
  });

  it('without heads, and with what waits for long, is not whole', () => {
    const later = { ...evidence.start, madeAt: evidence.start.madeAt + 11 * minute };
    const waiting = [{ id: 'x', at: evidence.start.madeAt, actor: 'ana', action: 'halt', text: 'the fleet is halted' }];
    expect(verifyAudit({ ...evidence, start: later, heads: [], waiting }).findings.map(({ code }) => code)).toEqual([
      'not-chained',
      'not-anchored',
    ]);
    // Within the minutes that it takes it is.
    expect(verifyAudit({ ...evidence, heads: [], waiting }).outcome).toBe('whole');
  });

  it('is whole in the minute in which an alert holds alone that has fired for long beside another', async () => {
    const other = await told();
    const place = { scope: 'target', name: 'eks-a' } as const;
    const report = (id: string, status: 'firing' | 'resolved') => ({ id, name: id, status, labels: {} });
    for (const id of ['slow', 'full']) {
      await keepAlerts(other.ledger, place, [report(id, 'firing')], other.clock.now());
      other.clock.move(minute);
    }
    await other.chain();
    other.clock.move(60 * minute);
    await keepAlerts(other.ledger, place, [report('slow', 'resolved')], other.clock.now());
    const { outcome, entries } = verifyAudit(await evidenceOf(other));
    other.close();
    expect({ outcome, waiting: entries.waiting }).toEqual({ outcome: 'whole', waiting: 1 });
  });

  it('of which there is nothing yet is neither whole nor damaged', () => {
    expect(verifyAudit({ ...evidence, links: [], heads: [], facts: [] }).outcome).toBe('nothing');
  });

  it('is known by its head alone', () => {
    expect(evidence.heads.map(({ link: digest }) => digest)).toEqual(
      evidence.links.map(({ link: each }) => headOf(each).link),
    );
  });
});
