import type { Ledger } from './ledger.ts';
import { stored, update } from './update.ts';
import type { Moment } from './waves.ts';

/** One test of a wave, asked for once. Times are epoch milliseconds. */
export interface TestRun {
  /** `te-` and 20 hexadecimal digits, made of what follows: whoever asks again asks for the same. */
  readonly id: string;
  readonly rollout: string;
  readonly wave: string;
  readonly gate: string;
  readonly moment: Exclude<Moment, 'during'>;
  /** Before: since when the entry was judged for which it was asked. */
  readonly enteredAt?: number;
  /** Absent: it is of the wave as a whole. */
  readonly target?: string;
  readonly begunAt: number;
  /** After it nothing is waited for, and no answer is taken. */
  readonly until: number;
  /** When somebody began to ask for it; 0 where that has come to nothing. */
  readonly triedAt?: number;
  /** Absent: it may have been asked for, or not. */
  readonly askedAt?: number;
  /** Run of a workflow, where it is known. */
  readonly run?: number;
  /** Where people see it. */
  readonly link?: string;
  /** Why asking for it has failed last. */
  readonly trouble?: string;
  readonly answer?: TestAnswer;
}

export interface TestAnswer {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly because: string;
  readonly at: number;
  readonly link?: string;
  /** Blob of what the test wrote. */
  readonly logs?: `sha256:${string}`;
}

const keyOf = (id: string) => ({ partition: `test#${id}`, sort: 'run' });

export const readTestRun = async (ledger: Ledger, id: string): Promise<TestRun | undefined> => {
  const row = await ledger.get(keyOf(id));
  return row === undefined ? undefined : stored<TestRun>(row);
};

/** Notes that a test is about to be asked for; one that is there stays. Returns it as it then stands. */
export const beginTestRun = async (ledger: Ledger, run: TestRun): Promise<TestRun> => {
  const row = await update(ledger, keyOf(run.id), (current) => (current === undefined ? { ...run } : undefined));
  return row === undefined ? run : stored<TestRun>(row);
};

/** Adds what is known of a test; an answer that is there stays, and so does all else with it. Returns it as it then stands. */
export const changeTestRun = async (
  ledger: Ledger,
  id: string,
  change: Pick<TestRun, 'triedAt' | 'askedAt' | 'run' | 'link' | 'trouble' | 'answer'>,
): Promise<TestRun | undefined> => {
  const row = await update(ledger, keyOf(id), (current) =>
    current === undefined || current.data.answer !== undefined ? undefined : { ...current.data, ...change },
  );
  return row === undefined ? undefined : stored<TestRun>(row);
};
