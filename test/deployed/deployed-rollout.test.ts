import { createHash, createPublicKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchEvidence } from '../../cli/audit-evidence.ts';
import { assessQuery } from '../../shared/analysis/assess-query.ts';
import { readOpenApprovals } from '../../shared/approval/rows.ts';
import { verifyAudit } from '../../shared/audit/verify-audit.ts';
import { parseConfig } from '../../shared/fleet/parse-config.ts';
import { toTargets } from '../../shared/fleet/targets.ts';
import { executionName } from '../../shared/intake/event-name.ts';
import { readAlertHolds } from '../../shared/ledger/alerts.ts';
import { readEvents } from '../../shared/ledger/events.ts';
import { listRollouts, readRollout } from '../../shared/ledger/rollouts.ts';
import { readTargetStates } from '../../shared/ledger/target-state.ts';
import { evaluateInThread } from '../../shared/render/jsonnet-in-thread.ts';
import { image, smallFleetConfig, webService } from '../journeys/fleet-config.ts';
import { letsThrough } from '../ledger/filter-pattern.ts';
import { readStream } from '../ledger/stream-records.ts';
import { describeWithMoto } from '../outside/moto.ts';
import { openDeployed } from './deployed-place.ts';
import { lacking } from './reduce-template.ts';

const person = { name: 'bo', email: 'bo@example.com', login: 'bo' };
const files = { 'tidegate.jsonnet': smallFleetConfig('v1'), 'services/web.jsonnet': webService };
const longestMs = 150_000;

const targetsOf = async () => {
  const bytes = new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]));
  const parsed = await parseConfig(bytes, 'tidegate.jsonnet', evaluateInThread(), assessQuery);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return toTargets(parsed.config.targets);
};

