import * as z from 'zod/mini';
import type { Settings } from '../../shared/outside/outside.ts';

/** Where a deployed function finds what it keeps, and what was fixed at deployment. Names and addresses; no secret. */
export interface Deployed {
  /** The region of ledger, blobs, secrets and state machines; a prober may run in another. */
  readonly home: string;
  readonly table: string;
  readonly bucket: string;
  readonly secretsPath: string;
  readonly settings: Settings;
}

/** A function was deployed without what it needs to know. Names every variable that is wrong, and no value. */
export class EnvironmentRefused extends Error {
  override readonly name = 'EnvironmentRefused';
  constructor(variables: readonly string[]) {
    super(
      `environment: ${variables.join(', ')} missing or malformed; deploy again with serverless.yml, which sets them all`,
    );
  }
}

const given = z.string().check(z.minLength(1));
const optional = z._default(z.string(), '');
const machineArn = z.string().check(z.regex(/^arn:aws[\w-]*:states:[\w-]+:\d{12}:stateMachine:[\w-]+$/));

/** `resources/environment.yml` sets these; those of AWS Lambda itself does. */
const variables = z.object({
  AWS_REGION: given,
  AWS_LAMBDA_FUNCTION_NAME: z.optional(z.string()),
  TIDEGATE_HOME_REGION: z.optional(z.string()),
  /** Names of regions, with commas between them. */
  TIDEGATE_PROBE_REGIONS: z.optional(z.string().check(z.regex(/^[a-z0-9-]+(,[a-z0-9-]+)*$/))),
  TIDEGATE_REGIONAL_PROBER: z.optional(given),
  TIDEGATE_LEDGER_TABLE: given,
  TIDEGATE_BLOB_BUCKET: given,
  /** Of the functions alone that chain what was done, and that show it. */
  TIDEGATE_AUDIT_SIGNER: z.optional(z.string().check(z.regex(/^arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/))),
  TIDEGATE_AUDIT_BUCKET: z.optional(given),
  TIDEGATE_SECRETS_PATH: z.string().check(z.regex(/^\/.*\/$/)),
  TIDEGATE_DATA_READERS: optional,
  TIDEGATE_ROLLOUT_MACHINE: machineArn,
  TIDEGATE_WAVE_MACHINE: machineArn,
  TIDEGATE_DEPLOYMENT_MACHINE: machineArn,
  TIDEGATE_CONFIG_API: z.url({ protocol: /^https$/ }),
  TIDEGATE_CONFIG_GIT: z.url({ protocol: /^https$/ }),
  TIDEGATE_CONFIG_REPOSITORY: z.string().check(z.regex(/^[^/]+\/[^/]+$/)),
  TIDEGATE_CONFIG_BRANCH: given,
  TIDEGATE_CONFIG_FILE: given,
  /** Without a path, or a slash at its end. */
  TIDEGATE_CONSOLE_URL: z.string().check(z.regex(/^https:\/\/[\w.:-]+$/)),
  TIDEGATE_CONSOLE_ISSUER: z._default(z.union([z.literal(''), z.url({ protocol: /^https$/ })]), ''),
  TIDEGATE_CONSOLE_AUDIENCE: optional,
  /** Empty: as the audience. */
  TIDEGATE_CONSOLE_CLIENT: optional,
  TIDEGATE_GOOGLE_AUDIENCE: optional,
  TIDEGATE_GOOGLE_SERVICE_ACCOUNT: optional,
  TIDEGATE_AZURE_TENANT: optional,
  TIDEGATE_AZURE_CLIENT: optional,
  TIDEGATE_AZURE_ISSUER: optional,
  TIDEGATE_AZURE_ISSUER_URL: z._default(z.union([z.literal(''), z.url({ protocol: /^https$/ })]), ''),
});

