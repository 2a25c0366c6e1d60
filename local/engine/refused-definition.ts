import type { Diagnostic } from './parse.ts';
import { WireError } from './wire-error.ts';

/** The `InvalidDefinition` that tells every mistake, worded as AWS words it; a mistake without a place is `at null`. */
export const refusedDefinition = (mistakes: readonly Diagnostic[]): WireError => {
  const list = mistakes.map(({ code, message, location = null }) => `${code}: ${message} at ${location}`);
  return new WireError('InvalidDefinition', `Invalid State Machine Definition: '${list.join(', ')}'`);
};
