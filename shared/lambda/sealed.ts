import type { Blobs, Digest } from '../blobs/blobs.ts';
import { getJson, putJson } from '../blobs/json.ts';
import { brief } from '../rollout/outcome.ts';
import { assessThrown } from './assess-thrown.ts';

/** Why a step could not be done, as it is kept for those who may read it. */
interface SealedText {
  readonly rollout: string;
  readonly error: string;
  readonly because: string;
}

/** How long a reason may be that a function is given. */
const mostOfReason = 500;

const sentence = 'what was thrown is kept for the people of its target as ';
const form = new RegExp(`${sentence}(sha256:[0-9a-f]{64})`, 'g');

/** Keeps a text; returns the sentence that stands for it. Twice is as once: the same text has the same digest. */
export const sealText = async (text: SealedText, blobs: Blobs): Promise<string> =>
  `${sentence}${await putJson(blobs, text)}`;

/**
 * The value with the text of every sentence in it that stands for one of this rollout. A sentence that names something else stays: whoever can
 * have words written (a container's log) must not be told another's. So does one whose blob is gone; rejects with what passes by itself.
 */
export const openSealed = async <Value>(value: Value, rollout: string, blobs: Blobs): Promise<Value> => {
  const found = [...JSON.stringify(value ?? null).matchAll(form)].map(([, digest]) => digest as Digest);
  if (found.length === 0) return value;
  const texts = new Map<string, string>();
  for (const digest of new Set(found)) {
    const text = await readSealed(digest, rollout, blobs);
    if (text !== undefined) texts.set(digest, text);
  }
  return opened(value, texts) as Value;
};

const readSealed = async (digest: Digest, rollout: string, blobs: Blobs): Promise<string | undefined> => {
  try {
    const kept = await getJson<Partial<SealedText>>(blobs, digest);
    return kept.rollout === rollout && typeof kept.because === 'string' ? kept.because : undefined;
  } catch (error) {
    const { name } = assessThrown(error) as Partial<Error>;
    if (name === 'Throttled' || name === 'Unreachable') throw error;
    return undefined;
  }
};

const opened = (value: unknown, texts: ReadonlyMap<string, string>): unknown => {
  if (typeof value === 'string') {
    const whole = value.replaceAll(form, (all, digest: string) => texts.get(digest) ?? all);
    return whole === value ? value : brief(whole, mostOfReason);
  }
  if (Array.isArray(value)) return value.map((each) => opened(each, texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, opened(inner, texts)]));
};
