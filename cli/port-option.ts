import { type Options, textOption } from './command.ts';
import { badInput } from './stop.ts';

const usual = 4180;

/** The port of `--port`, 4180 where none is given. Throws `Stop` for what is no port. */
export const portOption = (options: Options): number => {
  const text = textOption(options, 'port');
  if (text === undefined) return usual;
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535) throw badInput(`--port ${text}: expected a number from 0 to 65535`);
  return port;
};
