import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { openInstance } from '../../cli/open-instance.ts';
import { clusterHost } from '../../local/fleet/cluster-host.ts';
import { serveHttp } from '../../local/http-server.ts';
import { smallFleetConfig, webService } from '../journeys/fleet-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-open-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const options = {
  port: 0,
  fresh: false,
  repository: 'acme/fleet',
  config: 'tidegate.json',
  files: new Map([
    ['tidegate.json', bytes(smallFleetConfig('v1'))],
    ['services/web.jsonnet', bytes(webService)],
  ]),
  simulate: true,
};

test('an instance that can not be put together leaves neither the folder locked nor the console open', async () => {
  const dir = join(folder, 'broken');
  mkdirSync(join(dir, 'fleet.sqlite'), { recursive: true });
  const probe = await serveHttp(async () => new Response(''), 0);
  const port = Number(new URL(probe.url).port);
  await probe.close();
  await expect(openInstance({ ...options, port, dir })).rejects.toThrow('EISDIR');
  rmdirSync(join(dir, 'fleet.sqlite'));

  const opened = await openInstance({ ...options, port, dir });
  expect(opened.server.url).toBe(probe.url);
  await opened.close();
});

test('an outage of an API server is there again after a restart, until it is ended', async () => {
  const dir = join(folder, 'outage');
  const isUp = async (outage?: boolean): Promise<boolean> => {
    const { instance, targets, close } = await openInstance({ ...options, dir });
    const [target] = targets;
    if (outage !== undefined) instance.fleet.setDown(target?.name ?? '', outage);
    const host = target === undefined ? '' : clusterHost(target);
    const route = instance.fleet.routes.find((each) => each.host === host);
    const answer = await route?.handle(new Request(`https://${host}/version`)).catch(() => undefined);
    await close();
    return answer !== undefined;
  };
  expect([await isUp(), await isUp(true), await isUp(), await isUp(false), await isUp()]).toEqual([
    true,
    false,
    false,
    true,
    true,
  ]);
});

test('a folder that a later version wrote is refused in a sentence, and thrown away with all its copies where that is asked for', async () => {
  const dir = join(folder, 'later');
  await (await openInstance({ ...options, dir })).close();
  const ledger = new DatabaseSync(join(dir, 'ledger.sqlite'));
  ledger.exec('UPDATE ledger_schema SET version = 9');
  ledger.close();
  await expect(openInstance({ ...options, dir })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(
      /ledger.sqlite: has schema version 9, expected version 2 or an older one; open it with/,
    ),
  });
  for (const name of ['ledger.sqlite.layout-1', 'instance.log.1', 'flags.json', 'notes.txt'])
    writeFileSync(join(dir, name), 'kept');
  await (await openInstance({ ...options, dir, fresh: true })).close();
  expect(readdirSync(dir).filter((name) => /layout|\.1$|notes/.test(name))).toEqual(['notes.txt']);
});