/** Reads what serverless.yml sets. Throws `EnvironmentRefused`. */
export const readEnvironment = (environment: Readonly<Record<string, string | undefined>>): Deployed => {
  const { success, data, error } = variables.safeParse(environment);
  if (!success) throw new EnvironmentRefused([...new Set(error.issues.map((issue) => issue.path.join('.')))]);
  return {
    home: data.TIDEGATE_HOME_REGION ?? data.AWS_REGION,
    table: data.TIDEGATE_LEDGER_TABLE,
    bucket: data.TIDEGATE_BLOB_BUCKET,
    secretsPath: data.TIDEGATE_SECRETS_PATH,
    settings: {
      region: data.AWS_REGION,
      ...(data.AWS_LAMBDA_FUNCTION_NAME === undefined ? {} : { functionName: data.AWS_LAMBDA_FUNCTION_NAME }),
      ...(data.TIDEGATE_HOME_REGION === undefined ? {} : { homeRegion: data.TIDEGATE_HOME_REGION }),
      ...(data.TIDEGATE_REGIONAL_PROBER === undefined ? {} : { regionalProber: data.TIDEGATE_REGIONAL_PROBER }),
      ...(data.TIDEGATE_PROBE_REGIONS === undefined ? {} : { probeRegions: data.TIDEGATE_PROBE_REGIONS.split(',') }),
      ...(data.TIDEGATE_DATA_READERS === '' ? {} : { dataReaders: data.TIDEGATE_DATA_READERS }),
      stateMachines: {
        rollout: data.TIDEGATE_ROLLOUT_MACHINE,
        wave: data.TIDEGATE_WAVE_MACHINE,
        deployment: data.TIDEGATE_DEPLOYMENT_MACHINE,
      },
      configRepository: {
        api: data.TIDEGATE_CONFIG_API,
        git: data.TIDEGATE_CONFIG_GIT,
        name: data.TIDEGATE_CONFIG_REPOSITORY,
        branch: data.TIDEGATE_CONFIG_BRANCH,
        config: data.TIDEGATE_CONFIG_FILE,
        // The two names that resources/policies.yml lets be read.
        tokenSecret: 'config-token',
        webhookSecret: 'webhook',
      },
      console: data.TIDEGATE_CONSOLE_URL,
      ...(data.TIDEGATE_AUDIT_SIGNER !== undefined &&
        data.TIDEGATE_AUDIT_BUCKET !== undefined && {
          audit: { key: data.TIDEGATE_AUDIT_SIGNER, bucket: data.TIDEGATE_AUDIT_BUCKET },
        }),
      ...(data.TIDEGATE_CONSOLE_ISSUER !== '' && {
        signIn: {
          issuer: data.TIDEGATE_CONSOLE_ISSUER,
          audience: data.TIDEGATE_CONSOLE_AUDIENCE,
          clientId: data.TIDEGATE_CONSOLE_CLIENT || data.TIDEGATE_CONSOLE_AUDIENCE,
        },
      }),
      federation: federationOf(data),
      simulated: false,
    },
  };
};

const federationOf = (data: z.infer<typeof variables>): NonNullable<Settings['federation']> => ({
  ...(data.TIDEGATE_GOOGLE_AUDIENCE !== '' && {
    google: {
      audience: data.TIDEGATE_GOOGLE_AUDIENCE,
      ...(data.TIDEGATE_GOOGLE_SERVICE_ACCOUNT !== '' && { serviceAccount: data.TIDEGATE_GOOGLE_SERVICE_ACCOUNT }),
    },
  }),
  ...(data.TIDEGATE_AZURE_TENANT !== '' &&
    data.TIDEGATE_AZURE_CLIENT !== '' && {
      azure: { tenant: data.TIDEGATE_AZURE_TENANT, client: data.TIDEGATE_AZURE_CLIENT },
    }),
  ...((data.TIDEGATE_AZURE_ISSUER !== '' || data.TIDEGATE_AZURE_ISSUER_URL !== '') && {
    azureIssuer: {
      ...(data.TIDEGATE_AZURE_ISSUER !== '' && { name: data.TIDEGATE_AZURE_ISSUER }),
      ...(data.TIDEGATE_AZURE_ISSUER_URL !== '' && { url: data.TIDEGATE_AZURE_ISSUER_URL }),
    },
  }),
});
