import type { Run } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { requireComment } from './hold.ts';

/** A command that ends a rollout under way, and says what becomes of what it changed. */
export const endRollout =
  ({ keep, becomes }: { readonly keep: 'yes' | 'no'; readonly becomes: string }): Run =>
  async ([rollout = ''], options, { connect, terminal, json }) => {
    const comment = requireComment(options);
    const client = await connect();
    const asked = { rollout, comment, keep };
    const result = await client.post<{ readonly rollout: string; readonly because: string }>('/aborts', asked);
    if (json) terminal.out(JSON.stringify(result));
    else {
      terminal.out(result.because);
      terminal.say(`${becomes}: tidegate status ${rollout} --watch`);
    }
    return exitCodes.done;
  };
