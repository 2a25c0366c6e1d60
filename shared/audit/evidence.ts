import * as z from 'zod/mini';

const digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));
const time = z.int().check(z.nonnegative());
const text = z.string().check(z.maxLength(10_000));

const link = z.object({
  sequence: z.int(),
  previous: text,
  entries: z.array(text).check(z.maxLength(100)),
  at: z.number(),
  key: text,
  signature: text,
});

/** Members that this version does not know count in the digest as well, so that a later one can add to it. */
const entry = z.looseObject({
  id: text,
  at: z.number(),
  actor: text,
  action: text,
  text,
  rollout: z.optional(text),
  wave: z.optional(text),
  target: z.optional(text),
  about: z.optional(text),
  plan: z.optional(text),
  fact: z.optional(z.object({ partition: text, sort: text, digest: text })),
});

const given = z.object({
  /** Its place in the link. */
  index: z.int().check(z.nonnegative()),
  /** Absent where it is withheld: it is of a private target that the asker may not see. */
  entry: z.optional(z.extend(entry, { salt: text })),
  /** What the row that it is about holds now; `null` where there is none any more, absent where it is withheld. */
  fact: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
});

/** A link under the number that the ledger has it by, with the entries of it that are still kept. */
export const givenLink = z.object({ sequence: z.int(), link, entries: z.array(given) });
export type GivenLink = z.infer<typeof givenLink>;
export type GivenEntry = z.infer<typeof given>;

export const givenHead = z.object({ sequence: z.int(), link: digest, at: time });
export const givenWaiting = entry;
/** A row that some entry should be about, where the chain had begun when what it is of began (`since`). */
export const givenFact = z.object({ partition: text, sort: text, at: z.number(), since: z.number() });

/** What begins an export, and what an instance answers first. */
export const givenStart = z.object({
  format: z.literal(1),
  /** When it was read. */
  madeAt: time,
  /** Public keys, as whoever gave it says. */
  keys: z.array(text),
  /** Something was left out, for whoever asked may not see all. */
  withheld: z.boolean(),
});
export type GivenStart = z.infer<typeof givenStart>;

/** All that a verification looks at: from an instance, or from an export. */
export interface Evidence {
  readonly start: GivenStart;
  readonly links: readonly GivenLink[];
  readonly heads: readonly z.infer<typeof givenHead>[];
  readonly waiting: readonly z.infer<typeof givenWaiting>[];
  readonly facts: readonly z.infer<typeof givenFact>[];
}
