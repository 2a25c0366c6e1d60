import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answers, describeWith, eventually, type Program, startProgram, temporaryFolder } from '../analysis/program.ts';
import { freePort } from '../outside/moto.ts';
import { judgePreset, verdictsOf, type Watching, watchWithPrometheus } from './watched.ts';

const configuration = (folder: string, port: number): string => `
daemon off; master_process off; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 24; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location /status { stub_status; }
    location / { return 200 'ok'; }
  }
}`;

describeWith('the preset of nginx, with a real one', ['nginx', 'prometheus-nginx-exporter', 'prometheus'], () => {
  const folder = temporaryFolder('nginx');
  const programs: Program[] = [];
  let watching: Watching;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    const exporter = await freePort();
    writeFileSync(join(folder.path, 'nginx.conf'), configuration(folder.path, port));
    const url = `http://127.0.0.1:${port}`;
    programs.push(
      await startProgram('nginx', ['-p', folder.path, '-c', join(folder.path, 'nginx.conf')], () =>
        answers(`${url}/status`),
      ),
    );
    programs.push(
      await startProgram(
        'prometheus-nginx-exporter',
        ['-nginx.scrape-uri', `${url}/status`, '-web.listen-address', `127.0.0.1:${exporter}`],
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
  const judge = () => judgePreset('nginx', 'promql', watching.source);
  /** A connection with half a request: idle ones nginx closes to make room. */
  const hold = (): Promise<Socket | undefined> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('GET / HTTP/1.1\r\nhost:');
        resolve(socket);
      });
      socket.once('error', () => resolve(undefined));
    });
  /** Requests over connections of their own. */
  const visit = async (times: number): Promise<void> => {
    for (let visited = 0; visited < times; visited += 1)
      await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }).catch(() => undefined);
  };

  it('passes every gate while it is well', async () => {
    const judged = await eventually(
      async () => {
        await visit(10);
        return judge();
      },
      (found) => Object.values(verdictsOf(found)).every((each) => each === 'pass'),
    );
    expect(verdictsOf(judged)).toEqual({ up: 'pass', dropped: 'pass', connections: 'pass' });
  });

  it('fails when it drops the connections that it took', async () => {
    const judged = await eventually(
      async () => {
        const held: (Socket | undefined)[] = [];
        // One after the other, each with its half a request read.
        for (let more = 0; more < 40; more += 1) {
          held.push(await hold());
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await new Promise((resolve) => setTimeout(resolve, 300));
        for (const socket of held) socket?.destroy();
        return judge();
      },
      ({ dropped }) => dropped?.verdict === 'fail',
    );
    expect(judged.dropped).toMatchObject({ verdict: 'fail', threshold: 0.001 });
    expect(judged.dropped?.because).toMatch(/share of errors 0\.\d+, expected at most 0\.001/);
  });

  it('fails when it ended', async () => {
    await programs[0]?.stop();
    expect((await eventually(judge, ({ up }) => up?.verdict === 'fail')).up).toMatchObject({
      verdict: 'fail',
      value: 0,
    });
  });
});
