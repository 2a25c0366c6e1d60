import { isBuiltInGroup } from './built-in-groups.ts';
import { sameJson } from './field-diff.ts';
import { isObject } from './fields.ts';
import { groupOf } from './object-id.ts';
import { amountOf, sameQuantity } from './quantity.ts';
import { sameWithDefaults } from './server-defaults.ts';

/**
 * What is known of a difference without asking the server. `none`: there is none, and that is certain. `certain`: there is one; only an
 * admission webhook that rewrites what is applied could make it none. `doubt`: the server knows.
 */
export type Difference = 'none' | 'certain' | 'doubt';

/** One value that a manifest states beside the one the server holds in its place. Objects and lists are one value where one owner has them whole. */
export const assessValue = (apiVersion: string, path: readonly string[], want: unknown, have: unknown): Difference => {
  if (sameJson(want, have)) return 'none';
  if (isBuiltInGroup(groupOf(apiVersion))) {
    if (have === undefined && isEmpty(want)) return 'none';
    if (sameWithDefaults(apiVersion, want, have) || sameQuantity(path, want, have)) return 'none';
  }
  return isScalar(want) && typeof want === typeof have && !isAlike(want, have) ? 'certain' : 'doubt';
};

/**
 * What the API server does not keep: an empty value of a field it leaves out where empty. It had not been ours any more if somebody else
 * had taken it away.
 */
const isEmpty = (value: unknown): boolean =>
  value === '' ||
  value === false ||
  value === 0 ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);

/** One amount, moment or text that is written in two ways, one of which may be the server's. */
const isAlike = (want: unknown, have: unknown): boolean => {
  const amount = amountOf(want);
  if (amount !== undefined && amount === amountOf(have)) return true;
  if (typeof want !== 'string' || typeof have !== 'string') return false;
  const moment = Date.parse(want);
  return (!Number.isNaN(moment) && moment === Date.parse(have)) || withoutSpace(want) === withoutSpace(have);
};

const withoutSpace = (text: string): string => text.replaceAll(/\s+/g, '');
