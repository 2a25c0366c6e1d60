import { ownedBlobs } from '../blobs/blobs.ts';
import { putJson } from '../blobs/json.ts';
import type { LogFields } from '../outside/log.ts';
import type { Outside } from '../outside/outside.ts';
import { ownerMark, ownerOf } from '../rollout/own-rollout.ts';
import { Discreet, type Discretion, logTo, messageOf, nameOf, outsideWith } from './discretion.ts';
import { hidePrivate, privateNames, speaksOf } from './hide-private.ts';
import { openSealed, sealText } from './sealed.ts';

/**
 * The discretion of a step of a rollout. In one for a private target alone nothing but names and digests is said: what is thrown, and the fields of
 * what is logged, are blobs of that target's own. In one of the fleet what names a private target is kept in the same way, and all else is said.
 * A text that an earlier step kept so is heard as it was.
 */
export const sealPrivate = (rollout: string, outside: Outside): Discretion => {
  const owner = ownerOf(rollout);
  return owner === undefined ? ofFleet(rollout, outside) : ofPrivate(rollout, owner, outside);
};

const ofFleet = (rollout: string, outside: Outside): Discretion => {
  const hiding = hidePrivate(outside);
  return {
    ...hiding,
    hear: (input) => openSealed(input, rollout, outside.blobs),
    thrown: async (error) => {
      const names = await privateNames(outside);
      if (names === undefined) return hiding.thrown(error);
      const named = [...names].filter((name) => speaksOf(error, new Set([name])));
      if (named.length === 0) return error;
      // What is about several is nobody's own: functions read it, and people what becomes of it in the ledger.
      const [only = '', ...more] = named;
      return sealed(error, rollout, more.length > 0 ? undefined : ownerMark(only), outside);
    },
  };
};

const ofPrivate = (rollout: string, owner: string, outside: Outside): Discretion => {
  const blobs = ownedBlobs(outside.blobs, owner);
  const kept: LogFields[] = [];
  const log = logTo(({ level, message, fields }) => {
    outside.log[level](message, { rollout });
    kept.push({ level, message, ...fields });
  });
  return {
    outside: outsideWith(outside, { blobs, log }),
    hear: (input) => openSealed(input, rollout, blobs),
    thrown: (error) => {
      const trace = (error instanceof Error ? error.stack : undefined) ?? '';
      kept.push({ level: 'error', message: 'thrown', error: nameOf(error), because: messageOf(error), trace });
      return sealed(error, rollout, owner, outside);
    },
    end: async () => {
      if (kept.length === 0) return;
      try {
        const fields = await putJson(blobs, { rollout, lines: kept });
        outside.log.info('what a step said is kept for the people of its target', { rollout, kept: fields });
      } catch (error) {
        outside.log.error('what a step said could not be kept', { rollout, error: nameOf(error) });
      }
    },
  };
};

/** The name, and where the text is. Where that can not be kept, that, and never the text. */
const sealed = async (
  error: unknown,
  rollout: string,
  owner: string | undefined,
  outside: Pick<Outside, 'blobs'>,
): Promise<Discreet> => {
  const name = nameOf(error);
  try {
    const text = { rollout, error: name, because: messageOf(error) };
    return new Discreet(name, await sealText(text, ownedBlobs(outside.blobs, owner)));
  } catch (failed) {
    return new Discreet(name, `what was thrown could not be kept (${nameOf(failed)}), and is not said here`);
  }
};
