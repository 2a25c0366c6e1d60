import { describe, expect, it } from 'vitest';
import { EnvironmentRefused, readEnvironment } from '../../../functions/tools/environment.ts';

const machine = (name: string): string => `arn:aws:states:eu-west-1:111111111111:stateMachine:tidegate-prod-${name}`;
const deployed = {
  AWS_REGION: 'eu-west-1',
  TIDEGATE_LEDGER_TABLE: 'ledger',
  TIDEGATE_BLOB_BUCKET: 'blobs',
  TIDEGATE_SECRETS_PATH: '/tidegate/prod/',
  TIDEGATE_ROLLOUT_MACHINE: machine('rollout'),
  TIDEGATE_WAVE_MACHINE: machine('wave'),
  TIDEGATE_DEPLOYMENT_MACHINE: machine('deployment'),
  TIDEGATE_CONFIG_API: 'https://api.github.com',
  TIDEGATE_CONFIG_GIT: 'https://github.com/acme/config.git',
  TIDEGATE_CONFIG_REPOSITORY: 'acme/config',
  TIDEGATE_CONFIG_BRANCH: 'main',
  TIDEGATE_CONFIG_FILE: 'tidegate.jsonnet',
  TIDEGATE_CONSOLE_URL: 'https://console.example.com',
  TIDEGATE_GOOGLE_AUDIENCE: '',
  TIDEGATE_GOOGLE_SERVICE_ACCOUNT: '',
  TIDEGATE_AZURE_TENANT: '',
  TIDEGATE_AZURE_CLIENT: '',
};

describe('the environment of a deployed function', () => {
  it('says where everything is', () => {
    expect(readEnvironment(deployed)).toEqual({
      home: 'eu-west-1',
      table: 'ledger',
      bucket: 'blobs',
      secretsPath: '/tidegate/prod/',
      settings: {
        region: 'eu-west-1',
        stateMachines: { rollout: machine('rollout'), wave: machine('wave'), deployment: machine('deployment') },
        configRepository: {
          api: 'https://api.github.com',
          git: 'https://github.com/acme/config.git',
          name: 'acme/config',
          branch: 'main',
          config: 'tidegate.jsonnet',
          tokenSecret: 'config-token',
          webhookSecret: 'webhook',
        },
        console: 'https://console.example.com',
        federation: {},
        simulated: false,
      },
    });
  });

  it('names the trust of the other clouds where it is set', () => {
    const { settings } = readEnvironment({
      ...deployed,
      TIDEGATE_GOOGLE_AUDIENCE:
        '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws',
      TIDEGATE_AZURE_TENANT: 'tenant',
      TIDEGATE_AZURE_CLIENT: 'client',
    });
    expect(settings.federation).toEqual({
      google: { audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws' },
      azure: { tenant: 'tenant', client: 'client' },
    });
  });

  it.each([
    [{}, undefined],
    [{ TIDEGATE_AZURE_ISSUER: 'https://i.example.com' }, { name: 'https://i.example.com' }],
    [
      { TIDEGATE_AZURE_ISSUER: 'https://i.example.com', TIDEGATE_AZURE_ISSUER_URL: 'https://i.example.com/token' },
      { name: 'https://i.example.com', url: 'https://i.example.com/token' },
    ],
    [{ TIDEGATE_AZURE_ISSUER_URL: 'https://i.example.com/token' }, { url: 'https://i.example.com/token' }],
  ])('names who says to Entra who we are, where that is not AWS: %o', (named, issuer) => {
    // Also where each cluster names its own application.
    expect(readEnvironment({ ...deployed, ...named }).settings.federation?.azureIssuer).toEqual(issuer);
  });

  it('is refused by the names of what is missing or malformed, never by a value', () => {
    const broken = { ...deployed, TIDEGATE_LEDGER_TABLE: undefined, TIDEGATE_WAVE_MACHINE: 'not-an-arn' };
    expect(() => readEnvironment(broken)).toThrow(
      new EnvironmentRefused(['TIDEGATE_LEDGER_TABLE', 'TIDEGATE_WAVE_MACHINE']),
    );
  });
});
