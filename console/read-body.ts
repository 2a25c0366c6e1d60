import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { ActionRefused } from './actions.ts';

// The small form of zod has no words of its own.
z.config(en());

/** A form, or the JSON of a command: some hundred characters. */
const mostBytes = 64 * 1024;

/** The body of a request, up to `limit` bytes. Throws `ActionRefused` above it. */
export const readBytes = async (request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> => {
  const tooLarge = () =>
    new ActionRefused(422, 'BODY_TOO_LARGE', `the body is larger than ${limit} bytes; nothing was done`);
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
};

/** Whether what asks is a program: it sent JSON, or wants it. */
export const wantsJson = (request: Request): boolean =>
  /\bjson\b/.test(request.headers.get('content-type') ?? '') || request.headers.get('accept') === 'application/json';

/** The fields of a form or of JSON, checked. Throws `ActionRefused` with every mistake. */
export const readFields = async <Fields>(request: Request, schema: z.core.$ZodType<Fields>): Promise<Fields> => {
  const text = new TextDecoder().decode(await readBytes(request, mostBytes));
  const parsed = z.safeParse(schema, fieldsOf(text, request.headers.get('content-type') ?? ''));
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(body)'}: ${issue.message}`);
  throw new ActionRefused(400, 'BAD_INPUT', `${mistakes.join('; ')}; nothing was done`);
};

const fieldsOf = (text: string, type: string): unknown => {
  if (!/\bjson\b/.test(type)) return Object.fromEntries(new URLSearchParams(text));
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 hexadecimal digits'));

export const decisionFields = z.object({
  plan: digest,
  vote: z.enum(['approve', 'reject']),
  comment: z._default(z.string().check(z.trim(), z.maxLength(2000)), ''),
  /** Empty in a form that names none. */
  deletes: z.optional(
    z.pipe(
      z.string().check(z.trim(), z.regex(/^\d{0,7}$/, 'expected how many objects are deleted, a whole number')),
      z.transform((text) => (text === '' ? undefined : Number(text))),
    ),
  ),
});

export const commitFields = z.object({
  commit: z.string().check(z.regex(/^([0-9a-f]{40}|HEAD)$/, 'expected the 40 hexadecimal digits of a commit, or HEAD')),
});

export const rolloutFields = z.object({ rollout: z.string().check(z.minLength(1), z.maxLength(128)) });

/** Without a target it is the installation that is meant. */
export const targetFields = z.object({ target: z.optional(z.string().check(z.minLength(1), z.maxLength(128))) });

/** Without a target it is all those that are not private. */
export const planFields = z.object({ ...commitFields.shape, ...targetFields.shape });

const comment = z.string().check(z.trim(), z.minLength(1, 'expected why, for those who are held'), z.maxLength(500));

/** A hold is of one thing by its name; of the fleet there is one. */
const heldBy = <const Kinds extends readonly string[]>(kinds: Kinds) =>
  z
    .object({
      kind: z.enum(kinds),
      scope: z.enum(['fleet', 'wave', 'service', 'target', 'source', 'rollout']),
      name: z._default(z.string().check(z.trim(), z.maxLength(200)), ''),
    })
    .check(
      z.refine(({ scope, name }) => (scope === 'fleet') === (name === ''), {
        error: 'expected a name for all but the fleet',
        path: ['name'],
      }),
      z.refine(
        ({ kind, scope }) => (kind === 'pause') === (scope === 'rollout') && (kind !== 'halt' || scope === 'fleet'),
        { error: 'a rollout is paused, the fleet is halted, anything but a rollout is frozen', path: ['kind'] },
      ),
    );

const times: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export const holdFields = z.intersection(
  heldBy(['freeze', 'halt', 'pause']),
  z.object({
    comment,
    /** Empty in a form: until it is lifted. */
    for: z.optional(
      z.pipe(
        z.string().check(z.trim(), z.regex(/^([1-9]\d{0,3}[mhd])?$/, 'expected how long, as 30m, 12h or 7d')),
        z.transform((text) => (text === '' ? undefined : Number(text.slice(0, -1)) * (times[text.slice(-1)] ?? 0))),
      ),
    ),
    rollback: z._default(z.enum(['yes', 'no']), 'yes'),
  }),
);

export const liftFields = z
  .intersection(
    heldBy(['freeze', 'halt', 'pause', 'alert']),
    z.object({ comment: z._default(z.string().check(z.trim(), z.maxLength(500)), '') }),
  )
  .check(
    z.refine(({ kind, comment: why }) => kind !== 'alert' || why !== '', {
      error: 'expected why what fires is let by, for those who look at it later',
      path: ['comment'],
    }),
  );

/** What a terminal keeps, as RFC 7636 (section 4.1) has such secrets. */
export const verifierFields = z.object({
  verifier: z.string().check(z.regex(/^[\w.~-]{43,128}$/, 'expected 43 to 128 letters, digits, and -._~')),
});

export const abortFields = z.extend(rolloutFields, {
  comment,
  /** Whether what was changed stays. */
  keep: z._default(z.enum(['yes', 'no']), 'no'),
});
