import type { Finding } from '../../rollout/plan.ts';
import type { Refusal } from '../refusals.ts';
import { roomRules } from '../room/room-finding.ts';

/** The findings that a plan is refused for: `CAPACITY` where it is room that is lacking. */
export const outagesOf = (findings: readonly Finding[]): readonly Refusal[] =>
  findings
    .filter(({ severity }) => severity === 'error')
    .map(({ object, rule, because }) => ({
      code: rule in roomRules ? 'CAPACITY' : 'OUTAGE',
      because,
      ...(object === undefined ? {} : { object }),
    }));
