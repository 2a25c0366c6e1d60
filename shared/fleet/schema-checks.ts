import { z } from 'zod';
import { durationMs } from './duration.ts';
import type { RuleName } from './rules.ts';
import {
  count,
  duration,
  hostPort,
  isPattern,
  nameServer,
  probeUrl,
  rate,
  text,
  webSocketUrl,
} from './schema-fields.ts';

const rule = (name: RuleName): RuleName => name;

const family = z
  .union([z.literal(4), z.literal(6)], rule('family'))
  .optional()
  .describe('Connect to addresses of this family only: 4 or 6.');

const attempts = {
  ip: family,
  rate: rate.default('1/s').describe('First attempts a second and target; 1/s.'),
  timeout: duration.default('5s').describe('What an attempt may take; 5s.'),
};

const pattern = z
  .string(rule('pattern'))
  .min(1, rule('pattern'))
  .max(1_000, rule('pattern'))
  .refine(isPattern, rule('pattern'));

const matching = z.strictObject({ matches: pattern });

const headerRule = z.union([text, matching, z.strictObject({ absent: z.literal(true) })], rule('headerRule'));

const jsonRule = z.union(
  [
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    matching,
    z
      .strictObject({ atLeast: z.number().optional(), atMost: z.number().optional() })
      .refine(({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined, rule('jsonRule')),
  ],
  rule('jsonRule'),
);

/** What a probe asks, and what it must be told. */
export const checkSchema = z.union([
  z.strictObject({
    http: probeUrl.describe(
      'URL that is fetched; redirects are not followed. {target}, {region}, {label.NAME} are filled in.',
    ),
    status: z
      .array(z.int(rule('status')).min(100, rule('status')).max(599, rule('status')))
      .min(1, rule('status'))
      .default([200])
      .describe('Statuses that pass; 200.'),
    body: text.optional().describe('Text that the first 64 KiB of the body must hold.'),
    bodyMatches: pattern.optional().describe('Regular expression that the first 64 KiB of the body must match.'),
    headers: z
      .record(text, headerRule)
      .optional()
      .describe('What headers must be: a value, {matches: …} or {absent: true}.'),
    json: z
      .record(z.string(rule('pointer')).regex(/^(\/[^/]*)*$/, rule('pointer')), jsonRule)
      .optional()
      .describe(
        'What must be at these JSON pointers of the body, as {"/status": "ok"}: a value, {matches: …}, {atLeast: …, atMost: …}.',
      ),
    within: duration.optional().describe('The answer must be there within this.'),
    phases: z
      .partialRecord(z.enum(['resolve', 'connect', 'tls', 'headers', 'body'], rule('phase')), duration)
      .optional()
      .describe('What phases may take; those of a connection only where one is opened.'),
    mostBytes: count
      .max(16 * 1024 * 1024, rule('mostBytes'))
      .optional()
      .describe('A body of more bytes fails.'),
    redirects: count.max(10, rule('count')).default(0).describe('Redirects that are followed; 0.'),
    ...attempts,
  }),
  z.strictObject({ tcp: hostPort.describe('host:port that must accept a connection.'), ...attempts }),
  z.strictObject({
    tls: hostPort.describe('host:port whose certificate must be trusted, be in force and carry the name.'),
    minDaysLeft: count.default(14).describe('Days the certificate must still be good for; 14.'),
    name: text.optional().describe('Name to ask for and to find in the certificate; the host.'),
    minVersion: z
      .enum(['1.2', '1.3'], rule('tlsVersion'))
      .optional()
      .describe('Oldest version of TLS that may be agreed on; 1.2.'),
    ...attempts,
  }),
  z.strictObject({
    dns: text.describe('Name that must resolve.'),
    type: z
      .enum(['A', 'AAAA', 'CNAME'], rule('dnsType'))
      .optional()
      .describe('Record to ask name servers for; without it, and without server, the resolver of the system is asked.'),
    server: nameServer.optional().describe('Name server to ask: an address, and its port where that is not 53.'),
    rcode: z
      .enum(['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'], rule('rcode'))
      .optional()
      .describe('Code the answer must have; NOERROR, and a record.'),
    addresses: z.array(text).optional().describe('Addresses, or for CNAME names, that must be among the answer.'),
    ...attempts,
  }),
  z.strictObject({
    grpc: hostPort.describe('host:port whose gRPC health service must say SERVING.'),
    service: z
      .string(rule('text'))
      .max(120, rule('text'))
      .default('')
      .describe('Service to ask about; the server as a whole.'),
    tls: z.boolean().default(true).describe('Whether it is asked over TLS; true.'),
    ...attempts,
  }),
  z.strictObject({
    ws: webSocketUrl.describe('ws or wss URL that must open and answer a ping.'),
    echo: text.optional().describe('Text that is sent and must come back.'),
    ...attempts,
  }),
  z.strictObject({
    stream: probeUrl.describe('URL whose answer must go on for the time of hold, as an event stream.'),
    hold: duration
      .default('10s')
      .refine((value) => durationMs(value) <= 20_000, rule('hold'))
      .describe('How long it must go on; 10s, at most 20s.'),
    ...attempts,
    rate: rate.default('6/m').describe('Streams opened in a time; 6/m.'),
  }),
]);
