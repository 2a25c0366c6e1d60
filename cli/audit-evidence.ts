import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { headNamed } from '../shared/audit/anchor.ts';
import { type Evidence, givenFact, givenHead, givenLink, givenStart, givenWaiting } from '../shared/audit/evidence.ts';
import type { Head } from '../shared/audit/link.ts';
import { parseHeads } from '../shared/audit/parse-heads.ts';
import { exitCodes } from './exit-codes.ts';
import type { Client } from './fetch.ts';
import { badInput, Stop } from './stop.ts';

const answers = {
  start: z.object({ start: givenStart }),
  links: z.array(givenLink),
  waiting: z.object({ waiting: z.array(givenWaiting), next: z.string().optional() }),
  heads: z.object({ heads: z.array(givenHead), next: z.string().optional() }),
  facts: z.object({ facts: z.array(givenFact), next: z.string().optional() }),
};

/**
 * Everything that an instance has of its chain. Rows first and links last, so that what is chained while they are read is among those. Throws
 * `Stop`.
 */
export const fetchEvidence = async (client: Client): Promise<Evidence> => {
  const facts = await askAll(client, '/audit/facts.json', answers.facts, (page) => page.facts);
  const { start } = await ask(client, '/audit/start.json', answers.start);
  const waiting = await askAll(client, '/audit/waiting.json', answers.waiting, (page) => page.waiting);
  const heads = await askAll(client, '/audit/heads.json', answers.heads, (page) => page.heads);
  const links: Evidence['links'][number][] = [];
  for (;;) {
    const after = links.at(-1)?.sequence ?? 0;
    const path = `/audit/links.json?after=${after}`;
    const page = await ask(client, path, answers.links);
    links.push(...page);
    const last = page.at(-1)?.sequence;
    if (last === undefined) return { start, heads, waiting, links, facts };
    // Under another key than a link's: it would lead here again and again.
    if (last <= after) throw unreadable(client, path, `link ${last} stands under a key behind its own`);
  }
};

/** All pages of what is given in pages, each of which says where the next begins. */
const askAll = async <Page extends { readonly next?: string | undefined }, Item>(
  client: Client,
  path: string,
  schema: z.ZodType<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<Item[]> => {
  const items: Item[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Page = await ask(client, `${path}?after=${encodeURIComponent(after)}`, schema);
    items.push(...itemsOf(page));
    after = page.next;
  }
  return items;
};

const ask = async <Answer>(client: Client, path: string, schema: z.ZodType<Answer>): Promise<Answer> => {
  const { success, data, error } = schema.safeParse(await client.view<unknown>(path));
  if (success) return data;
  throw unreadable(client, path, said(error));
};

const unreadable = (client: Client, path: string, because: string): Stop =>
  new Stop(
    exitCodes.notGood,
    'EVIDENCE_UNREADABLE',
    `${path} of ${client.connection.url}: ${because}; what is kept there is not what was chained`,
  );

const said = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(all of it)'}: ${issue.message}`)
    .join('; ');

const line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), start: givenStart }),
  z.object({ kind: z.literal('link'), link: givenLink }),
  z.object({ kind: z.literal('head'), head: givenHead }),
  z.object({ kind: z.literal('waiting'), waiting: givenWaiting }),
  z.object({ kind: z.literal('fact'), fact: givenFact }),
]);

/** Writes evidence as a file with one object on each line, which nobody else may read. Throws `Stop` where there is such a file. */
export const writeExport = (path: string, { start, links, heads, waiting, facts }: Evidence): void => {
  const lines: readonly z.infer<typeof line>[] = [
    { kind: 'start', start },
    ...links.map((link) => ({ kind: 'link' as const, link })),
    ...heads.map((head) => ({ kind: 'head' as const, head })),
    ...waiting.map((entry) => ({ kind: 'waiting' as const, waiting: entry })),
    ...facts.map((fact) => ({ kind: 'fact' as const, fact })),
  ];
  if (existsSync(path)) throw badInput(`${path} is there already; name another file`);
  writeFileSync(path, lines.map((each) => `${JSON.stringify(each)}\n`).join(''), { mode: 0o600, flag: 'wx' });
};

/** Reads what `writeExport` wrote. Throws `Stop` with the line that is none of it. */
export const readExport = (path: string): Evidence => {
  const lines = read(path)
    .split('\n')
    .filter((text) => text !== '')
    .map((text, at) => parseLine(text, `${path}:${at + 1}`));
  const [first] = lines;
  if (first?.kind !== 'start') throw badInput(`${path}: expected an export, which \`tidegate audit --export\` writes`);
  return {
    start: first.start,
    links: lines.flatMap((each) => (each.kind === 'link' ? [each.link] : [])),
    heads: lines.flatMap((each) => (each.kind === 'head' ? [each.head] : [])),
    waiting: lines.flatMap((each) => (each.kind === 'waiting' ? [each.waiting] : [])),
    facts: lines.flatMap((each) => (each.kind === 'fact' ? [each.fact] : [])),
  };
};

const parseLine = (text: string, where: string): z.infer<typeof line> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badInput(`${where}: expected one JSON object; the export was cut off or changed`);
  }
  const { success, data, error } = line.safeParse(value);
  if (success) return data;
  throw badInput(`${where}: ${said(error)}`);
};

/** Heads as somebody keeps them: a folder of the bucket's objects, or a file with one on each line. Throws `Stop` where there is none. */
export const readHeads = (path: string): readonly Head[] => {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const heads = isFolder ? headsInFolder(path) : parseHeads(read(path));
  if (heads.length === 0) throw badInput(`${path}: has no heads; expected objects of the bucket, or one head per line`);
  return heads;
};

const headsInFolder = (path: string): readonly Head[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .flatMap((name) => {
      const head = headNamed(name, 0);
      if (head === undefined) return [];
      const [told] = parseHeads(read(join(path, name)));
      // The name counts: it is what is found where the content was replaced.
      return [{ ...head, at: told?.at ?? 0 }];
    })
    .sort((a, b) => a.sequence - b.sequence);

/** The public keys of a file, one PEM after the other. Throws `Stop`. */
export const readPublicKeys = (path: string): readonly string[] => {
  const keys = read(path).match(/-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g) ?? [];
  if (keys.length === 0) throw badInput(`${path}: has no key; expected PEM ("-----BEGIN PUBLIC KEY-----")`);
  return keys;
};

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw badInput(`${path}: can not be read (${error instanceof Error ? error.message : String(error)})`);
  }
};
