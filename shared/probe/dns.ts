import type { DnsCheck } from '../rollout/gate.ts';
import { type Probe, verdictOf } from './attempt.ts';
import { familyOf } from './endpoint.ts';

/** Looks a name up as a client on this machine would, and looks at the addresses. Connects to none of them. */
export const probeDns: Probe<DnsCheck> = async (check, _, { clock, lookup }, signal) => {
  const at = clock.now();
  const ended = () => ({ at, durationMs: clock.now() - at, phases: { resolve: clock.now() - at } });
  if (lookup === undefined)
    return { ...ended(), verdict: 'invalid', code: 'unsupported', because: 'names can not be looked up here' };
  try {
    const found = await lookup(check.dns, { ...familyOf(check), signal });
    const missing = (check.addresses ?? []).filter((address) => !found.includes(address));
    const answered = { ...ended(), ...(found[0] === undefined ? {} : { address: found[0] }) };
    if (missing.length === 0) return { ...answered, verdict: 'pass' };
    const because = `${missing.join(', ')} not among the answer: ${found.join(', ')}`;
    return { ...answered, verdict: 'fail', code: 'dns_mismatch', because };
  } catch (error) {
    return { at, durationMs: clock.now() - at, phases: {}, ...verdictOf(error, signal) };
  }
};
