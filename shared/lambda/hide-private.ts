import { readAccess } from '../ledger/access.ts';
import type { LogFields } from '../outside/log.ts';
import type { Outside } from '../outside/outside.ts';
import { namesOwnRollout } from '../rollout/own-rollout.ts';
import { withoutTargets } from '../rollout/without-targets.ts';
import { Discreet, type Discretion, logTo, nameOf, outsideWith, type Said } from './discretion.ts';

/**
 * The discretion of what is no private target's own: what names one is not said. Lines are held until the invocation ends, and the names are read
 * only where there is something to say. Where they can not be read, lines are without their texts, and an error without its message.
 */
export const hidePrivate = (outside: Outside): Discretion => {
  const held: Said[] = [];
  return {
    outside: outsideWith(outside, { log: logTo((said) => held.push(said)) }),
    hear: async (input) => input,
    thrown: async (error) => {
      const names = await privateNames(outside);
      if (names !== undefined && !speaksOf(error, names)) return error;
      const why = names === undefined ? 'may be about' : 'is about';
      return new Discreet(nameOf(error), `what was thrown ${why} a private target, and is not said here`);
    },
    end: async () => {
      if (held.length === 0) return;
      const names = await privateNames(outside);
      for (const { level, message, fields } of held) outside.log[level](message, sayable(fields, names));
    },
  };
};

/** Names of all targets that are private now, or were when they left the config; `undefined` where that can not be read. */
export const privateNames = async ({ ledger }: Pick<Outside, 'ledger'>): Promise<ReadonlySet<string> | undefined> => {
  try {
    return new Set(Object.keys((await readAccess(ledger)).privateTargets));
  } catch {
    return undefined;
  }
};

/** Whether what was thrown is about one of these targets, by what Lambda may write of it: its message, its fields, and those of its causes. Pure. */
export const speaksOf = (error: unknown, names: ReadonlySet<string>): boolean =>
  textsIn(error).some((text) => isAbout(text, names));

const textsIn = (value: unknown, depth = 4): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  const said = value instanceof Error ? [value.message, ...textsIn(value.cause, depth - 1)] : [];
  return [...said, ...Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner, depth - 1)])];
};

/** By the name of the target, or of a rollout for a private one alone, which has its mark. */
const isAbout = (text: string, names: ReadonlySet<string>): boolean =>
  withoutTargets(text, names) !== text || namesOwnRollout(text);

/** What of a line's fields may be read by all: where one is about a private target, so is what stands beside it. Pure. */
const sayable = (fields: LogFields, names: ReadonlySet<string> | undefined): LogFields => {
  const texts = Object.values(fields).filter((value) => typeof value === 'string');
  if (names !== undefined && !texts.some((text) => isAbout(text, names))) return fields;
  const counts = Object.entries(fields).filter(([, value]) => typeof value !== 'string');
  return { ...Object.fromEntries(counts), about: names === undefined ? 'nobody knows' : 'a private target' };
};
