import { createHash } from 'node:crypto';

/** Definition files of flagd as objects of S3, by bucket and key. */
export interface FlagdFiles {
  /** Puts a file there as its owner's own tools do, past everybody. */
  put(bucket: string, object: string, text: string): void;
  text(bucket: string, object: string): string | undefined;
  /** Answers as S3 does where an object is read, or written under the condition that it still is the one that was read. */
  handle(request: Request): Promise<Response>;
  /** What the flagd of a target serves that has the label `stage`: the file of any bucket whose name that is. */
  valueIn(stage: string, key: string): FlagdValue | undefined;
}

/** What flagd answers of a flag: the variant and its value, and why it is that one. */
export interface FlagdValue {
  readonly value: unknown;
  readonly variant: string;
  readonly reason: 'STATIC' | 'TARGETING_MATCH';
}

interface Definition {
  readonly state: string;
  readonly variants: Readonly<Record<string, unknown>>;
  readonly defaultVariant: string;
  readonly targeting?: { readonly fractional?: readonly (readonly [string, number])[] };
}

/**
 * Simulated S3 with definition files. ETags, `If-Match` and the errors of both are those of S3's documentation; signatures are not looked
 * at. Of flagd's rules only a plain `fractional` of two variants is evaluated, and everybody who asks is of the first.
 */
export const createFlagdFiles = (
  kept: Readonly<Record<string, string>>,
  keep: (files: Readonly<Record<string, string>>) => void,
): FlagdFiles => {
  const files = new Map(Object.entries(kept));
  const store = (place: string, text: string): void => {
    files.set(place, text);
    keep(Object.fromEntries(files));
  };
  return {
    put: (bucket, object, text) => store(`${bucket}/${object}`, text),
    text: (bucket, object) => files.get(`${bucket}/${object}`),
    handle: async (request) => {
      const url = new URL(request.url);
      const place = `${url.hostname.split('.s3.')[0]}${decodeURIComponent(url.pathname)}`;
      const text = files.get(place);
      if (request.method === 'GET') {
        if (text === undefined) return refusal(404, 'NoSuchKey', 'The specified key does not exist.');
        return new Response(text, { headers: { etag: tagOf(text), 'content-type': 'application/json' } });
      }
      if (request.method !== 'PUT') return refusal(405, 'MethodNotAllowed', 'The method is not allowed here.');
      const wanted = request.headers.get('if-match');
      if (wanted !== null && text === undefined) return refusal(404, 'NoSuchKey', 'The specified key does not exist.');
      if (wanted !== null && text !== undefined && wanted !== tagOf(text)) {
        return refusal(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
      }
      const body = await request.text();
      store(place, body);
      return new Response(null, { headers: { etag: tagOf(body) } });
    },
    valueIn: (stage, key) => {
      const [, text] = [...files].find(([place]) => place.endsWith(`/${stage}.json`)) ?? [];
      return text === undefined ? undefined : evaluate(JSON.parse(text).flags?.[key]);
    },
  };
};

const evaluate = (flag: Definition | undefined): FlagdValue | undefined => {
  if (flag === undefined || flag.state !== 'ENABLED') return undefined;
  const [first] = flag.targeting?.fractional ?? [];
  const variant = first?.[0] ?? flag.defaultVariant;
  return { value: flag.variants[variant], variant, reason: first === undefined ? 'STATIC' : 'TARGETING_MATCH' };
};

const tagOf = (text: string): string => `"${createHash('md5').update(text).digest('hex')}"`;

const refusal = (status: number, code: string, message: string): Response =>
  new Response(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    {
      status,
      headers: { 'content-type': 'application/xml' },
    },
  );
