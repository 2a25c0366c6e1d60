import type { Run } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { requireComment } from '../hold.ts';

/** Ends a rollout under way; what it changed goes back. */
export const run: Run = async ([rollout = ''], options, { connect, terminal, json }) => {
  const comment = requireComment(options);
  const client = await connect();
  const result = await client.post<{ readonly rollout: string; readonly because: string }>('/aborts', {
    rollout,
    comment,
  });
  if (json) terminal.out(JSON.stringify(result));
  else {
    terminal.out(result.because);
    terminal.say(`what it changed goes back: tidegate status ${rollout} --watch`);
  }
  return exitCodes.done;
};
