import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answers, describeWith, eventually, type Program, startProgram, temporaryFolder } from '../analysis/program.ts';
import { freePort } from '../outside/moto.ts';
import { judgePreset, verdictsOf, type Watching, watchWithPrometheus } from './watched.ts';

describeWith(
  'the preset of Redis, with a real one',
  ['redis-server', 'prometheus-redis-exporter', 'prometheus'],
  () => {
    const folder = temporaryFolder('redis');
    const programs: Program[] = [];
    let watching: Watching;
    let port: number;
    beforeAll(async () => {
      port = await freePort();
      const exporter = await freePort();
      const settings = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', folder.path, '--maxclients', 12];
      programs.push(
        await startProgram('redis-server', [...settings, '--maxmemory', '3mb'].map(String), async () =>
          /PONG/.test(await say('PING')),
        ),
      );
      programs.push(
        await startProgram(
          'prometheus-redis-exporter',
          ['-web.listen-address', `127.0.0.1:${exporter}`, '-redis.addr', `redis://127.0.0.1:${port}`],
          () => answers(`http://127.0.0.1:${exporter}/metrics`),
        ),
      );
      watching = await watchWithPrometheus([`127.0.0.1:${exporter}`]);
    });
    afterAll(async () => {
      await watching?.stop();
      for (const program of programs) await program.stop();
      folder.remove();
    });

    const open = (): Promise<Socket> =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket));
        socket.once('error', reject);
      });
    /** One inline command, and what is answered first. */
    const say = async (command: string): Promise<string> => {
      const socket = await open();
      const answered = new Promise<string>((resolve, reject) => {
        socket.once('data', (data) => resolve(data.toString()));
        socket.once('close', () => reject(new Error('closed')));
      });
      socket.write(`${command}\r\n`);
      return answered.finally(() => socket.destroy());
    };
    const judge = () => judgePreset('redis', 'promql', watching.source);

    it('passes every gate while it is well', async () => {
      const judged = await eventually(judge, (found) =>
        Object.values(verdictsOf(found)).every((each) => each === 'pass'),
      );
      expect(verdictsOf(judged)).toEqual({
        up: 'pass',
        rejected: 'pass',
        memory: 'pass',
        clients: 'pass',
        evictions: 'pass',
      });
    });

    it('fails the leading gate of its memory when that is full, and that of refused connections', async () => {
      let answer = '';
      for (let key = 0; key < 200 && !answer.includes('OOM'); key += 1)
        answer = await say(`SET key${key} ${'x'.repeat(60_000)}`);
      expect(answer).toContain('OOM');
      const sockets = await Promise.all(Array.from({ length: 20 }, () => open().catch(() => undefined)));
      await new Promise((resolve) => setTimeout(resolve, 500));
      for (const socket of sockets) socket?.destroy();
      const judged = await eventually(
        judge,
        ({ memory, rejected }) => memory?.verdict === 'fail' && rejected?.verdict === 'fail',
      );
      expect(verdictsOf(judged)).toMatchObject({ up: 'pass', memory: 'fail', rejected: 'fail', evictions: 'pass' });
      expect(judged.memory?.because).toMatch(/^gate memory on here: value (0\.9\d*|1\.\d+|1), expected at most 0\.9/);
    });

    it('fails when it ended', async () => {
      await programs[0]?.stop();
      const judged = await eventually(judge, ({ up }) => up?.verdict === 'fail');
      expect(judged.up).toMatchObject({ verdict: 'fail', value: 0, threshold: 1 });
    });
  },
);
