import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ssmSecrets } from '../../shared/secrets/ssm.ts';
import { describeWithMoto, type Moto, startMoto } from '../outside/moto.ts';
import { secretsContract } from './contract.ts';

const path = '/tidegate/';

describeWithMoto('secrets in SSM', () => {
  let moto: Moto;
  let client: SSMClient;
  beforeAll(async () => {
    moto = await startMoto();
    client = new SSMClient(moto.client);
  });
  afterAll(() => moto.stop());

  secretsContract(async () => ({
    secrets: ssmSecrets({ client, path }),
    write: async (name, value) => {
      await client.send(
        new PutParameterCommand({ Name: path + name, Value: value, Type: 'SecureString', Overwrite: true }),
      );
    },
    close: () => undefined,
  }));

  it('refuses a parameter that is stored in clear text', async () => {
    await client.send(new PutParameterCommand({ Name: '/tidegate/clear', Value: 'canary-value', Type: 'String' }));
    await expect(ssmSecrets({ client, path }).get('clear')).rejects.toThrow(
      'secret "clear": parameter /tidegate/clear is of type String, expected SecureString',
    );
  });
});
