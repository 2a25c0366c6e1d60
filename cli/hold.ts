import type { Hold } from '../shared/rollout/holds.ts';
import { waitOf } from '../shared/rollout/holds.ts';
import { type Cli, type Options, textOption } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { liftCommand } from './fleet-lines.ts';
import { badInput } from './stop.ts';

/** What a hold is of, as commands name it. */
export type Held = Pick<Hold, 'kind' | 'scope' | 'name'>;

/** `fleet`, `wave/external`, `target/eks-a`, `service/web`, `source/acme/fleet`. Throws `Stop`. */
export const parseScope = (text: string): Pick<Held, 'scope' | 'name'> => {
  const [, scope = '', name = ''] = /^(\w+)(?:\/(.+))?$/.exec(text) ?? [];
  if (scope === 'fleet' && name === '') return { scope, name };
  if (name !== '' && (scope === 'wave' || scope === 'target' || scope === 'service' || scope === 'source')) {
    return { scope, name };
  }
  throw badInput(`${text}: expected fleet, wave/NAME, target/NAME, service/NAME or source/REPOSITORY`);
};

/** Why, which those who are held must be told. Throws `Stop`. */
export const requireComment = (options: Options): string => {
  const comment = textOption(options, 'comment')?.trim() ?? '';
  if (comment !== '') return comment;
  throw badInput('--comment is missing: say why, for those who are held');
};

/** Says what is held now, and what lets it go on. */
export const reportHold = (hold: Hold, { terminal, json }: Cli): ExitCode => {
  if (json) terminal.out(JSON.stringify(hold));
  else {
    terminal.out(waitOf(hold).because);
    terminal.say(`lift it with: ${liftCommand(hold)}`);
  }
  return exitCodes.done;
};

/** Lifts a hold of the instance and says what went. */
export const lift = async (held: Held, options: Options, cli: Cli): Promise<ExitCode> => {
  const comment = textOption(options, 'comment') ?? '';
  const client = await cli.connect();
  const hold = await client.post<Hold>('/holds/lift', { ...held, comment });
  if (cli.json) cli.terminal.out(JSON.stringify(hold));
  else cli.terminal.out(`lifted: ${waitOf(hold).because}`);
  return exitCodes.done;
};
