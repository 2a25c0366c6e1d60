import { brief } from './outcome.ts';

/** Who wrote an object, by the name that its client gives itself; how, and when (epoch milliseconds, to the second). */
export interface LastWritten {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly at: number;
}

/** `written last by kubectl-edit (Update) at 2026-03-01T03:12:00Z`. Pure. */
export const sayWritten = ({ manager, operation, at }: LastWritten): string =>
  `written last by ${brief(manager, 128)} (${operation}) at ${new Date(at).toISOString().replace('.000Z', 'Z')}`;
