import { describe, expect, it } from 'vitest';
import { signatureOf } from '../../local/forge/webhooks.ts';
import { ada, branchWith, call, disk, open } from './in-memory.ts';

describe('the forge', () => {
  it('takes a pull request from its branch to its merge and tells of both by signed webhooks', async () => {
    const { forge, delivered } = await open();
    await forge.seed({ 'a.txt': 'one\n' }, 'First', ada);
    await branchWith(forge, 'topic', { 'a.txt': 'two\n' });
    const opened = await call(forge, 'POST', '/pulls', { title: 'Two', body: 'why', head: 'topic', base: 'main' });
    const merged = await call(forge, 'PUT', '/pulls/1/merge', { sha: opened.body.head.sha });
    const again = await call(forge, 'PUT', '/pulls/1/merge');
    const shown = await call(forge, 'GET', '/pulls/1');
    const file = await call(forge, 'GET', '/contents/a.txt?ref=main');
    await forge.settled();
    expect([opened.status, opened.body.number, opened.body.state, opened.body.merged]).toEqual([201, 1, 'open', false]);
    expect([merged.status, merged.body.merged, again.body.sha]).toEqual([200, true, merged.body.sha]);
    expect([shown.body.state, shown.body.merged, shown.body.merge_commit_sha]).toEqual([
      'closed',
      true,
      merged.body.sha,
    ]);
    expect(Buffer.from(file.body.content, 'base64').toString()).toBe('two\n');
    expect(
      delivered.map(({ headers, body }) => {
        const { action, ref, after, pull_request: pull } = JSON.parse(body);
        return [headers['x-github-event'], action ?? ref, pull?.merged ?? after];
      }),
    ).toEqual([
      ['push', 'refs/heads/topic', opened.body.head.sha],
      ['pull_request', 'opened', false],
      ['pull_request', 'closed', true],
      ['push', 'refs/heads/main', merged.body.sha],
    ]);
    expect(delivered.map(({ headers }) => headers['x-hub-signature-256'])).toEqual(
      delivered.map(({ body }) => signatureOf('hush', body)),
    );
    expect(new Set(delivered.map(({ headers }) => headers['x-github-delivery'])).size).toBe(4);
  });

  it('merges two changes to different lines of one file, and refuses one to the same line', async () => {
    const { forge } = await open();
    const text = (a: string, b: string) => `a: ${a}\n#\n#\n#\n#\nb: ${b}\n`;
    await forge.seed({ 'a.txt': text('1', '1') }, 'First', ada);
    await branchWith(forge, 'left', { 'a.txt': text('2', '1') });
    await branchWith(forge, 'right', { 'a.txt': text('1', '2') });
    await branchWith(forge, 'clash', { 'a.txt': text('3', '1') });
    for (const head of ['left', 'right', 'clash'])
      await call(forge, 'POST', '/pulls', { title: head, head, base: 'main' });
    expect((await call(forge, 'PUT', '/pulls/1/merge')).status).toBe(200);
    expect((await call(forge, 'PUT', '/pulls/2/merge')).status).toBe(200);
    expect(await call(forge, 'PUT', '/pulls/3/merge')).toEqual({
      status: 405,
      body: { message: 'Pull Request is not mergeable', status: '405' },
    });
    const file = await call(forge, 'GET', '/contents/a.txt');
    expect(Buffer.from(file.body.content, 'base64').toString()).toBe(text('2', '2'));
  });

  it('answers as GitHub does what it can not do', async () => {
    const { forge } = await open();
    const head = await forge.seed({ 'a.txt': 'one\n' }, 'First', ada);
    await branchWith(forge, 'topic', { 'a.txt': 'two\n' });
    await call(forge, 'POST', '/pulls', { title: 'Two', head: 'acme:topic', base: 'main' });
    const statuses = async (calls: readonly [string, string, object?][]) => {
      const found: [string, string, number, string][] = [];
      for (const [method, path, body] of calls) {
        const answer = await call(forge, method, path, body);
        found.push([method, path, answer.status, answer.body.errors?.[0]?.message ?? answer.body.message]);
      }
      return found;
    };
    expect(
      await statuses([
        ['POST', '/pulls', { title: 'Two', head: 'topic', base: 'main' }],
        ['POST', '/pulls', { title: 'Two', head: 'main', base: 'main' }],
        ['POST', '/pulls', { title: 'Two', head: 'none', base: 'main' }],
        ['PUT', '/pulls/1/merge', { sha: head }],
        ['PUT', '/pulls/1/merge', { merge_method: 'squash' }],
        ['PUT', '/pulls/9/merge'],
        ['GET', '/pulls/9'],
        ['POST', '/git/refs', { ref: 'refs/heads/topic', sha: head }],
        ['POST', '/git/refs', { ref: 'refs/heads/a..b', sha: head }],
        ['DELETE', '/git/refs/heads/main'],
        ['GET', '/git/ref/heads/none'],
        ['GET', '/nothing'],
      ]),
    ).toEqual([
      ['POST', '/pulls', 422, 'A pull request already exists for acme:topic.'],
      ['POST', '/pulls', 422, 'No commits between main and main'],
      ['POST', '/pulls', 422, 'Validation Failed'],
      ['PUT', '/pulls/1/merge', 409, 'Head branch was modified. Review and try the merge again.'],
      ['PUT', '/pulls/1/merge', 405, 'Only merge commits are allowed on this repository.'],
      ['PUT', '/pulls/9/merge', 404, 'Not Found'],
      ['GET', '/pulls/9', 404, 'Not Found'],
      ['POST', '/git/refs', 422, 'Reference already exists'],
      ['POST', '/git/refs', 422, 'Validation Failed'],
      ['DELETE', '/git/refs/heads/main', 422, 'Cannot delete a protected branch'],
      ['GET', '/git/ref/heads/none', 404, 'Not Found'],
      ['GET', '/nothing', 404, 'Not Found'],
    ]);
  });

  it('compares two commits by ancestry', async () => {
    const { forge } = await open();
    const first = await forge.seed({ 'a.txt': 'one\n' }, 'First', ada);
    await branchWith(forge, 'topic', { 'a.txt': 'two\n' });
    const second = await forge.commit({ 'b.txt': 'b\n' }, 'Second', ada);
    const compared = async (basehead: string) => {
      const { body } = await call(forge, 'GET', `/compare/${basehead}`);
      return [body.status, body.ahead_by, body.behind_by];
    };
    expect(await compared(`${first}...main`)).toEqual(['ahead', 1, 0]);
    expect(await compared(`main...${first}`)).toEqual(['behind', 0, 1]);
    expect(await compared(`${second}...main`)).toEqual(['identical', 0, 0]);
    expect(await compared('main...topic')).toEqual(['diverged', 1, 1]);
    expect((await call(forge, 'GET', `/compare/${'1'.repeat(40)}...main`)).status).toBe(404);
  });

  it('keeps pull requests, and webhooks that were not accepted, over a restart', async () => {
    const kept = disk();
    const { forge } = await open({
      fs: kept,
      deliver: async () => {
        throw new Error('nobody listens');
      },
    });
    await forge.seed({ 'a.txt': 'one\n' }, 'First', ada);
    await branchWith(forge, 'topic', { 'a.txt': 'two\n' });
    await call(forge, 'POST', '/pulls', { title: 'Two', head: 'topic', base: 'main' });
    const commit = await forge.merge(1, ada);
    await forge.settled();

    const { forge: later, delivered } = await open({ fs: kept });
    await later.resume();
    expect(await later.seed({}, 'ignored', ada)).toBe(commit);
    expect(await later.merge(1, ada)).toBe(commit);
    expect(delivered.map(({ headers }) => headers['x-github-event'])).toEqual([
      'push',
      'pull_request',
      'pull_request',
      'push',
    ]);
    await later.resume();
    expect(delivered.length).toBe(4);
  });

  it('finishes a merge that a crash cut off after the branch moved', async () => {
    const kept = disk();
    const { promises } = kept;
    let dies = false;
    const writeFile = (path: string, ...rest: unknown[]) => {
      if (dies && path.includes('/deliveries/')) throw new Error('killed');
      return promises.writeFile(path, ...rest);
    };
    const { forge } = await open({ fs: { promises: { ...promises, writeFile } } });
    await forge.seed({ 'a.txt': 'one\n' }, 'First', ada);
    await branchWith(forge, 'topic', { 'a.txt': 'two\n' });
    await call(forge, 'POST', '/pulls', { title: 'Two', head: 'topic', base: 'main' });
    await forge.settled();
    dies = true;
    await expect(forge.merge(1, ada)).rejects.toThrow('killed');

    const { forge: later, delivered } = await open({ fs: kept });
    const commit = await later.merge(1, ada);
    await later.settled();
    expect((await call(later, 'GET', '/git/ref/heads/main')).body.object.sha).toBe(commit);
    expect((await call(later, 'GET', `/commits/${commit}/pulls`)).body[0].merge_commit_sha).toBe(commit);
    expect(delivered.map(({ headers }) => headers['x-github-event'])).toEqual(['pull_request', 'push']);
  });

  it('takes no notice of a file that was cut off before it had its name', async () => {
    const kept = disk();
    const { forge } = await open({ fs: kept });
    const head = await forge.seed({ 'a.txt': 'one\n' }, 'First', ada);
    await kept.promises.writeFile('/config.git/refs/heads/main.lock', 'half');
    await kept.promises.mkdir('/config.git/pulls', { recursive: true });
    await kept.promises.writeFile('/config.git/pulls/1.json.lock', '{');
    const { forge: later } = await open({ fs: kept });
    expect((await call(later, 'GET', '/git/ref/heads/main')).body.object.sha).toBe(head);
    expect((await call(later, 'GET', '/pulls?state=all')).body).toEqual([]);
  });

  it('asks for its token on REST and git alike', async () => {
    const { forge } = await open({ token: 't0ken' });
    const status = async (path: string, authorization: string) =>
      (await forge.handle(new Request(`https://forge.test${path}`, { headers: { authorization } }))).status;
    const basic = (password: string) => `Basic ${Buffer.from(`x:${password}`).toString('base64')}`;
    expect(await status('/repos/acme/config', 'Bearer t0ken')).toBe(200);
    expect(await status('/api/v3/repos/acme/config', 'token t0ken')).toBe(200);
    expect(await status('/repos/acme/config', 'Bearer t0kem')).toBe(401);
    expect(await status('/acme/config.git/info/refs?service=git-upload-pack', basic('t0ken'))).toBe(200);
    expect(await status('/acme/config.git/info/refs?service=git-upload-pack', basic('t0kens'))).toBe(401);
  });
});
