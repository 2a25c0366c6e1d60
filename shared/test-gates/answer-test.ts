import * as z from 'zod/mini';
import { ownedBlobs } from '../blobs/blobs.ts';
import { putJson } from '../blobs/json.ts';
import { changeTestRun, readTestRun } from '../ledger/test-runs.ts';
import type { Outside } from '../outside/outside.ts';
import { ownerOf } from '../rollout/own-rollout.ts';
import { readAnswerUrl } from './answer-url.ts';

/** What came of an answer. `status` is that of HTTP. */
export interface TestAnswered {
  readonly status: 200 | 401 | 409 | 410 | 413 | 422;
  readonly outcome: 'taken' | 'refused';
  readonly message: string;
}

const maxBody = 256 * 1024;
const line = z.string().check(z.trim(), z.minLength(1), z.maxLength(300));

const schema = z.strictObject({
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  because: z.optional(line),
  link: z.optional(z.url({ protocol: /^https?$/ })),
  /** The end of what the test wrote. */
  logs: z.optional(z.string().check(z.maxLength(200_000))),
});

/**
 * Takes the one answer to a test, from whoever has its URL. The first counts: the same again is taken as well, another is refused; so is one
 * that comes when its time is over. Throws `SecretMissing`.
 */
export const answerTest = async (
  { url, body }: { readonly url: string; readonly body: Uint8Array },
  outside: Pick<Outside, 'ledger' | 'blobs' | 'clock' | 'secrets'>,
): Promise<TestAnswered> => {
  if (body.length > maxBody) return refuse(413, `the body has ${body.length} bytes, at most ${maxBody} are read`);
  const known = await readAnswerUrl(url, outside);
  if (known === undefined) return refuse(401, 'this is no address to answer at; take the one that the request named');
  const { ledger, blobs, clock } = outside;
  const read = schema.safeParse(jsonOf(body));
  if (!read.success) {
    const mistakes = read.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
    return refuse(
      422,
      `${mistakes.slice(0, 300)}; expected {verdict: pass, fail or inconclusive, because?, link?, logs?}`,
    );
  }
  const run = await readTestRun(ledger, known.id);
  const at = clock.now();
  if (run === undefined) return refuse(410, 'nobody waits for this answer');
  const { verdict, because = `it says ${verdict}`, link, logs } = read.data;
  const kept =
    logs === undefined || run.answer !== undefined
      ? {}
      : { logs: await putJson(ownedBlobs(blobs, ownerOf(run.rollout)), { logs }) };
  const answer = {
    verdict,
    because: because.replaceAll(/[\p{C}\s]+/gu, ' '),
    at,
    ...(link === undefined ? {} : { link }),
    ...kept,
  };
  const isInTime = at <= known.until;
  const after = isInTime ? (await changeTestRun(ledger, known.id, { answer }))?.answer : run.answer;
  if (after?.verdict === answer.verdict && after.because === answer.because) {
    return { status: 200, outcome: 'taken', message: `${run.gate} of ${run.wave}: ${verdict}` };
  }
  if (!isInTime) return refuse(410, `its time was over at ${new Date(known.until).toISOString()}`);
  return refuse(409, `it was answered already: ${after?.verdict}; the first answer counts`);
};

const refuse = (status: TestAnswered['status'], message: string): TestAnswered => ({
  status,
  outcome: 'refused',
  message,
});

const jsonOf = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
};
