import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { exitCodes } from './exit-codes.ts';
import { readSessionAt } from './sessions.ts';
import { badInput, Stop } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** An instance to talk to. */
export interface Connection {
  readonly url: string;
  /** A bearer token; a credential. */
  readonly token?: string;
}

const instanceFile = z.object({ url: z.url(), token: z.string().min(1), pid: z.number().optional() });

/**
 * The instance a command is meant for: `--url`, else TIDEGATE_URL (either with TIDEGATE_TOKEN, or the session that `tidegate login` keeps for that
 * console), else TIDEGATE_HOME, else the `.tidegate/` of this folder or the nearest one above it. Throws `Stop` (exit 2) when there is none.
 */
export const findConnection = (
  { env, directory, clock }: Pick<Terminal, 'env' | 'directory' | 'clock'>,
  given: string | undefined,
): Connection => {
  const [name, address] = given === undefined ? ['TIDEGATE_URL', env.TIDEGATE_URL] : ['--url', given];
  if (address) {
    const url = URL.parse(address);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw badInput(`${name} ${address}: expected an address that starts with http:// or https://`);
    }
    const token = env.TIDEGATE_TOKEN ?? readSessionAt(env, url.origin, clock.now())?.token;
    return { url: url.origin, ...(token === undefined ? {} : { token }) };
  }
  for (const place of instanceFolders({ env, directory })) {
    const file = join(place, 'instance.json');
    const text = readIfThere(file);
    if (text !== undefined) return parseInstance(file, text);
  }
  throw new Stop(
    exitCodes.badInput,
    'NO_INSTANCE',
    'no instance runs here (no .tidegate/instance.json in this folder or above it): start one with `tidegate start`, or name one with --url',
  );
};

/** Where an instance of this folder would keep itself, the nearest first. */
export const instanceFolders = ({ env, directory }: Pick<Terminal, 'env' | 'directory'>): readonly string[] =>
  env.TIDEGATE_HOME === undefined ? above(directory) : [resolve(directory, env.TIDEGATE_HOME)];

const above = (directory: string): readonly string[] => {
  const here = join(directory, '.tidegate');
  return dirname(directory) === directory ? [here] : [here, ...above(dirname(directory))];
};

const readIfThere = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const parseInstance = (file: string, text: string): Connection => {
  try {
    const { url, token } = instanceFile.parse(JSON.parse(text));
    return { url: new URL(url).origin, token };
  } catch {
    throw badInput(`${file}: expected {"url", "token", "pid"}; start the instance again with \`tidegate start\``);
  }
};
