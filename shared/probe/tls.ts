import type { TlsCheck } from '../rollout/gate.ts';
import { type Attempt, type Probe, verdictOf } from './attempt.ts';
import { endpointOf, familyOf } from './endpoint.ts';

const DAY_MS = 86_400_000;

/** Shakes hands and looks at the certificate: its chain and name (by the dial), and the days it is still good for. */
export const probeTls: Probe<TlsCheck> = async (check, place, { clock, dial }, signal) => {
  const at = clock.now();
  try {
    const { allow, tls } = place;
    const { address, phases, certificate } = await dial({
      ...endpointOf(check.tls),
      ...familyOf(check),
      tls: tls ?? {},
      allow,
      signal,
    });
    const ended = { at, durationMs: clock.now() - at, phases: { ...phases }, address };
    return { ...ended, ...assessValidity(certificate?.validTo, clock.now(), check.minDaysLeft) };
  } catch (error) {
    return { at, durationMs: clock.now() - at, phases: {}, ...verdictOf(error, signal) };
  }
};

const assessValidity = (
  validTo: number | undefined,
  now: number,
  minDaysLeft: number,
): Pick<Attempt, 'verdict' | 'code' | 'because'> => {
  if (validTo === undefined)
    return { verdict: 'fail', code: 'tls_failed', because: 'the server showed no certificate' };
  const daysLeft = (validTo - now) / DAY_MS;
  if (daysLeft >= minDaysLeft) return { verdict: 'pass' };
  const because = `the certificate ends in ${daysLeft.toFixed(1)} days, expected at least ${minDaysLeft}`;
  return { verdict: 'fail', code: 'certificate_ends_soon', because };
};
