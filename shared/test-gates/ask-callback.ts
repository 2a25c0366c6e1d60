import { createHmac } from 'node:crypto';
import type { TestRun } from '../ledger/test-runs.ts';
import type { CallbackTest } from '../rollout/gate.ts';
import { escapeForUrl, fillPlaceholders } from '../rollout/placeholders.ts';
import { answerUrl } from './answer-url.ts';
import type { Asked, TestOrder, TestOutside } from './look-at-test.ts';
import { withinTime } from './within-time.ts';

/**
 * Asks for a test by one signed POST, which says what is to be tested and where to answer. Any 2xx is that it was understood. Sent again, with
 * the same `id`, only where it is not known that it was taken.
 */
export const askCallback = async (
  test: CallbackTest,
  { ref, gate, moment, target }: TestOrder,
  run: TestRun,
  outside: TestOutside,
  signal: AbortSignal,
): Promise<Asked> => {
  const { clock, http, secrets } = outside;
  const url = target === undefined ? test.callback : fillPlaceholders(test.callback, target, escapeForUrl);
  const body = JSON.stringify({
    id: run.id,
    gate,
    moment,
    rollout: ref.rollout,
    release: ref.release,
    wave: ref.wave,
    ...(target === undefined ? {} : { target: target.name }),
    answer: await answerUrl(run, outside),
    until: new Date(run.until).toISOString(),
  });
  const timestamp = String(Math.floor(clock.now() / 1000));
  const secret = (await secrets.get(test.secret)).reveal().split(/\r?\n/)[0] ?? '';
  const signature = createHmac('sha256', secret).update(`${timestamp}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'tidegate',
    'idempotency-key': run.id,
    'x-tidegate-timestamp': timestamp,
    'x-tidegate-signature': signature,
  };
  const asked = await withinTime(clock, signal, async (until) => {
    const answer = await http(url, { method: 'POST', headers, body, signal: until, allow: test.allow });
    await answer.body?.cancel();
    return answer.status;
  });
  if (typeof asked === 'number' && asked >= 200 && asked < 300) return { askedAt: clock.now() };
  return {
    trouble: `${URL.parse(url)?.host} ${typeof asked === 'number' ? `answered ${asked}, expected 2xx` : asked.failed}`,
  };
};
