import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Outside } from '../outside/outside.ts';
import { liveLines } from '../secrets/live-lines.ts';

/** The name of the secret that answer URLs are signed with; two lines while it is being changed. */
export const testSecret = 'tests';

/**
 * The URL at which a test is answered: it says which test, until when, and that we made it. Whoever has it may answer that one test once, and
 * nothing else. Throws `SecretMissing`.
 */
export const answerUrl = async (
  { id, until }: { readonly id: string; readonly until: number },
  { secrets, settings }: Pick<Outside, 'secrets' | 'settings'>,
): Promise<string> => {
  const [secret = ''] = await liveLines(secrets, testSecret);
  if (secret === '') throw new Error(`secret ${testSecret} is empty; store 32 random bytes in it`);
  return `${settings.console}/hooks/tests/${id}?until=${until}&signature=${signatureOf(id, until, secret)}`;
};

/** Which test a URL answers, and until when; `undefined` for one that we did not make. Compares in constant time. */
export const readAnswerUrl = async (
  url: string,
  { secrets }: Pick<Outside, 'secrets'>,
): Promise<{ readonly id: string; readonly until: number } | undefined> => {
  const { pathname, searchParams } = new URL(url, 'https://answer.invalid');
  const id = /^\/hooks\/tests\/(te-[0-9a-f]{20})$/.exec(pathname)?.[1];
  const until = Number(searchParams.get('until') ?? Number.NaN);
  if (id === undefined || !Number.isSafeInteger(until)) return undefined;
  const given = Buffer.from(searchParams.get('signature') ?? '');
  const isOurs = (await liveLines(secrets, testSecret)).map((secret) => {
    const made = Buffer.from(signatureOf(id, until, secret));
    return made.length === given.length && timingSafeEqual(made, given);
  });
  return isOurs.includes(true) ? { id, until } : undefined;
};

const signatureOf = (id: string, until: number, secret: string): string =>
  createHmac('sha256', secret).update(`${id}:${until}`).digest('hex');