describeWithMoto('the packaged stack, made by CloudFormation of an emulator', () => {
  let place: Awaited<ReturnType<typeof openDeployed>>;
  beforeAll(async () => {
    place = await openDeployed(await targetsOf());
  });
  afterAll(async () => place?.close());

  const until = async <Found>(look: () => Promise<Found | undefined>): Promise<Found> => {
    for (const deadline = Date.now() + longestMs; ; await sleep(50)) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`not in ${longestMs} ms; ${await sofar()}`);
    }
  };

  /** What a story that does not go on has come to. */
  const sofar = async (): Promise<string> => {
    const [rollout] = await listRollouts(place.outside.ledger, 1);
    const events = await readEvents(place.outside.ledger, rollout?.rollout ?? '');
    return [...events.map(({ event }) => `${event.text}\n`), ...place.lines.slice(-20)].join('');
  };

  it('lacks what is on the list of what the emulator can not make, and nothing else', () => {
    const { packaged, reduced, made } = place.stack;
    const types = new Set(Object.values(packaged.Resources).map(({ Type }) => Type));
    expect(Object.keys(lacking).filter((type) => !types.has(type))).toEqual([]);
    const left = Object.entries(packaged.Resources).filter(([id]) => !(id in reduced.Resources));
    // Of a condition that does not hold for this stage: nobody is told of alarms.
    expect(left.filter(([, { Type }]) => !(Type in lacking)).map(([id]) => id)).toEqual(['AlarmRecipient']);
    expect([...made].sort()).toEqual(Object.keys(reduced.Resources).sort());
  });

  it('brings an image from an event on its bus to every target, with an approval, through what it made', async () => {
    const { stack, forge, outside, call } = place;
    await forge.seed(files, 'First version', person);

    // CI puts its event on the bus; the rule that the stack made lets it through to its function, and nothing that says it were AWS.
    const bus = stack.outputs.ArtifactBusName ?? '';
    const [rule, ...more] = await stack.rulesOf(bus);
    expect([rule, ...more]).toEqual([
      {
        name: 'tidegate-ci-receiveArtifact-rule-2',
        pattern: { source: [{ 'anything-but': { prefix: 'aws.' } }] },
        functions: ['tidegate-ci-receiveArtifact'],
        deadLetters: [expect.stringContaining('FailedEvents')],
      },
    ]);
    const artifact = { image: image('v2'), service: 'web' };
    const through = await stack.letThrough(rule?.name ?? '', bus, [
      { source: 'aws.forged', type: 'image', detail: { ...artifact, id: 'forged' } },
      { source: 'ci.example.com', type: 'image', detail: artifact },
    ]);
    expect(through).toMatchObject([{ source: 'ci.example.com', detail: artifact }]);
    const received = await call('receiveArtifact', through[0]);
    expect(JSON.parse((received as { readonly body: string }).body)).toMatchObject({ outcome: 'proposed', number: 1 });
    const commit = await forge.merge(1, person);
    await forge.settled();
    const rollout = executionName('example/config', commit);

    // Somebody whom the issuer of the console knows approves the plan, in the console.
    const approval = await until(async () => (await readOpenApprovals(outside.ledger))[0]);
    const decided = await call('serveConsole', {
      version: '2.0',
      rawPath: `/approvals/${approval.approval}`,
      rawQueryString: '',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `Bearer ${await place.signer.token({ preferred_username: 'ana', groups: ['release-managers'] })}`,
      },
      isBase64Encoded: false,
      body: JSON.stringify({ plan: approval.plan, vote: 'approve', comment: '' }),
      requestContext: {
        domainName: new URL(stack.outputs.HttpApiUrl ?? '').hostname,
        http: { method: 'POST' },
      },
    });
    const { statusCode, body } = decided as { readonly statusCode: number; readonly body: string };
    expect([statusCode, Buffer.from(body, 'base64').toString()]).toEqual([200, expect.stringContaining('approved')]);
    await until(async () =>
      (await readEvents(outside.ledger, rollout)).some(({ event: { kind } }) => kind === 'ended') ? true : undefined,
    );

    expect((await readRollout(outside.ledger, rollout))?.end).toMatchObject({ outcome: 'succeeded' });
    const states = await readTargetStates(outside.ledger);
    for (const [target, server] of place.fleet.servers) {
      expect({ target, verified: states.get(target)?.verified?.commit }).toEqual({ target, verified: commit });
      expect(server.pods().flatMap(({ images, ready }) => (ready ? images : []))).toEqual([image('v2')]);
    }
    expect(await listRollouts(outside.ledger, 10)).toHaveLength(1);
  });

  it('takes alerts of whoever has their secret, by the packed bundle, and tells the sender of one that is about nothing', async () => {
    const alert = (target: string) => ({
      version: '4',
      alerts: [
        {
          ...{ status: 'firing', labels: { alertname: 'Down', target }, annotations: { summary: 'no answer' } },
          ...{ startsAt: new Date().toISOString(), endsAt: '0001-01-01T00:00:00Z', fingerprint: target },
        },
      ],
    });
    const deliver = async (token: string, target: string) => {
      const answer = await place.call('receiveAlerts', {
        version: '2.0',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(alert(target)),
      });
      const { statusCode, body } = answer as { readonly statusCode: number; readonly body: string };
      return [statusCode, JSON.parse(body).outcome];
    };
    expect(await deliver('another', 'eks-a')).toEqual([401, 'refused']);
    expect(await deliver('planted-alert-secret', 'nowhere')).toEqual([422, 'refused']);
    expect(await deliver('planted-alert-secret', 'eks-a')).toEqual([200, 'taken']);
    expect((await readAlertHolds(place.outside.ledger)).map(({ kind, scope, name }) => [kind, scope, name])).toEqual([
      ['alert', 'target', 'eks-a'],
    ]);
  });

  it('left its rows in the table and its blobs in the bucket that the stack made, each under its digest', async () => {
    const { stack, moto, s3 } = place;
    const { Items = [] } = await new DynamoDBClient(moto.client).send(
      new ScanCommand({ TableName: stack.idOf('LedgerTable') }),
    );
    const partitions = new Set(Items.map(({ PK }) => PK?.S?.split('#')[0]));
    expect([...partitions]).toEqual(expect.arrayContaining(['rollout', 'rollouts', 'targets', 'wave']));
    const Bucket = stack.idOf('BlobBucket');
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents.length).toBeGreaterThan(10);
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const hex = createHash('sha256')
        .update((await Body?.transformToByteArray()) ?? '')
        .digest('hex');
      expect(Key).toBe(`sha256/${hex.slice(0, 2)}/${hex}`);
    }
  });

  it('chained what was done, signed by its key and anchored in its bucket: whole by the key that anybody takes from KMS', async () => {
    const { stack, moto, call, auditKey } = place;
    expect(await call('chainAudit', {})).toMatchObject({ head: expect.any(Number) });
    const view = async <View>(path: string): Promise<View> => {
      const [rawPath = '', rawQueryString = ''] = path.split('?');
      const answer = await call('serveConsole', {
        version: '2.0',
        ...{ rawPath, rawQueryString, isBase64Encoded: false },
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${await place.signer.token({ preferred_username: 'ana' })}`,
        },
        requestContext: {
          domainName: new URL(stack.outputs.HttpApiUrl ?? '').hostname,
          http: { method: 'GET' },
        },
      });
      return JSON.parse(Buffer.from((answer as { readonly body: string }).body, 'base64').toString()).view;
    };
    const evidence = await fetchEvidence({
      connection: { url: '' },
      view,
      post: () => Promise.reject(new Error('no')),
    });
    const { PublicKey } = await new KMSClient(moto.client).send(new GetPublicKeyCommand({ KeyId: auditKey }));
    const pem = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    const verified = verifyAudit(evidence, [String(pem.export({ type: 'spki', format: 'pem' }))]);
    expect(verified).toMatchObject({ outcome: 'whole', findings: [], entries: { hidden: 0, expired: 0, waiting: 0 } });
    expect(verified.entries.verified).toBeGreaterThan(20);
    expect(verified.anchored?.sequence).toBe(verified.links);
    const actions = evidence.links.flatMap(({ entries }) =>
      entries.map(({ entry }) => `${entry?.actor} ${entry?.action}`),
    );
    expect(actions).toContain('ana approve');
  });

  it('tells by the stream of its table, through the filter of its mapping, of what people are to be told', async () => {
    const { moto, stack, outside, call } = place;
    const filters = Object.values(stack.packaged.Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
      .flatMap(({ Properties }) => {
        const { Filters } = Properties.FilterCriteria as { readonly Filters: readonly { readonly Pattern: string }[] };
        return Filters.map(({ Pattern }): unknown => JSON.parse(Pattern));
      });
    const { Table } = await new DynamoDBClient(moto.client).send(
      new DescribeTableCommand({ TableName: stack.idOf('LedgerTable') }),
    );
    const Records = (await readStream(moto.client.endpoint, Table?.LatestStreamArn ?? '')).filter((record) =>
      filters.some((pattern) => letsThrough(pattern, record)),
    );
    const keys = [expect.stringMatching(/^approval ap-/), expect.stringMatching(/^alert target\/eks-a /)];
    expect(Records.map(({ dynamodb }) => dynamodb.Keys.SK?.S)).toEqual(keys);
    expect(await outside.ledger.query('notify-outbox')).toHaveLength(2);
    // Nobody has said where, so that it is done.
    expect(await call('sendNotices', { Records })).toEqual({ batchItemFailures: [] });
    expect(await outside.ledger.query('notify-outbox')).toEqual([]);
  });

  it('has told no secret to any row, blob, log or execution', async () => {
    const { moto, stack, lines } = place;
    const { Items } = await new DynamoDBClient(moto.client).send(
      new ScanCommand({ TableName: stack.idOf('LedgerTable') }),
    );
    for (const secret of ['planted-webhook-secret', 'planted-config-token', 'planted-alert-secret']) {
      expect(JSON.stringify([Items, lines]).includes(secret)).toBe(false);
    }
  });

  it('calls by schedule what must run each minute, each five and each day', async () => {
    const scheduled = (await place.stack.rulesOf('default')).filter(({ schedule }) => schedule !== undefined);
    expect(scheduled.map(({ schedule, functions }) => [functions, schedule]).sort()).toEqual([
      [['tidegate-ci-chainAudit'], 'rate(1 minute)'],
      [['tidegate-ci-detectDrift'], 'rate(5 minutes)'],
      [['tidegate-ci-keepBlobs'], 'rate(1 day)'],
      [['tidegate-ci-probeAvailability'], 'rate(1 minute)'],
      [['tidegate-ci-sweepTurns'], 'rate(1 minute)'],
      [['tidegate-ci-watchProbers'], 'rate(1 minute)'],
    ]);
    await expect(place.call('sweepTurns', {})).resolves.toBeDefined();
    expect(await place.call('keepBlobs', {})).toMatchObject({ missing: [] });
    expect(await place.call('detectDrift', {})).toMatchObject({ drifted: [], unknown: [], left: 0 });
  });
});
