import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answers, describeWith, eventually, type Program, startProgram, temporaryFolder } from '../analysis/program.ts';
import { freePort } from '../outside/moto.ts';
import { judgePreset, verdictsOf, type Watching, watchWithPrometheus } from './watched.ts';

describeWith('the preset of etcd, with a real one', ['etcd', 'strace', 'prometheus'], () => {
  const folder = temporaryFolder('etcd');
  let etcd: Program;
  let url: string;
  let watching: Watching;
  beforeAll(async () => {
    const [client, peer] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${client}`;
    const peers = `http://127.0.0.1:${peer}`;
    etcd = await startProgram(
      'etcd',
      [
        `--data-dir=${folder.path}/data`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peers}`,
        `--initial-advertise-peer-urls=${peers}`,
        `--initial-cluster=default=${peers}`,
        // An election takes several writes, each of which the test makes slow.
        '--heartbeat-interval=5000',
        '--election-timeout=50000',
        '--initial-election-tick-advance=true',
      ],
      () => answers(`${url}/health`),
    );
    watching = await watchWithPrometheus([`127.0.0.1:${client}`]);
  });
  afterAll(async () => {
    await watching?.stop();
    await etcd?.stop();
    folder.remove();
  });
  const write = async (times: number): Promise<void> => {
    const body = JSON.stringify({ key: btoa('key'), value: btoa('value') });
    for (let written = 0; written < times; written += 1)
      await fetch(`${url}/v3/kv/put`, { method: 'POST', body }).catch(() => undefined);
  };
  const judge = async () => {
    await write(3);
    return judgePreset('etcd', 'promql', watching.source);
  };

  it('passes every gate while its disk is fast', async () => {
    const judged = await eventually(judge, (found) =>
      Object.values(verdictsOf(found)).every((each) => each === 'pass'),
    );
    expect(verdictsOf(judged)).toEqual({
      leader: 'pass',
      elections: 'pass',
      fsync: 'pass',
      pending: 'pass',
      space: 'pass',
    });
  });

  it('fails the leading gate of its disk when that is slow', async () => {
    // Every flush to the disk is held for a second and a half, on its way into the kernel.
    const slow = [
      '-f',
      '-qq',
      '-o',
      '/dev/null',
      '-p',
      String(etcd.pid),
      '-e',
      'trace=fsync,fdatasync',
      '-e',
      'inject=fsync,fdatasync:delay_enter=1500ms',
    ];
    const tracer = spawn('strace', slow, { stdio: 'ignore' });
    const ended = new Promise((resolve) => tracer.once('exit', resolve));
    try {
      const judged = await eventually(judge, ({ fsync }) => fsync?.verdict === 'fail');
      expect(judged.fsync).toMatchObject({ verdict: 'fail', threshold: 0.5 });
      expect(judged.leader?.verdict).toBe('pass');
    } finally {
      tracer.kill('SIGINT');
      await ended;
    }
  });
});
