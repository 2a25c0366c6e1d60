import type { Outside } from '../outside/outside.ts';
import type { Found } from './check.ts';

/** Whether a secret can be read and says something. Its value goes nowhere. Throws what the place of secrets throws, but for one that may be missing. */
export const lookAtSecret = async (
  name: string,
  isOptional: boolean,
  { secrets }: Pick<Outside, 'secrets'>,
): Promise<Found> => {
  try {
    const secret = await secrets.get(name);
    if (secret.reveal().trim() !== '') return { status: 'ok', found: 'is there' };
    return { status: 'failed', found: 'is empty', next: 'store its value again' };
  } catch (error) {
    if (isOptional && error instanceof Error && error.name === 'SecretMissing')
      return { status: 'skipped', found: 'is not set; nothing asks for it' };
    throw error;
  }
};
