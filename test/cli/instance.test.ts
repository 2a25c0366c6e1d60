import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { endRollout } from '../../shared/ledger/rollouts.ts';
import { minutes, now, type Story, tellStory } from '../console/fleet-story.ts';
import { serve } from '../console/serve.ts';
import { consoleOver, type StoryConsole } from '../console/story-console.ts';
import { ran as runCommand } from './recording-terminal.ts';

let story: Story;
let site: StoryConsole;
let url = '';
const opened: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  story = await tellStory();
  site = consoleOver(story);
  const server = await serve(site.fetch);
  opened.push(server);
  url = server.url;
});
afterAll(async () => {
  for (const server of opened) await server.close();
});

const ran = (args: readonly string[], answer?: string | readonly string[], who = 'ana') =>
  runCommand([...args, '--url', url], { env: { TIDEGATE_TOKEN: who }, ...(answer === undefined ? {} : { answer }) });

test('status says first what waits for a person, with the command that decides on it', async () => {
  const { exitCode, out } = await ran(['status']);
  expect(exitCode).toBe(0);
  expect(out.slice(0, 2)).toEqual([
    `WAITING FOR YOU  wave external of ${story.rollout}: 6 targets; expires 2026-11-21T09:26:00.000Z`,
    `  tidegate approve ${story.approval} --digest ${story.plan}`,
  ]);
  expect(out.join('\n')).toContain('skew: 6 on 1f5db82, 6 on 8b1d331');
});

test('an instance is found by the folder above, with its token', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-'));
  mkdirSync(join(folder, '.tidegate'));
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  writeFileSync(join(folder, '.tidegate', 'instance.json'), JSON.stringify({ url, token: 'ana', pid: 1 }));
  const { exitCode, out } = await runCommand(['status', '--json'], { directory: join(folder, 'a', 'b') });
  expect([exitCode, out.length]).toEqual([0, 1]);
  expect(JSON.parse(out[0] ?? '')).toMatchObject({ waiting: [{ approval: story.approval, targets: 6 }] });
});

test('without a token it is exit 4', async () => {
  const { exitCode } = await ran(['status'], undefined, 'nobody');
  expect(exitCode).toBe(4);
});

const external = [
  'aws-eu-central-1',
  'aws-us-east-1',
  'azure-eastus',
  'azure-westeurope',
  'gcp-europe-west4',
  'gcp-us-central1',
].map((place) => `${place}-prod01`);

describe('approve', () => {
  test('without a digest and a person shows what changes and the digest to give, decides nothing, and is exit 2', async () => {
    const { exitCode, said, out } = await ran(['approve']);
    expect([exitCode, out, site.told]).toEqual([2, [], []]);
    const text = said.join('\n');
    expect(text).toContain('prune Job default/migrate on aws-us-east-1-prod01  (deletes)');
    expect(text).toContain('/data/endpoint: http://old.{region} -> http://new.{region}');
    expect(said.filter((line) => /^ {2}(restarts| )/.test(line)).slice(-9)).toEqual([
      `  restarts, providers first, on ${external.join(', ')}:`,
      '    1. StatefulSet default/cache-a: 3 pods; zone a; 1, then 2 at a time, highest ordinals first; never beside StatefulSet default/cache-b',
      '       because Secret default/session, which its pods read, changes',
      '    2. StatefulSet default/cache-b: 3 pods; zone b; 1, then 2 at a time, highest ordinals first; never beside StatefulSet default/cache-a',
      '       because Secret default/session, which its pods read, changes',
      '    3. Deployment default/storefront: 4 to 6 pods; after StatefulSet default/cache-a, StatefulSet default/cache-b',
      '       because its pods change: spec/containers[name=storefront]/image',
      '       because ConfigMap default/storefront (endpoint), which its pods read, changes',
      '    not yet: ConfigMap default/storefront (endpoint) takes effect at the next restart of Deployment default/gateway',
    ]);
    expect(text).toContain(`tidegate approve ${story.approval} --digest ${story.plan}`);
  });

  test.each(['', 'n', 'yep'])('asks a person, and takes %o for no', async (answer) => {
    const { exitCode, said } = await ran(['approve'], answer);
    expect([exitCode, site.told]).toEqual([2, []]);
    expect(said.at(-1)).toBe('nothing was decided');
  });

  test('asks a person, and takes y for yes about the plan that was shown', async () => {
    const { exitCode, out } = await ran(['approve', story.rollout], 'y');
    expect([exitCode, out]).toEqual([0, ['approved by ana']]);
    expect(site.told).toHaveLength(1);
  });

  test('with the digest asks nobody; the same again is told again and changes nothing; the opposite is exit 5', async () => {
    const args = ['approve', story.approval, '--digest', story.plan, '--comment', 'looks good', '--json'];
    const first = await ran(args);
    expect([first.exitCode, first.out.map((line) => JSON.parse(line))]).toEqual([
      0,
      [expect.objectContaining({ status: 'decided', decision: 'approved', rollout: story.rollout })],
    ]);
    const again = await ran(args);
    expect([again.exitCode, again.out.map((line) => JSON.parse(line).decision)]).toEqual([0, ['approved']]);
    const opposite = await ran(['reject', story.approval, '--digest', story.plan, '--comment', 'no', '--json']);
    expect([opposite.exitCode, JSON.parse(opposite.out[0] ?? '').error.code]).toEqual([5, 'DECIDED']);
  });

  test.each([
    ['another plan', `sha256:${'0'.repeat(64)}`, 'ana', 5],
    ['the author', undefined, 'bo', 5],
    ['no digest at all', 'sha256:12', 'ana', 2],
  ])('%s is refused', async (_, digest, who, exitCode) => {
    const result = await ran(['approve', '--digest', digest ?? story.plan], undefined, who);
    expect([result.exitCode, site.told]).toEqual([exitCode, []]);
  });
});

