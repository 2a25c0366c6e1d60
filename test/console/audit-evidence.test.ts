import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { fetchEvidence } from '../../cli/audit-evidence.ts';
import { verifyAudit } from '../../shared/audit/verify-audit.ts';
import { auditWrite } from '../../shared/ledger/audit.ts';
import type { Write } from '../../shared/ledger/ledger.ts';
import { openRollout } from '../../shared/ledger/rollouts.ts';
import { openAudit } from '../audit/chained.ts';
import { auditConsole } from './audit-console.ts';

const opened: ReturnType<typeof openAudit>[] = [];
afterEach(() => {
  for (const story of opened.splice(0)) story.close();
});

/** A chain of two links in two rollouts, and what its console gives to whoever verifies, with the size of each answer. */
const open = async () => {
  const story = openAudit();
  opened.push(story);
  const row = { repository: 'acme/fleet', commit: 'c', startedBy: 'ana', authors: [] };
  await story.event('one');
  for (const rollout of ['ro-1', 'ro-2'])
    await openRollout(story.ledger, { ...row, rollout, startedAt: story.clock.now() });
  await story.chain();
  await story.freeze('eks-a');
  await story.chain();
  const site = auditConsole(story);
  const sizes: number[] = [];
  const view = async <View>(path: string): Promise<View> => {
    const text = await (await site.fetch(new Request(`http://127.0.0.1:4180${path}`))).text();
    sizes.push(text.length);
    return JSON.parse(text).view;
  };
  const post = () => Promise.reject(new Error('nothing is changed'));
  return { story, sizes, fetched: () => fetchEvidence({ connection: { url: '' }, view, post }) };
};

const writeAll = async (story: ReturnType<typeof openAudit>, writes: readonly Write[]): Promise<void> => {
  for (let at = 0; at < writes.length; at += 100) await story.ledger.transact(writes.slice(at, at + 100));
};
const numbered = (count: number, digits: number) =>
  Array.from({ length: count }, (_, at) => String(at).padStart(digits, '0'));
const digit64 = (text: string) => `sha256:${text.padStart(64, '0')}`;

it('is given whole in answers that a function of AWS can give, after months and with a chainer that has stopped', async () => {
  const { story, sizes, fetched } = await open();
  const at = story.clock.now();
  const heads = numbered(12_000, 6).map((text) => ({ sequence: 3 + Number(text), link: digit64(text), at }));
  const [file, known] = [join(story.dir, 'heads.jsonl'), await story.anchor.list()];
  writeFileSync(file, [...known, ...heads].map((head) => `${JSON.stringify(head)}\n`).join(''));
  const waiting = numbered(3_000, 6).map((id) =>
    auditWrite({ id, at, actor: 'Tidegate', action: 'deployment', text: id.repeat(200) }),
  );
  const events = numbered(12_000, 6).map(
    (id): Write => ({
      partition: 'rollout#ro-2',
      sort: `event#${id}#${'x'.repeat(400)}`,
      data: { at },
      expect: 'absent',
    }),
  );
  await writeAll(story, [...waiting, ...events]);
  const evidence = await fetched();
  // 6 MB, of which base64 takes a quarter.
  expect(Math.max(...sizes)).toBeLessThan(4_500_000);
  expect(evidence.heads.map(({ link }) => link)).toEqual([...known, ...heads].map(({ link }) => link));
  expect(evidence.waiting.map(({ id }) => id).toSorted()).toEqual(numbered(3_000, 6));
  // Of the hold, of the event of the first rollout, and of those of the second.
  expect(evidence.facts.map(({ partition }) => partition).slice(0, 2)).toEqual(['hold-history', 'rollout#ro-1']);
  expect(evidence.facts.slice(2).map(({ sort }) => sort)).toEqual(events.map(({ sort }) => sort));
});

it('is whole by what it was given', async () => {
  const { fetched } = await open();
  expect(verifyAudit(await fetched())).toMatchObject({ outcome: 'whole', links: 2, anchored: { sequence: 2 } });
});

it('is refused where a link stands under a key that leads back to it', async () => {
  const { story, fetched } = await open();
  const [link] = await story.ledger.query('audit-links', { limit: 1 });
  await story.ledger.put({ partition: 'audit-links', sort: '1', data: link?.data ?? {}, expect: 'absent' });
  await expect(fetched()).rejects.toThrow(
    'link 1 stands under a key behind its own; what is kept there is not what was chained',
  );
});
