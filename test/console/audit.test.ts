import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditRows } from '../../console/rows/read-audit.ts';
import { openAudit } from '../audit/chained.ts';
import { auditConsole } from './audit-console.ts';

const story = openAudit();
afterAll(story.close);
const site = auditConsole(story);
const get = (path: string) => site.fetch(new Request(`http://127.0.0.1:4180${path}`));
const view = async (path: string) => (await (await get(path)).json()).view;
const texts = async (path: string) => (await view(path)).entries.map(({ text }: { readonly text: string }) => text);

describe('the audit page', () => {
  it('says that nothing was done, and that nothing is chained', async () => {
    const page = await (await get('/audit')).text();
    expect(page).toContain('Nothing was done yet.');
    expect(page).toContain('Nothing is chained yet');
  });

  describe('of a hundred things', () => {
    beforeAll(async () => {
      for (let number = 0; number < 100; number += 1) await story.event(`event ${number}`);
      await story.chain();
      await story.freeze('<b>eks-a</b>');
    });

    it('has the newest first, those that wait before those that are chained, and leads on to older ones', async () => {
      const { entries, older, chained } = await view('/audit.json');
      expect([entries[0].text, entries[0].link]).toEqual(['target <b>eks-a</b> is frozen: upgrade', undefined]);
      expect([entries[1].text, entries[1].link]).toEqual(['event 99', 3]);
      expect(chained).toEqual({ sequence: 3, at: expect.any(Number), anchored: 3 });
      expect([entries.length, older]).toEqual([52, 2]);
      expect(await texts('/audit.json?before=2')).toEqual(Array.from({ length: 49 }, (_, at) => `event ${48 - at}`));
      expect(await view('/audit.json?before=2')).not.toHaveProperty('older');
      expect(await (await get('/audit')).text()).toContain('<a href="/audit?before=2">Older</a>');
    });

    it('claims no more than that it is chained, and shows what others wrote as text', async () => {
      const page = await (await get('/audit?actor=%3Cscript%3E')).text();
      expect(page).toMatch(
        /Chained up to link 3, .* anchored up to link 3\. This page has verified nothing: <code>tidegate audit verify/,
      );
      expect(page).toContain('value="&lt;script&gt;"');
      expect(page).toContain('Nothing of this kind was done.');
      expect(await (await get('/audit')).text()).toContain('&lt;b&gt;eks-a&lt;/b&gt;');
    });

    it('is filtered by its address', async () => {
      expect(await texts('/audit.json?actor=ana')).toEqual(['target <b>eks-a</b> is frozen: upgrade']);
      expect(await texts('/audit.json?rollout=ro-1&since=2026-03-02T10:39')).toEqual(['event 99', 'event 98']);
      expect(await texts('/audit.json?target=none')).toEqual([]);
    });

    it.each([
      ['/audit?since=5', 'since 5: expected a time, as 2026-03-01T12:00:00Z'],
      ['/audit?since=yesterday', 'since yesterday: expected a time, as 2026-03-01T12:00:00Z'],
      ['/audit.json?before=-1', 'before -1: expected the number of a link'],
      ['/audit/links.json?after=x', 'after x: expected the number of a link'],
    ])('refuses %s', async (path, message) => {
      const answer = await get(path);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)]);
    });
  });
});

it('tells whoever may not see a target as much by its name as by one that there is not', async () => {
  const other = openAudit();
  for (let number = 0; number < 700; number += 1) await other.event(`event ${number}`, 'acme');
  await other.chain();
  const asked = (target: string, hidden: ReadonlySet<string>) =>
    readAuditRows({ target }, Number.POSITIVE_INFINITY, hidden, other.ledger);
  const acme = new Set(['acme']);
  const [seen, unseen, unknown] = [await asked('acme', new Set()), await asked('acme', acme), await asked('no', acme)];
  other.close();
  expect([seen.rows.length > 0, seen.older, unseen]).toEqual([true, expect.any(Number), unknown]);
});
