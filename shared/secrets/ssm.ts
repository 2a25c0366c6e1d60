import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import { checkSecretName, SecretRefused } from './name.ts';
import { Secret, SecretMissing, type Secrets } from './secrets.ts';

export interface SsmSecretsOptions {
  readonly client: SSMClient;
  /** Begins and ends with a slash. */
  readonly path: string;
}

/** Secrets as SecureString parameters below `path`, read at each use. Throws `SecretRefused` for odd names and for parameters in clear text. */
export const ssmSecrets = ({ client, path }: SsmSecretsOptions): Secrets => ({
  get: async (name) => {
    checkSecretName(name);
    try {
      const { Parameter } = await client.send(new GetParameterCommand({ Name: path + name, WithDecryption: true }));
      if (Parameter?.Type !== 'SecureString') {
        throw new SecretRefused(name, `parameter ${path}${name} is of type ${Parameter?.Type}, expected SecureString`);
      }
      if (!Parameter.Value) throw new SecretMissing(name, `SSM below ${path}`);
      return new Secret(Parameter.Value);
    } catch (error) {
      if (error instanceof ParameterNotFound) throw new SecretMissing(name, `SSM below ${path}`);
      throw error;
    }
  },
});
