import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import type { Clock } from '../../shared/outside/clock.ts';
import type { Settings } from '../../shared/outside/outside.ts';
import type { StepFunctions } from '../../shared/outside/step-functions.ts';
import { handClock } from '../ledger/contract.ts';

/** State machines that wait on tokens. Each token takes one answer; the process dies before as many answers as `lose` says. */
export const waitingMachines = () => {
  const answers: (readonly [token: string, output: unknown])[] = [];
  const statuses = new Map<string, Awaited<ReturnType<StepFunctions['status']>>>();
  let dying = 0;
  const steps: StepFunctions = {
    start: () => Promise.reject(new Error('nothing is started here')),
    succeed: async (token, output) => {
      if (dying > 0) {
        dying -= 1;
        throw new Error('the process died');
      }
      if (answers.some(([answered]) => answered === token)) return false;
      answers.push([token, output]);
      return true;
    },
    fail: async () => false,
    status: async (execution) => statuses.get(execution.slice(execution.lastIndexOf(':') + 1)) ?? 'RUNNING',
  };
  return {
    steps,
    answers,
    lose: (count: number) => {
      dying = count;
    },
    ends: (rollout: string, status: 'FAILED' | 'SUCCEEDED' | 'ABORTED') => statuses.set(rollout, status),
  };
};

const settings: Settings = {
  region: 'us-east-1',
  stateMachines: { rollout: 'arn:aws:states:us-east-1:1:stateMachine:rollout', wave: '', deployment: '' },
  configRepository: { api: '', git: '', name: 'o/r', branch: 'main', config: 'tidegate.json' },
  console: '',
  simulated: true,
};

/** The real ledger, and a clock that is moved by hand. */
export const ledgerAndClock = () => {
  const hand = handClock(0);
  const clock: Clock = {
    now: hand.now,
    sleep: () => Promise.reject(new Error('nothing sleeps here')),
    after: () => () => undefined,
  };
  return { ledger: openSqliteLedger(':memory:', hand), clock, settings, move: hand.move };
};
