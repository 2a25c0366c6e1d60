import { assessAddress, checkRanges, RangeUnreadable } from '../shared/outside/address.ts';
import { systemLookup } from '../shared/outside/dns.ts';
import { systemRandom } from '../shared/outside/random.ts';
import { socketDial } from '../shared/outside/socket.ts';
import { socketHttp } from '../shared/outside/socket-http.ts';
import type { Target } from '../shared/rollout/target.ts';
import type { Verdict } from '../shared/rollout/verdict.ts';
import { type Options, textOption } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { badInput } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** What commands that need no instance reach: the network, by the egress rules. */
export const aloneOutside = ({ clock }: Pick<Terminal, 'clock'>) => ({
  clock,
  random: systemRandom,
  http: socketHttp({ clock }),
  dial: socketDial(clock),
  lookup: systemLookup,
});

/** A target for what asks for one: nothing is deployed to it, and no placeholder is filled in from it. */
export const aloneTarget = (allow: readonly string[]): Target => ({
  name: 'alone',
  locator: { kubeconfig: { path: '' } },
  labels: {},
  namespace: 'default',
  allow,
});

/** The ranges of `--allow`, given once or several times. Throws `Stop` for what is none. */
export const allowOption = (options: Options): readonly string[] => {
  const given: unknown = options.allow;
  const ranges = Array.isArray(given) ? given.map(String) : [];
  try {
    checkRanges(ranges);
  } catch (error) {
    if (error instanceof RangeUnreadable) throw badInput(`--allow: ${error.message}`);
    throw error;
  }
  return ranges;
};

/** Whether text is one range that `--allow` takes; an argument behind the last one may be what is meant to be probed. */
export const isRange = (text: string): boolean => {
  try {
    assessAddress('127.0.0.1', [text]);
    return true;
  } catch {
    return false;
  }
};

/** A number of an option. Throws `Stop` for what is none, or not within its bounds. */
export const numberOption = (
  options: Options,
  name: string,
  flag: string,
  { least = -Infinity, most = Infinity, whole = false } = {},
): number | undefined => {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  const from = least === -Infinity ? '' : ` from ${least}`;
  throw badInput(`${flag} ${text}: expected ${kind}${from}${most === Infinity ? '' : ` to ${most}`}`);
};

const exits: Readonly<Record<Verdict, ExitCode>> = {
  pass: exitCodes.done,
  fail: exitCodes.notGood,
  inconclusive: exitCodes.partial,
  error: exitCodes.partial,
};

/** The exit code of a verdict. */
export const exitOf = (verdict: Verdict): ExitCode => exits[verdict];