describe('approve of a plan whose deletes have to be named', () => {
  beforeEach(async () => {
    story = await tellStory({ names: 'deletes' });
    site = consoleOver(story);
    const server = await serve(site.fetch);
    opened.push(server);
    url = server.url;
  });
  const withDigest = (...more: readonly string[]) => ['approve', '--digest', story.plan, ...more];
  const told = { decision: 'approved', because: 'approved by ana, its 13 deletes named by eva' };

  test('shows the list, object by object, and the number to give', async () => {
    const { exitCode, said } = await ran(['approve'], undefined, 'eva');
    expect(exitCode).toBe(2);
    const text = said.join('\n');
    expect(text).toContain(
      '  deletes 13 objects that only an approval by name lifts: 6 Deployment, 6 Service, 1 StatefulSet\n    Deployment default/cache  on aws-eu-central-1-prod01, ',
    );
    expect(text).toContain('    StatefulSet default/orders, and makes it anew  on azure-eastus-prod01');
    expect(said.at(-1)).toContain(`tidegate approve ${story.approval} --digest ${story.plan} --deletes 13`);
    expect((await ran(['status'])).out.slice(0, 3)).toContain('  deletes 13 objects, which the approval has to name');
  });

  test.each([
    ['without the number', [], 'eva', 5, 'confirm their number with --deletes 13'],
    ['with another number', ['--deletes', '12'], 'eva', 5, 'deletes 13 objects, not 12'],
    ['with what is no number', ['--deletes', 'all'], 'eva', 2, '--deletes all: expected how many objects'],
    ['by one who has no say in them', ['--deletes', '13'], 'ana', 5, 'ana may not name the deletes of this plan'],
  ])('%s is refused', async (_, more, who, exitCode, because) => {
    const result = await ran(withDigest(...more), undefined, who);
    expect([result.exitCode, site.told]).toEqual([exitCode, []]);
    expect(result.said.join('\n')).toContain(because);
  });

  test('is given in two parts, by the number', async () => {
    const first = await ran(withDigest());
    expect([first.exitCode, first.out]).toEqual([0, ['1 of 1 people said yes, 0 of 1 named its 13 deletes']]);
    const second = await ran(withDigest('--deletes', '13', '--json'), undefined, 'eva');
    expect([second.exitCode, JSON.parse(second.out[0] ?? '')]).toEqual([
      0,
      expect.objectContaining({ status: 'decided', because: told.because }),
    ]);
    expect(site.told.map(({ output }) => output)).toEqual([told]);
  });

  test('asks a person for the number, and takes no other', async () => {
    await ran(withDigest());
    const wrong = await ran(['approve'], ['y', '12'], 'eva');
    expect([wrong.exitCode, wrong.said.at(-1), site.told]).toEqual([
      2,
      'that is not how many it deletes; nothing was decided',
      [],
    ]);
    expect((await ran(['approve'], ['y', '13'], 'eva')).exitCode).toBe(0);
    expect(site.told.map(({ output }) => output)).toEqual([told]);
  });
});

test('reject needs a reason, and gives it', async () => {
  const { exitCode, out } = await ran(['reject', '--digest', story.plan, '--comment', 'freeze']);
  expect([exitCode, out]).toEqual([0, ['rejected by ana: freeze']]);
});

test('status --watch without a terminal adds lines, says again what it waits for, and exits as the rollout ended', async () => {
  const end = { outcome: 'rolled_back', because: 'gate errors failed', at: now + minutes(1) } as const;
  const meanwhile = async (time: number) => {
    if (time === end.at) await endRollout(story.ledger, story.rollout, end);
  };
  const args = ['status', story.rollout, '--watch', '--url', url];
  const { exitCode, said, out } = await runCommand(args, { env: { TIDEGATE_TOKEN: 'ana' }, meanwhile });
  expect([exitCode, out]).toEqual([3, []]);
  expect(said[0]).toBe('08:00:00  rollout of acme/fleet at 1f5db82 started by bo');
  expect(said.some((line) => line.includes('still: Waits for 1 of release-managers to approve external'))).toBe(true);
});

test('release --wait ends with exit 6 when the time is over, and the rollout goes on', async () => {
  const { exitCode, said } = await ran(['release', '1'.repeat(40), '--wait', '--timeout', '2m']);
  expect(exitCode).toBe(6);
  expect(said.at(-1)).toContain(`tidegate status ${story.rollout} --watch`);
});

test('an order that the instance refuses is told with its reason', async () => {
  const { exitCode, said } = await ran(['release', '0'.repeat(40)]);
  expect([exitCode, said.at(-1)]).toEqual([2, `tidegate: commit ${'0'.repeat(40)} is not on main`]);
});

test('why says what is waited for while nothing is wrong', async () => {
  const { exitCode, out } = await ran(['why']);
  expect([exitCode, out[0]]).toEqual([0, 'waits for people  2026-11-21T08:26:00.000Z']);
  expect(out.at(-1)).toBe(`  page      ${url}/rollouts/${story.rollout}`);
});
