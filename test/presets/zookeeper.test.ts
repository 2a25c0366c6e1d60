import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { describeWith, eventually, type Program, startProgram, temporaryFolder } from '../analysis/program.ts';
import { freePort } from '../outside/moto.ts';
import { judgePreset, verdictsOf, type Watching, watchWithPrometheus } from './watched.ts';

const JARS = ['/usr/share/java/zookeeper.jar', '/usr/share/java/slf4j-simple.jar'];

const cases = () => {
  const folder = temporaryFolder('zookeeper');
  let zookeeper: Program;
  let exporter: Server;
  let watching: Watching;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    mkdirSync(join(folder.path, 'data'));
    const config = [
      `dataDir=${folder.path}/data`,
      `clientPort=${port}`,
      'clientPortAddress=127.0.0.1',
      'maxClientCnxns=0',
      'admin.enableServer=false',
      '4lw.commands.whitelist=*',
    ];
    writeFileSync(join(folder.path, 'zoo.cfg'), `${config.join('\n')}\n`);
    // Few files, so that the test needs few connections to use them up.
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    const command = `ulimit -n 160 && exec java -Xmx128m -cp ${JARS.join(':')} ${main} ${folder.path}/zoo.cfg`;
    zookeeper = await startProgram('bash', ['-c', command], async () => /zk_version/.test(await mntr()));
    exporter = createServer(async (_, response) => {
      const found = await mntr().catch(() => '');
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(expositionOf(found));
    });
    const exported = await freePort();
    await new Promise<void>((resolve) => exporter.listen(exported, '127.0.0.1', resolve));
    watching = await watchWithPrometheus([`127.0.0.1:${exported}`]);
  });
  afterAll(async () => {
    await watching?.stop();
    exporter?.close();
    await zookeeper?.stop();
    folder.remove();
  });

  /** What the four-letter command says. */
  const mntr = (): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('mntr'));
      socket.on('data', (data) => {
        text += data.toString();
      });
      socket.once('end', () => resolve(text));
      socket.once('error', reject);
      socket.setTimeout(3_000, () => socket.destroy(new Error('no answer')));
    });
  /** Debian's ZooKeeper has no metrics provider for Prometheus; its metrics have the names of `mntr` without the prefix. */
  const expositionOf = (text: string): string =>
    [...text.matchAll(/^zk_(\w+)\t(-?\d+(?:\.\d+)?)$/gm)].map(([, name, value]) => `${name} ${value}\n`).join('');
  const judge = () => judgePreset('zookeeper', 'promql', watching.source);

  it('passes every gate while it is well', async () => {
    const judged = await eventually(judge, (found) =>
      Object.values(verdictsOf(found)).every((each) => each === 'pass'),
    );
    expect(verdictsOf(judged)).toEqual({ latency: 'pass', outstanding: 'pass', descriptors: 'pass' });
  });

  it('fails the leading gate of its descriptors when it has nearly no more of them', async () => {
    const held: Socket[] = [];
    const judged = await eventually(
      async () => {
        const found = await judge();
        if (found.descriptors?.verdict === 'pass')
          held.push(...Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined)));
        return found;
      },
      ({ descriptors }) => descriptors?.verdict === 'fail',
    );
    for (const socket of held) socket.destroy();
    expect(judged.descriptors).toMatchObject({ verdict: 'fail', threshold: 0.8 });
    expect(judged.latency?.verdict).toBe('pass');
  });
};

const installed = JARS.every((jar) => existsSync(jar)) || process.env.TIDEGATE_REQUIRE_STORES === '1';
if (installed) describeWith('the preset of ZooKeeper, with a real one', ['java', 'prometheus'], cases);
else describe('the preset of ZooKeeper', () => test.skip('skipped: not installed: zookeeper', () => {}));
