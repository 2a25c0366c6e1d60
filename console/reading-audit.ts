import { html } from 'hono/html';
import { readAnchored, readNewestLink } from '../shared/audit/chain-rows.ts';
import type { Ledger } from '../shared/ledger/ledger.ts';
import { utcTime } from '../shared/rollout/utc-time.ts';
import { ActionRefused } from './actions.ts';
import type { Shown } from './answer.ts';
import type { Asked, Read } from './app.ts';
import { auditPage } from './pages/audit.ts';
import {
  type AuditFilter,
  readAuditHeads,
  readAuditLinks,
  readAuditRows,
  readAuditStart,
  readAuditWaiting,
} from './rows/read-audit.ts';
import { readAuditFacts } from './rows/read-audit-facts.ts';
import type { AuditView } from './views/audit.ts';

/** The audit log by what is asked for in the address. */
export const audit: Read = async ({ request, outside: { ledger }, hidden }): Promise<Shown> => {
  const query = new URL(request.url).searchParams;
  const filter = filterOf(query);
  const before = numberIn(query, 'before') ?? Number.POSITIVE_INFINITY;
  const { rows: entries, older } = await readAuditRows(filter, before, hidden, ledger);
  const chained = await readChained(ledger);
  const view: AuditView = {
    filter,
    entries,
    ...(older === undefined ? {} : { older }),
    ...(chained === undefined ? {} : { chained }),
  };
  return { title: 'Audit', tab: 'audit', view, body: auditPage(view), pollSeconds: 15 };
};

const readChained = async (ledger: Ledger): Promise<AuditView['chained']> => {
  const [newest, anchored] = await Promise.all([readNewestLink(ledger), readAnchored(ledger)]);
  if (newest === undefined) return undefined;
  const { sequence, at } = newest;
  return { sequence, at, ...(anchored === undefined ? {} : { anchored: anchored.sequence }) };
};

const filterOf = (query: URLSearchParams): AuditFilter => {
  const given = (['actor', 'target', 'rollout'] as const).flatMap((name) => {
    const value = query.get(name)?.trim() ?? '';
    return value === '' ? [] : [[name, value.slice(0, 200)] as const];
  });
  const since = query.get('since') ?? '';
  return { ...Object.fromEntries(given), ...(since === '' ? {} : { since: timeOf(since) }) };
};

/** Without a zone it is UTC, as everything that a page shows. Throws `ActionRefused`. */
const timeOf = (text: string): number => {
  const at = utcTime(text);
  if (at !== undefined) return at;
  throw new ActionRefused(400, 'BAD_INPUT', `since ${text.slice(0, 60)}: expected a time, as 2026-03-01T12:00:00Z`);
};

const numberIn = (query: URLSearchParams, name: string): number | undefined => {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new ActionRefused(400, 'BAD_INPUT', `${name} ${text.slice(0, 60)}: expected the number of a link`);
};

/** For programs alone: there is no page of it. */
const data = (view: unknown): Shown => ({ title: 'Audit', view, body: html``, pollSeconds: 15 });

const start: Read = async ({ outside, hidden }: Asked) => data({ start: await readAuditStart(hidden, outside) });

/** Where the last answer ended: a key of the ledger at most. */
const placeIn = ({ url }: Request): string => new URL(url).searchParams.get('after')?.slice(0, 3_000) ?? '';

const waiting: Read = async ({ request, outside: { ledger }, hidden }) =>
  data(await readAuditWaiting(placeIn(request), hidden, ledger));

const heads: Read = async (asked) => data(await readAuditHeads(placeIn(asked.request), asked.heads));

const links: Read = async ({ request, outside: { ledger }, hidden }) =>
  data(await readAuditLinks(numberIn(new URL(request.url).searchParams, 'after') ?? 0, hidden, ledger));

/** Keys of rows: of everybody's, so that who may not see all gets none. */
const facts: Read = async ({ request, outside: { ledger }, hidden }) =>
  data(hidden.size > 0 ? { facts: [] } : await readAuditFacts(placeIn(request), ledger));

/** What a verification is given (cli/audit-evidence.ts): the chain, for whoever verifies to judge. */
export const auditData: Readonly<Record<string, Read>> = {
  '/audit/start.json': start,
  '/audit/waiting.json': waiting,
  '/audit/heads.json': heads,
  '/audit/links.json': links,
  '/audit/facts.json': facts,
};
