import { msSince, ticksOf } from '../outside/clock.ts';
import type { TcpCheck } from '../rollout/gate.ts';
import { type Probe, verdictOf } from './attempt.ts';
import { endpointOf, familyOf } from './endpoint.ts';

/** Opens a connection and closes it. Sends nothing. */
export const probeTcp: Probe<TcpCheck> = async (check, { allow }, { clock, dial }, signal) => {
  const [at, began] = [clock.now(), ticksOf(clock)];
  try {
    const { address, phases } = await dial({ ...endpointOf(check.tcp), ...familyOf(check), allow, signal });
    return { at, durationMs: msSince(began, clock), verdict: 'pass', phases: { ...phases }, address };
  } catch (error) {
    return { at, durationMs: msSince(began, clock), phases: {}, ...verdictOf(error, signal) };
  }
};
