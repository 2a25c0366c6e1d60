import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AwsIdentity } from '../shared/outside/aws-identity.ts';
import { Secret, SecretMissing, type Secrets } from '../shared/secrets/secrets.ts';
import { type Options, textOption } from './command.ts';
import { secretNames } from './metric-source.ts';
import { badInput } from './stop.ts';
import type { Terminal } from './terminal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What `tidegate measure` is trusted with: by the name of a variable or of a file, never on the command line, where every process of the
 * machine could read it. Throws `Stop` for what is named and not there, before anything is asked.
 */
export const measureSecrets = (options: Options, { env, directory }: Pick<Terminal, 'env' | 'directory'>): Secrets => {
  const given = (name: string): string | undefined => textOption(options, name);
  const inFile = (flag: string, file: string): string => {
    try {
      return readFileSync(resolve(directory, file), 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      throw badInput(
        `${flag} ${file}: ${error instanceof Error && 'code' in error ? String(error.code) : 'not readable'}`,
      );
    }
  };
  const inEnvironment = (flag: string, name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') throw badInput(`${flag} ${name}: this variable is not set`);
    return value;
  };
  const either = (flag: string, byName: string, byFile: string, otherwise: string | undefined): string | undefined => {
    const [name, file] = [given(byName), given(byFile)];
    if (name !== undefined && file !== undefined) throw badInput(`--${flag}-env and --${flag}-file: give one of them`);
    if (name !== undefined) return inEnvironment(`--${flag}-env`, name);
    return file === undefined ? otherwise : inFile(`--${flag}-file`, file);
  };
  const pem = (name: string, flag: string): string | undefined => {
    const file = given(name);
    return file === undefined ? undefined : inFile(flag, file);
  };
  const values: Readonly<Record<string, string | undefined>> = {
    [secretNames.token]: either('token', 'tokenEnv', 'tokenFile', env.DD_API_KEY),
    [secretNames.appKey]: either('app-key', 'appKeyEnv', 'appKeyFile', env.DD_APP_KEY),
    [secretNames.ca]: pem('caFile', '--ca-file'),
    [secretNames.cert]: pem('certFile', '--cert-file'),
    [secretNames.key]: pem('keyFile', '--key-file'),
  };
  return {
    get: async (name) => {
      const value = values[name];
      if (value === undefined || value === '') throw new SecretMissing(name, 'the options of this command');
      return new Secret(value);
    },
  };
};

/** Our AWS identity as the environment says it, by the names every tool of AWS reads. Profiles and files are not looked at. */
export const environmentIdentity =
  (env: Environment): AwsIdentity =>
  async () => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = env;
    if (!accessKeyId || !secretAccessKey)
      throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; expected both in the environment');
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  };
