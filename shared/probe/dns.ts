import { msSince, ticksOf } from '../outside/clock.ts';
import type { LookedUp } from '../outside/lookup.ts';
import type { DnsCheck } from '../rollout/gate.ts';
import { type Attempt, type Probe, verdictOf } from './attempt.ts';
import { familyOf } from './endpoint.ts';

/**
 * Looks a name up, as a client on this machine would or at a name server, and looks at the answer. Connects to nothing that is answered.
 * A resolver of this machine that gives no answer says nothing of the name; a name server that was named and gives none fails.
 */
export const probeDns: Probe<DnsCheck> = async (check, { allow }, { clock, lookup }, signal) => {
  const [at, began] = [clock.now(), ticksOf(clock)];
  const ended = () => ({ at, durationMs: msSince(began, clock), phases: { resolve: msSince(began, clock) } });
  if (lookup === undefined)
    return { ...ended(), verdict: 'invalid', code: 'unsupported', because: 'names can not be looked up here' };
  try {
    const { type, server } = check;
    const how = { ...(type === undefined ? {} : { type }), ...(server === undefined ? {} : { server, allow }) };
    const found = await lookup(check.dns, { ...familyOf(check), ...how, signal });
    const [first] = found.answers;
    return { ...ended(), ...(first === undefined ? {} : { address: first }), ...assessAnswer(check, found) };
  } catch (error) {
    return { at, durationMs: msSince(began, clock), phases: {}, ...verdictOf(error, signal) };
  }
};

const assessAnswer = (
  { dns, type, rcode = 'NOERROR', addresses = [] }: DnsCheck,
  found: LookedUp,
): Pick<Attempt, 'verdict' | 'code' | 'because'> => {
  if (found.rcode !== rcode)
    return { verdict: 'fail', code: 'dns_failed', because: `${dns}: ${found.rcode}, expected ${rcode}` };
  if (rcode === 'NOERROR' && found.answers.length === 0)
    return { verdict: 'fail', code: 'dns_failed', because: `${dns} has no ${type ?? 'A or AAAA'} record` };
  const missing = addresses.filter((address) => !found.answers.includes(address));
  if (missing.length === 0) return { verdict: 'pass' };
  const because = `${missing.join(', ')} not among the answer: ${found.answers.join(', ').slice(0, 300)}`;
  return { verdict: 'fail', code: 'dns_mismatch', because };
};
